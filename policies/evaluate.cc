#include "policies/evaluate.h"

#include <algorithm>

#include "policies/adopt.h"
#include "policies/detection/watch.h"
#include "policies/quality/grade.h"
#include "policies/scaling/activation.h"
#include "policies/scaling/behavior.h"
#include "policies/scaling/demand.h"
#include "policies/scaling/fallback.h"
#include "policies/scaling/guard.h"
#include "policies/scaling/orders.h"
#include "policies/scaling/propose.h"
#include "policies/scaling/surge.h"
#include "policies/scaling/zero.h"
#include "policies/traffic/ejection.h"
#include "policies/traffic/members.h"
#include "policies/traffic/overload.h"
#include "policies/traffic/shares.h"

namespace ballast {
namespace {

/// A change of replicas counts for the rate limits once it was made. One whose fate is unknown counts as made, when it
/// was decided: a restart long after must not move it into a later period.
void settle_pending(const Workload& workload, Memory& memory, const Observation& observation) {
  if (!memory.scale.pending_delta) return;
  TimePoint at = memory.scale.pending_at;
  const bool shrinks = *memory.scale.pending_delta < 0;
  bool refused = false;
  for (const Outcome& outcome : observation.outcomes) {
    const bool not_done = outcome.failure && outcome.failure->code != Errc::outcome_unknown;
    if (outcome.action == ActionKind::scale) at = outcome.at;
    // A shrink of a pool begins with its weights: refused, it would wait for a time when nothing proves it any more.
    const bool matters = outcome.action == ActionKind::scale || (shrinks && outcome.action == ActionKind::weights);
    if (not_done && matters) refused = true;
  }
  if (refused) {
    if (shrinks) take_back_retirements(memory, observation);
    memory.scale.pending_delta.reset();
    return;
  }
  record_event(workload, memory.scale, *memory.scale.pending_delta, at);
  memory.scale.last_scale = at;
  memory.scale.pending_delta.reset();
}

ReplicaCounts count(const Memory& memory, const Observation& observation) {
  const ObservedTarget& target = *observation.target;
  const std::int32_t current = serving_told(memory, observation);
  if (!target.chooses_members) return {current, target.existing, target.ready};
  ReplicaCounts counts{current, target.existing, target.ready};
  for (const MemberMemory& member : memory.members) {
    if (!is_going(member)) continue;
    const auto seen = std::ranges::find(observation.members, member.id, &Member::id);
    if (seen == observation.members.end() || seen->state == MemberState::stopping) continue;
    --counts.existing;
    if (seen->state == MemberState::ready) --counts.ready;
  }
  counts.existing = std::max(counts.existing, 0);
  counts.ready = std::max(counts.ready, 0);
  return counts;
}

/// Stages 3 and 4: the number of replicas that the signals ask for; nothing: hold.
std::optional<std::int32_t> proposed(const Situation& now, const Memory& memory, Plan& plan) {
  std::vector<Proposal> proposals;
  for (const GradedSignal& signal : now.signals) {
    if (now.workload.signals[signal.index].target_type == TargetType::none) continue;
    proposals.push_back(propose(now.workload, signal, now.counts, plan.steps));
    fall_back(now.workload, memory, now.counts.current, now.observation.at, proposals.back(), plan.steps);
  }
  if (proposals.empty()) return std::nullopt;
  return combine(now.workload.combine, proposals, now.counts.current, plan.steps);
}

std::int32_t within_allowance(const Observation& observation, std::int32_t current, std::int32_t wanted,
                              std::vector<Step>& steps) {
  if (!observation.allowance || wanted <= *observation.allowance) return wanted;
  const std::int32_t allowed = std::max(std::min(current, wanted), *observation.allowance);
  steps.push_back(Step{Stage::allowance, {}, wanted, allowed, Reason::host_reserve});
  return allowed;
}

/// Stages 2 to 10 of a target that is within its bounds, and awake: at least `least` replicas.
std::int32_t judge_signals(const Situation& now, std::int32_t least, Memory& memory, Need& need, Plan& plan) {
  const std::int32_t current = now.counts.current;
  explain_grades(now.workload, now.signals, current, plan.steps);
  const auto combined = proposed(now, memory, plan);
  auto proposal = surge(now.workload, memory, now.observation, now.signals, now.counts, combined, plan.steps);
  proposal =
      with_refused(now.workload, memory, now.observation, now.demand, current, proposal, now.bounds.max, plan.steps);
  need.members = offered_at_most(now.workload, memory, now.demand, proposal);
  proposal = unless_refusing(now.workload, memory, now.observation.at, current, proposal, plan.steps);
  if (proposal) proposal = with_lost_capacity(now.workload, memory, now.observation.at, current, *proposal, plan.steps);
  if (!proposal && least <= current) return current;
  plan.wanted = least;
  if (proposal) {
    // Only activation leads to zero.
    const std::int32_t lowest = std::min(std::max(1, now.bounds.min), now.bounds.max);
    const Bounds awake{lowest, now.bounds.max, now.bounds.min_schedule, now.bounds.max_schedule};
    const std::size_t before = plan.steps.size();
    plan.wanted = std::max(
        least, limit(now.workload, awake, memory.scale, current, *proposal, now.observation.at, plan.steps).replicas);
    if (now.bounds.min == 0) explain_cooldown(now, memory, plan.steps, before);
  }
  const std::int32_t allowed = within_allowance(now.observation, current, plan.wanted, plan.steps);
  return guard(now.workload, memory, now.observation, shrink_window(now.workload), current, allowed, plan.steps);
}

/// What signals ask for under a person's word is not kept, and so proves nothing once that is over.
void forget_evidence_under_orders(const Orders& orders, Memory& memory) {
  if (!is_paused(orders) && find(orders, OrderKind::scale) == nullptr) return;
  for (SignalMemory& signal : memory.signals) signal.run_samples = 0;
}

/// Beyond a schedule's maximum, but not the policy's own, a person's word goes.
std::int32_t most_replicas(const Workload& workload, const Observation& observation, const Bounds& bounds) {
  const bool ordered = find(observation.orders, OrderKind::scale) != nullptr;
  const std::int32_t most = ordered ? workload.max_replicas : bounds.max;
  return std::min(most, observation.allowance.value_or(most));
}

/// Stages 1 to 10.
std::int32_t decide(const Situation& now, Memory& memory, Need& need, Plan& plan) {
  const std::int32_t current = now.counts.current;
  plan.wanted = current;
  if (const auto early = before_signals(now, plan.steps)) {
    plan.wanted = *early;
    // Budgets and quotas come before a schedule, not before the policy's own minimum.
    const bool by_schedule = now.bounds.min_schedule && find(now.observation.orders, OrderKind::scale) == nullptr;
    if (*early <= current || !by_schedule) return *early;
    return std::max(within_allowance(now.observation, current, *early, plan.steps),
                    std::min(now.workload.min_replicas, now.bounds.max));
  }
  if (now.bounds.min > 0) return judge_signals(now, 0, memory, need, plan);
  if (current > 0) {
    if (const auto asleep = fall_asleep(now, memory, plan.steps)) return plan.wanted = *asleep;
    return judge_signals(now, 0, memory, need, plan);
  }
  auto woken = reason_to_wake(now.workload, memory, now.signals, now.observation.at, plan.steps);
  if (!woken) return 0;
  const std::size_t place = plan.steps.size();
  plan.steps.push_back(*woken);
  const std::int32_t least = woken->reason == Reason::fallback_wakes ? fallback_replicas(now.workload.fallback, 1) : 1;
  const std::int32_t replicas = judge_signals(now, std::min(least, now.bounds.max), memory, need, plan);
  plan.steps[place].after = replicas;
  return replicas;
}

Plan hold_unseen(const Workload& workload, Memory& memory, const Observation& observation) {
  Plan plan;
  plan.replicas = plan.wanted = memory.scale.intent.value_or(0);
  Step step{Stage::activation, {}, plan.replicas, plan.replicas, Reason::target_unknown};
  if (observation.hidden) step.numbers = {seconds(observation.at - observation.hidden->since)};
  plan.steps.push_back(step);
  plan_sheds(workload, memory, observation, std::nullopt, {}, plan);
  return plan;
}

/// Members and their weights, of a policy that is not only tried.
void act_on(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
            std::int32_t current, Plan& plan) {
  memory.scale.intent = plan.replicas;
  if (is_paused(observation.orders)) return;
  plan_members(workload, memory, observation, need, plan);
  if (plan.replicas == current) return;
  memory.scale.pending_delta = plan.replicas - current;
  memory.scale.pending_at = observation.at;
}

void mark_dry_run(Plan& plan, std::int32_t current) {
  if (plan.replicas != current)
    plan.steps.push_back(Step{Stage::guard, {}, current, plan.replicas, Reason::mode_forbids});
  for (Step& step : plan.steps) step.dry_run = true;
}

}  // namespace

Plan evaluate(const Workload& workload, Memory& memory, const Observation& observation) {
  adopt(workload, memory, observation);
  remember_arrivals(workload, memory, observation);
  remember_sheds(workload, memory, observation);
  watch_arrivals(workload, memory, observation);
  settle_pending(workload, memory, observation);
  take_back_replacements(memory, observation);
  const std::vector<GradedSignal> signals = grade(workload, memory, observation.at);
  const std::int32_t serving = observation.target ? serving_told(memory, observation) : memory.scale.intent.value_or(1);
  remember_unknown(workload, memory, signals, serving == 0, observation.at);
  if (!observation.target) return hold_unseen(workload, memory, observation);
  remember_idle(workload, memory, signals, serving, observation.at);
  if (refused_lately(workload, memory, observation.at)) memory.scale.idle_since.reset();  // quiet is no proof

  Plan plan;
  const ReplicaCounts counts = count(memory, observation);
  const Situation now{workload,
                      observation,
                      signals,
                      counts,
                      bounds_now(workload, observation),
                      measured_demand(workload, memory, signals, counts.ready)};
  const std::int32_t current = now.counts.current;
  Need need{.max_replicas = most_replicas(workload, observation, now.bounds)};
  forget_evidence_under_orders(observation.orders, memory);
  plan.replicas = decide(now, memory, need, plan);
  if (!is_paused(observation.orders)) {
    plan.replicas = freeze(workload, observation, current, plan.replicas, plan.steps);
    plan.replicas = frozen_by_order(observation, current, plan.replicas, plan.steps);
  }
  need.replicas = plan.replicas;
  if (workload.mode == Mode::dry_run)
    mark_dry_run(plan, current);
  else
    act_on(workload, memory, observation, need, current, plan);
  if (!workload.pools.empty()) plan_sheds(workload, memory, observation, now.demand, need, plan);
  return plan;
}

}  // namespace ballast
