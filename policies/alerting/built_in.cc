#include "policies/alerting/built_in.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/fnv.h"

namespace ballast {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Condition* find(const Status& status, ConditionType type) {
  const auto at = std::ranges::find(status.conditions, type, &Condition::type);
  return at == status.conditions.end() ? nullptr : &*at;
}

template <ConditionType kType, bool kWhen>
Judged condition(const Observation& /*observation*/, const Status& status) {
  const Condition* found = find(status, kType);
  if (found == nullptr) return {Holds::unknown};
  return {found->value == kWhen ? Holds::yes : Holds::no};
}

/// Of members: who cannot be seen, or is left alone by order, is as he was.
template <ConditionType kType>
Judged of_members(const Observation& observation, const Status& status) {
  const bool seen = observation.target && observation.hidden_pools.empty() && !is_paused(observation.orders);
  return seen ? condition<kType, true>(observation, status) : Judged{Holds::unknown};
}

/// What the signals ask for is known while they are, and nobody ordered something else.
Judged maxed_out(const Observation& observation, const Status& status) {
  const Condition* limited = find(status, ConditionType::scaling_limited);
  const Condition* known = find(status, ConditionType::metrics_available);
  const bool ordered = is_paused(observation.orders) || find(observation.orders, OrderKind::scale) != nullptr;
  if (limited == nullptr || known == nullptr || !observation.target || ordered) return {Holds::unknown};
  if (limited->value && limited->reason == Reason::too_many_replicas)
    return {Holds::yes, static_cast<double>(status.desired_replicas)};
  return {known->value ? Holds::no : Holds::unknown};
}

Judged signal_frozen(const SignalStatus& signal) {
  if (signal.grade == Grade::frozen) return {Holds::yes};
  return {signal.grade == Grade::fresh ? Holds::no : Holds::unknown};
}

Judged anomaly_found(const SignalStatus& signal) {
  if (const auto& finding = signal.finding.get()) return {Holds::yes, finding->value};
  return {signal.grade == Grade::fresh ? Holds::no : Holds::unknown};
}

constexpr std::array kAlerts{
    BuiltInAlert{"AnomalyFound",
                 Severity::info,
                 {{}, minutes{5}},
                 "The signal {signal} of {workload} is not what it used to be",
                 "It left the range that its past lets expect: `ballast status -o json` has the finding.",
                 nullptr,
                 {},
                 anomaly_found},
    BuiltInAlert{"MaxedOut",
                 Severity::warning,
                 {minutes{2}, minutes{1}},
                 "{workload} needs more than its maximum of {max} replicas",
                 "The signals ask for more than maxReplicas ({max}); {current} run. More load will not be served well. "
                 "Raise maxReplicas, or take load away.",
                 maxed_out,
                 ConditionType::scaling_limited},
    BuiltInAlert{"MemberContested",
                 Severity::info,
                 {minutes{5}, {}},
                 "A member of {workload} is in a state that a person set",
                 "Ballast leaves it alone and takes nothing away for it: `ballast explain` names it.",
                 of_members<ConditionType::member_contested>,
                 ConditionType::member_contested},
    BuiltInAlert{"MemberEjected",
                 Severity::warning,
                 {{}, minutes{1}},
                 "A sick member of {workload} gets no load",
                 "It failed, or was far slower than the others: `ballast explain` has the figures.",
                 of_members<ConditionType::member_ejected>,
                 ConditionType::member_ejected},
    BuiltInAlert{"MetricsUnavailable",
                 Severity::critical,
                 {minutes{1}, {}},
                 "{workload} is steered without metrics",
                 "{why}. Unknown is not zero: nothing is taken away, and more comes only by the fallback.",
                 condition<ConditionType::metrics_available, false>,
                 ConditionType::metrics_available},
    BuiltInAlert{"Overloaded",
                 Severity::critical,
                 {{}, minutes{1}},
                 "{workload} refuses requests: its replicas cannot carry the load",
                 "{why}. Raise maxReplicas, or take load away.",
                 condition<ConditionType::overloaded, true>,
                 ConditionType::overloaded},
    BuiltInAlert{"PausedTooLong",
                 Severity::warning,
                 {hours{24}, {}},
                 "{workload} is paused for more than a day",
                 "Nobody scales it: it stays at {current} replicas whatever comes. Take the annotation away, or "
                 "`ballast resume` it.",
                 condition<ConditionType::paused, true>,
                 ConditionType::paused},
    BuiltInAlert{"ScaleFailed",
                 Severity::critical,
                 {minutes{1}, {}},
                 "{workload} cannot be scaled",
                 "{why}. {current} replicas run, {desired} are wanted.",
                 condition<ConditionType::able_to_scale, false>,
                 ConditionType::able_to_scale},
    BuiltInAlert{"SignalFrozen",
                 Severity::warning,
                 {minutes{1}, {}},
                 "The signal {signal} of {workload} repeats one value",
                 "Its source answers but does not measure any more: nothing is taken away for it.",
                 nullptr,
                 {},
                 signal_frozen},
    BuiltInAlert{"SurgeFound",
                 Severity::info,
                 {{}, minutes{5}},
                 "{workload} sees a surge",
                 "Load rises faster than a window's mean shows: {desired} replicas are wanted, {current} run.",
                 condition<ConditionType::surge_found, true>,
                 ConditionType::surge_found},
};
static_assert(std::ranges::is_sorted(kAlerts, {}, &BuiltInAlert::name));

}  // namespace

std::span<const BuiltInAlert> built_in_alerts() { return kAlerts; }

std::uint64_t fingerprint(const BuiltInAlert& alert, std::string_view signal) {
  return signal.empty() ? fnv(alert.name) : fnv(signal, fnv("\xff", fnv(alert.name)));
}

FoundBuiltIn find_built_in(const Workload& workload, std::uint64_t wanted) {
  for (const BuiltInAlert& alert : kAlerts) {
    if (alert.judge_signal == nullptr) {
      if (fingerprint(alert) == wanted && !workload.target_kind.empty()) return {&alert, {}};
      continue;
    }
    for (const Signal& signal : workload.signals)
      if (fingerprint(alert, signal.name) == wanted) return {&alert, signal.name};
  }
  return {};
}

}  // namespace ballast
