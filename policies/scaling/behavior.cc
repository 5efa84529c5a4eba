#include "policies/scaling/behavior.h"

#include <algorithm>
#include <cmath>

#include "policies/scaling/numbers.h"

namespace ballast {
namespace {

using Seconds = std::chrono::seconds;

std::int32_t changed_within(const std::vector<RateEvent>& events, std::int32_t period_seconds, TimePoint now) {
  std::int64_t sum = 0;
  for (const RateEvent& event : events)
    if (event.at > saturating_add(now, -Seconds{period_seconds})) sum += event.delta;
  return saturate<std::int32_t>(static_cast<double>(sum));
}

/// The most replicas that the scale-up policies allow now, not below `current`.
std::int32_t up_limit(const ScalingRules& rules, const ScaleMemory& memory, std::int32_t current, TimePoint now) {
  if (rules.select_policy == SelectPolicy::disabled) return current;
  std::optional<double> chosen;
  for (const RatePolicy& policy : rules.policies) {
    const double start = static_cast<double>(current) - changed_within(memory.ups, policy.period_seconds, now) +
                         changed_within(memory.downs, policy.period_seconds, now);
    const double allowed = policy.type == PolicyType::pods
                               ? start + policy.value
                               : std::ceil(start * (1.0 + static_cast<double>(policy.value) / 100.0));
    const bool better = !chosen || (rules.select_policy == SelectPolicy::max ? allowed > *chosen : allowed < *chosen);
    if (better) chosen = allowed;
  }
  return std::max(current, saturate<std::int32_t>(chosen.value_or(current)));
}

/// The fewest replicas that the scale-down policies allow now, not above `current`.
std::int32_t down_limit(const ScalingRules& rules, const ScaleMemory& memory, std::int32_t current, TimePoint now) {
  if (rules.select_policy == SelectPolicy::disabled) return current;
  std::optional<double> chosen;
  for (const RatePolicy& policy : rules.policies) {
    const double start = static_cast<double>(current) - changed_within(memory.ups, policy.period_seconds, now) +
                         changed_within(memory.downs, policy.period_seconds, now);
    const double allowed = policy.type == PolicyType::pods
                               ? start - policy.value
                               : std::trunc(start * (1.0 - static_cast<double>(policy.value) / 100.0));
    const bool better = !chosen || (rules.select_policy == SelectPolicy::max ? allowed < *chosen : allowed > *chosen);
    if (better) chosen = allowed;
  }
  return std::min(current, saturate<std::int32_t>(chosen.value_or(current)));
}

Limited limit_up(const Bounds& bounds, const ScalingRules& rules, const ScaleMemory& memory, std::int32_t current,
                 std::int32_t wanted, TimePoint now) {
  const std::int32_t allowed = up_limit(rules, memory, current, now);
  const std::int32_t cap = std::min(bounds.max, allowed);
  if (wanted <= cap) return {wanted};
  return {cap, bounds.max > allowed ? Reason::scale_up_limit : Reason::too_many_replicas};
}

Limited limit_down(const Bounds& bounds, const ScalingRules& rules, const ScaleMemory& memory, std::int32_t current,
                   std::int32_t wanted, TimePoint now) {
  const std::int32_t allowed = down_limit(rules, memory, current, now);
  const std::int32_t floor = std::max(bounds.min, allowed);
  if (wanted >= floor) return {wanted};
  return {floor, bounds.min < allowed ? Reason::scale_down_limit : Reason::too_few_replicas};
}

}  // namespace

Behavior with_defaults(Behavior written) {
  if (!written.scale_up.stabilization_window_seconds) written.scale_up.stabilization_window_seconds = 0;
  if (written.scale_up.policies.empty())
    written.scale_up.policies = {{PolicyType::pods, 4, 15}, {PolicyType::percent, 100, 15}};
  if (!written.scale_down.stabilization_window_seconds) written.scale_down.stabilization_window_seconds = 300;
  if (written.scale_down.policies.empty()) written.scale_down.policies = {{PolicyType::percent, 100, 15}};
  return written;
}

Behavior own_hold() {
  Behavior hold;
  hold.scale_up.policies = {{PolicyType::pods, 10, 15}, {PolicyType::percent, 900, 15}};
  return with_defaults(hold);
}

Behavior behavior_in_force(const Workload& workload) {
  return workload.behavior ? with_defaults(*workload.behavior) : own_hold();
}

Stabilized stabilize(std::vector<Recommendation>& past, std::int32_t current, std::int32_t proposal, Windows windows,
                     TimePoint now) {
  std::int32_t lowest = proposal;
  std::int32_t highest = proposal;
  std::optional<std::size_t> outdated;
  const TimePoint up_cutoff = saturating_add(now, -windows.up);
  const TimePoint down_cutoff = saturating_add(now, -windows.down);
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (past[i].at > up_cutoff) lowest = std::min(lowest, past[i].replicas);
    if (past[i].at > down_cutoff) highest = std::max(highest, past[i].replicas);
    if (past[i].at < up_cutoff && past[i].at < down_cutoff) outdated = i;
  }
  if (outdated)
    past[*outdated] = {now, proposal};
  else
    past.push_back({now, proposal});
  const std::int32_t result = std::min(std::max(current, lowest), highest);
  if (result == proposal) return {result};
  if (proposal >= current) return {result, Reason::scale_up_stabilized, windows.up};
  return {result, Reason::scale_down_stabilized, windows.down};
}

