#include "policies/adopt.h"

#include <algorithm>
#include <utility>

#include "policies/traffic/ejection.h"
#include "policies/traffic/members.h"

namespace ballast {
namespace {

void forget_what_is_gone(const Workload& workload, Memory& memory) {
  std::erase_if(memory.signals, [&](const SignalMemory& known) {
    return std::ranges::find(workload.signals, known.fingerprint, &Signal::fingerprint) == workload.signals.end();
  });
  std::erase_if(memory.watches, [&](const WatchMemory& known) {
    return std::ranges::find(workload.signals, known.signal, &Signal::fingerprint) == workload.signals.end();
  });
  const auto is_gone = [&](const auto& known) {
    return std::ranges::find(workload.pools, known.pool, &Pool::fingerprint) == workload.pools.end();
  };
  std::erase_if(memory.pools, is_gone);
  for (MemberMemory& member : memory.members) {
    std::erase_if(member.places, is_gone);
    std::erase_if(member.tried, is_gone);
  }
}

void begin_evidence_anew(const Workload& workload, Memory& memory, const Observation& observation) {
  memory.evidence_from = observation.evidence_from;
  memory.scale.idle_since.reset();
  for (ShedMemory& shed : memory.sheds) {
    shed.over.reset();
    shed.faded.reset();
  }
  for (SignalMemory& signal : memory.signals) {
    signal.run_samples = 0;
    signal.unknown_since.reset();  // while nobody looked it was not missed
  }
  keep_only_visible_retirements(workload, memory, observation);
  keep_only_visible_ejections(workload, memory, observation);
}

}  // namespace

void adopt(const Workload& workload, Memory& memory, const Observation& observation) {
  const std::string target = workload.target_kind + "/" + workload.target_name;
  // What is usual for a signal stays so, whatever it steers; a member's share of it does not.
  // Who was told that something is wrong must be told when it ends, and who is refused must be let in again.
  if (memory.target != target)
    memory = Memory{.target = target,
                    .watches = std::move(memory.watches),
                    .alerts = std::move(memory.alerts),
                    .sheds = std::move(memory.sheds)};
  if (observation.target && observation.target->uid != memory.uid) {
    memory.uid = observation.target->uid;
    memory.scale = {};
    memory.members.clear();
    memory.surge.reset();
    memory.pools.clear();
    for (SignalMemory& signal : memory.signals) signal.run_samples = 0;
  }
  forget_what_is_gone(workload, memory);
  if (observation.evidence_from > memory.evidence_from) begin_evidence_anew(workload, memory, observation);
}

}  // namespace ballast
