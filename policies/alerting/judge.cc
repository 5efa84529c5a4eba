#include "policies/alerting/judge.h"

#include <algorithm>

#include "policies/alerting/built_in.h"
#include "policies/alerting/rule_state.h"

namespace ballast {
namespace {

/// The sample farthest beyond the threshold, so that one sick member is enough.
Judged beyond(const AlertRule& rule, const Reading& reading) {
  Judged worst{.holds = Holds::no, .value = reading.samples.front().value, .member = reading.samples.front().member};
  const double sign = rule.test == AlertTest::above ? 1 : -1;
  for (const Sample& sample : reading.samples)
    if (sign * sample.value > sign * worst.value) worst = {Holds::no, sample.value, sample.member};
  if (sign * worst.value > sign * rule.threshold) worst.holds = Holds::yes;
  return worst;
}

Judged judge(const AlertRule& rule, const Workload& workload, const Memory& memory, const Status& status) {
  if (rule.signal >= status.signals.size()) return {Holds::unknown};
  const SignalStatus& signal = status.signals[rule.signal];
  const Fingerprint asked = workload.signals[rule.signal].fingerprint;
  const auto known = std::ranges::find(memory.signals, asked, &SignalMemory::fingerprint);
  const bool answered = known != memory.signals.end() && (known->newest || known->failure);
  // Before the first answer nobody knows whether it is there.
  if (rule.test == AlertTest::absent && !answered) return {Holds::unknown};
  if (rule.test == AlertTest::absent) return {signal.grade == Grade::fresh ? Holds::no : Holds::yes};
  if (signal.grade != Grade::fresh) return {Holds::unknown};
  if (rule.test == AlertTest::anomaly) {
    const auto& finding = signal.finding.get();
    return finding ? Judged{Holds::yes, finding->value} : Judged{Holds::no, signal.value.value_or(0)};
  }
  if (known == memory.signals.end() || !known->newest || known->newest->samples.empty()) return {Holds::unknown};
  return beyond(rule, *known->newest);
}

/// Whoever was told that it fires is told that it ended.
void end_of_unknown(const Workload& workload, TimePoint now, Memory& memory, std::vector<AlertTransition>& into) {
  std::erase_if(memory.alerts, [&](const AlertMemory& known) {
    const bool ruled =
        std::ranges::find(workload.alerts, known.alert, &AlertRule::fingerprint) != workload.alerts.end();
    if (ruled || find_built_in(workload, known.alert).alert != nullptr) return false;
    if (known.fired) into.push_back({known.alert, false, *known.fired, now});
    return true;
  });
}

}  // namespace

std::vector<AlertTransition> judge_alerts(const Workload& workload, Memory& memory, const Observation& observation,
                                          const Status& status) {
  std::vector<AlertTransition> transitions;
  const TimePoint now = observation.at;
  if (!memory.alerts.empty()) end_of_unknown(workload, now, memory, transitions);
  for (const AlertRule& rule : workload.alerts)
    look_at(rule.fingerprint, judge(rule, workload, memory, status), {rule.hold_for, rule.keep_firing_for}, now,
            memory.alerts, transitions);
  for (const BuiltInAlert& alert : built_in_alerts()) {
    if (alert.judge_signal != nullptr)
      for (const SignalStatus& signal : status.signals)
        look_at(fingerprint(alert, signal.name), alert.judge_signal(signal), alert.timing, now, memory.alerts,
                transitions);
    else if (!workload.target_kind.empty())
      look_at(fingerprint(alert), alert.judge(observation, status), alert.timing, now, memory.alerts, transitions);
  }
  return transitions;
}

}  // namespace ballast