Limited limit_rate(const Behavior& rules, const Bounds& bounds, const ScaleMemory& memory, std::int32_t current,
                   std::int32_t wanted, TimePoint now) {
  if (wanted > current) return limit_up(bounds, rules.scale_up, memory, current, wanted, now);
  if (wanted < current) return limit_down(bounds, rules.scale_down, memory, current, wanted, now);
  return {wanted};
}

void record_event(const Behavior& rules, ScaleMemory& memory, std::int32_t delta, TimePoint at) {
  if (delta == 0) return;
  const ScalingRules& direction = delta > 0 ? rules.scale_up : rules.scale_down;
  std::int32_t longest = 0;
  for (const RatePolicy& policy : direction.policies) longest = std::max(longest, policy.period_seconds);
  std::vector<RateEvent>& events = delta > 0 ? memory.ups : memory.downs;
  std::optional<std::size_t> outdated;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].at < saturating_add(at, -Seconds{longest})) events[i].outdated = true;
    if (events[i].outdated) outdated = i;
  }
  const RateEvent event{at, narrow(std::abs(std::int64_t{delta})), false};
  if (outdated)
    events[*outdated] = event;
  else
    events.push_back(event);
}

Limited limit(const Workload& workload, const Bounds& bounds, ScaleMemory& memory, std::int32_t current,
              std::int32_t proposal, TimePoint now, std::vector<Step>& steps) {
  const Behavior rules = behavior_in_force(workload);
  const Windows windows{Seconds{*rules.scale_up.stabilization_window_seconds},
                        Seconds{*rules.scale_down.stabilization_window_seconds}};
  const Stabilized wanted = stabilize(memory.recommendations, current, proposal, windows, now);
  if (wanted.replicas != proposal)
    steps.push_back(Step{
        Stage::bounds_and_behavior, {}, proposal, wanted.replicas, wanted.reason, {ballast::seconds(wanted.window)}});
  return limit_rate(workload, bounds, memory, current, wanted.replicas, now, steps);
}

Limited limit_rate(const Workload& workload, const Bounds& bounds, const ScaleMemory& memory, std::int32_t current,
                   std::int32_t wanted, TimePoint now, std::vector<Step>& steps) {
  const Limited result = limit_rate(behavior_in_force(workload), bounds, memory, current, wanted, now);
  if (result.replicas != wanted)
    steps.push_back(Step{Stage::bounds_and_behavior, {}, wanted, result.replicas, result.reason});
  return result;
}

void record_event(const Workload& workload, ScaleMemory& memory, std::int32_t delta, TimePoint at) {
  record_event(behavior_in_force(workload), memory, delta, at);
}

}  // namespace ballast
