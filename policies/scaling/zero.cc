#include "policies/scaling/zero.h"

#include "policies/scaling/fallback.h"

namespace ballast {
namespace {

double threshold_of(const Signal& signal) { return static_cast<double>(*signal.activation_milli) / 1000.0; }

/// Its last value counts while it is young, fresh or not: waking is a raise.
bool is_active(const Signal& spec, const GradedSignal& signal) {
  return (signal.grade == Grade::fresh || signal.may_raise) && signal.total > threshold_of(spec);
}

Step step_of(const GradedSignal& signal, Reason reason, double a, double b = 0) {
  return Step{Stage::activation, {Subject::Kind::signal, signal.index}, 0, 0, reason, {a, b}};
}

}  // namespace

void remember_idle(const Workload& workload, Memory& memory, const std::vector<GradedSignal>& signals,
                   std::int32_t current, TimePoint now) {
  bool can_wake = false;
  bool idle = current > 0;
  for (const GradedSignal& signal : signals) {
    const Signal& spec = workload.signals[signal.index];
    if (!spec.activation_milli) continue;
    can_wake = true;
    idle = idle && signal.grade == Grade::fresh && !is_active(spec, signal);
  }
  if (!idle || !can_wake)
    memory.scale.idle_since.reset();
  else if (!memory.scale.idle_since)
    memory.scale.idle_since = now;
}

std::optional<Step> reason_to_wake(const Workload& workload, const Memory& memory,
                                   const std::vector<GradedSignal>& signals, TimePoint now, std::vector<Step>& steps) {
  for (const GradedSignal& signal : signals) {
    const Signal& spec = workload.signals[signal.index];
    if (spec.activation_milli && is_active(spec, signal))
      return step_of(signal, Reason::scaler_active, signal.total, threshold_of(spec));
  }
  bool all_known = true;
  for (const GradedSignal& signal : signals) {
    const Signal& spec = workload.signals[signal.index];
    if (!spec.activation_milli || signal.grade == Grade::fresh) continue;
    const auto unknown = in_fallback(workload, memory, spec, now);
    if (unknown && workload.fallback.wake_from_zero)
      return step_of(signal, Reason::fallback_wakes, seconds(*unknown), seconds(workload.fallback.after));
    const SignalMemory* known = find(memory, spec.fingerprint);
    const Duration since = known != nullptr && known->unknown_since ? now - *known->unknown_since : Duration{};
    steps.push_back(step_of(signal, Reason::unknown_at_zero, seconds(since)));
    all_known = false;
  }
  if (all_known) steps.push_back(Step{Stage::activation, {}, 0, 0, Reason::scaler_not_active});
  return std::nullopt;
}

std::optional<Duration> idle_for(const Memory& memory, TimePoint now) {
  if (!memory.scale.idle_since) return std::nullopt;
  return now - *memory.scale.idle_since;
}

}  // namespace ballast
