#include "policies/adopt.h"

#include <algorithm>

#include "policies/traffic/members.h"

namespace ballast {

void adopt(const Workload& workload, Memory& memory, const Observation& observation) {
  const std::string target = workload.target_kind + "/" + workload.target_name;
  if (memory.target != target) memory = Memory{.target = target};
  if (observation.target && observation.target->uid != memory.uid) {
    memory.uid = observation.target->uid;
    memory.scale = {};
    memory.members.clear();
    for (SignalMemory& signal : memory.signals) signal.run_samples = 0;
  }
  std::erase_if(memory.signals, [&](const SignalMemory& known) {
    return std::ranges::find(workload.signals, known.fingerprint, &Signal::fingerprint) == workload.signals.end();
  });
  if (observation.evidence_from > memory.evidence_from) {
    memory.evidence_from = observation.evidence_from;
    memory.scale.idle_since.reset();
    for (SignalMemory& signal : memory.signals) {
      signal.run_samples = 0;
      signal.unknown_since.reset();  // while nobody looked it was not missed
    }
    keep_only_visible_retirements(workload, memory, observation);
  }
}

}  // namespace ballast
