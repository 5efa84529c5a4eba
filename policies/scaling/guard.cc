#include "policies/scaling/guard.h"

#include "policies/quality/grade.h"

namespace ballast {
namespace {

struct Evidence {
  std::int32_t samples = 0;
  Duration covered{};
};

Evidence evidence_of(const Memory& memory, const Signal& signal, TimePoint now) {
  const SignalMemory* known = find(memory, signal.fingerprint);
  if (known == nullptr || known->run_samples == 0 || known->failure) return {};
  if (!signal.proves_age || now - known->newest->at > signal.stale_after) return {};
  return {known->run_samples, now - known->run_since};
}

}  // namespace

bool may_take_away(const Workload& workload, const Observation& observation, std::int32_t current, std::int32_t decided,
                   std::vector<Step>& steps) {
  if (decided >= current) return true;
  Step step{Stage::guard, {}, decided, current};
  if (workload.mode == Mode::scale_up_only) {
    step.reason = Reason::mode_up_only;
  } else if (!observation.journal_ok) {
    step.reason = Reason::journal_unwritable;
  } else if (!observation.hidden_pools.empty()) {
    // Nobody can begin to leave a pool that is not seen; when it is seen again, the proof may be gone.
    const HiddenPool& hidden = observation.hidden_pools.front();
    step.subject = {Subject::Kind::pool, static_cast<std::uint32_t>(hidden.pool)};
    step.reason = Reason::pool_hidden;
    step.numbers = {seconds(observation.at - hidden.failure.since)};
  } else {
    return true;
  }
  steps.push_back(step);
  return false;
}

std::int32_t guard(const Workload& workload, const Memory& memory, const Observation& observation, Duration window,
                   std::int32_t current, std::int32_t decided, std::vector<Step>& steps) {
  if (decided >= current) return decided;
  if (!may_take_away(workload, observation, current, decided, steps)) return current;
  Step step{Stage::guard, {}, decided, current};
  bool proven = true;
  for (std::uint32_t i = 0; i < workload.signals.size(); ++i) {
    if (workload.signals[i].target_type == TargetType::none) continue;
    const Evidence evidence = evidence_of(memory, workload.signals[i], observation.at);
    if (evidence.samples >= kSamplesForShrink && evidence.covered >= window) continue;
    step.subject = {Subject::Kind::signal, i};
    step.reason = Reason::evidence_missing;
    step.numbers = {static_cast<double>(evidence.samples), static_cast<double>(kSamplesForShrink),
                    seconds(evidence.covered), seconds(window)};
    steps.push_back(step);
    proven = false;
  }
  return proven ? decided : current;
}

}  // namespace ballast
