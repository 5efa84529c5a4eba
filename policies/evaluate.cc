#include "policies/evaluate.h"

#include <algorithm>

#include "policies/adopt.h"
#include "policies/quality/grade.h"
#include "policies/scaling/behavior.h"
#include "policies/scaling/guard.h"
#include "policies/scaling/propose.h"
#include "policies/traffic/members.h"

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
    if (not_done && (outcome.action == ActionKind::scale || shrinks)) refused = true;
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
    if (!member.retiring) continue;
    const auto seen = std::ranges::find(observation.members, member.id, &Member::id);
    if (seen == observation.members.end() || seen->state == MemberState::stopping) continue;
    --counts.existing;
    if (seen->state == MemberState::ready) --counts.ready;
  }
  counts.existing = std::max(counts.existing, 0);
  counts.ready = std::max(counts.ready, 0);
  return counts;
}

/// Stage 1: what needs no signal. Nothing: go on.
std::optional<std::int32_t> activation(const Workload& workload, const Observation& observation, std::int32_t current,
                                       std::vector<Step>& steps) {
  const auto decide = [&](std::int32_t replicas, Reason reason, double number) {
    steps.push_back(Step{Stage::activation, {}, current, replicas, reason, {number}});
    return replicas;
  };
  if (observation.orders.paused) return decide(current, Reason::paused, 0);
  if (current == 0 && observation.target->zero_is_off) return decide(0, Reason::scaling_disabled, 0);
  if (current < workload.min_replicas)
    return decide(workload.min_replicas, Reason::below_min_replicas, workload.min_replicas);
  // The maximum is a person's word: it needs no evidence, but a journal that can say why members went.
  if (current > workload.max_replicas && observation.journal_ok && workload.mode != Mode::scale_up_only)
    return decide(workload.max_replicas, Reason::above_max_replicas, workload.max_replicas);
  return std::nullopt;
}

/// Stages 2 to 10 of a target that is within its bounds.
std::int32_t judge_signals(const Workload& workload, Memory& memory, const Observation& observation,
                           ReplicaCounts counts, Plan& plan) {
  const std::vector<GradedSignal> signals = grade(workload, memory, observation.at);
  explain_grades(workload, signals, counts.current, plan.steps);
  std::vector<Proposal> proposals;
  for (const GradedSignal& signal : signals)
    if (workload.signals[signal.index].target_type != TargetType::none)
      proposals.push_back(propose(workload, signal, counts, plan.steps));
  if (proposals.empty()) return counts.current;
  const auto proposal = combine(proposals, counts.current, plan.steps);
  if (!proposal) return counts.current;
  const Limited limited = limit(workload, memory.scale, counts.current, *proposal, observation.at, plan.steps);
  plan.wanted = limited.replicas;
  std::int32_t allowed = limited.replicas;
  if (observation.allowance && allowed > *observation.allowance) {
    allowed = std::max(std::min(counts.current, allowed), *observation.allowance);
    plan.steps.push_back(Step{Stage::allowance, {}, limited.replicas, allowed, Reason::host_reserve});
  }
  return guard(workload, memory, observation, counts.current, allowed, plan.steps);
}

Plan hold_unseen(const Memory& memory, const Observation& observation) {
  Plan plan;
  plan.replicas = plan.wanted = memory.scale.intent.value_or(0);
  Step step{Stage::activation, {}, plan.replicas, plan.replicas, Reason::target_unknown};
  if (observation.hidden) step.numbers = {seconds(observation.at - observation.hidden->since)};
  plan.steps.push_back(step);
  return plan;
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
  settle_pending(workload, memory, observation);
  if (!observation.target) return hold_unseen(memory, observation);

  Plan plan;
  const ReplicaCounts counts = count(memory, observation);
  const auto early = activation(workload, observation, counts.current, plan.steps);
  plan.replicas = plan.wanted = early.value_or(counts.current);
  if (!early) plan.replicas = judge_signals(workload, memory, observation, counts, plan);
  if (workload.mode == Mode::dry_run) {
    mark_dry_run(plan, counts.current);
    return plan;
  }
  memory.scale.intent = plan.replicas;
  if (observation.orders.paused) return plan;
  plan_members(workload, memory, observation, plan);
  if (plan.replicas != counts.current) {
    memory.scale.pending_delta = plan.replicas - counts.current;
    memory.scale.pending_at = observation.at;
  }
  return plan;
}

}  // namespace ballast
