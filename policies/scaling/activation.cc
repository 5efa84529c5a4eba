#include "policies/scaling/activation.h"

#include "policies/scaling/behavior.h"
#include "policies/scaling/guard.h"
#include "policies/scaling/orders.h"
#include "policies/scaling/zero.h"

namespace ballast {
namespace {

/// Below the minimum or above the maximum: who set it, the policy or a schedule, is the reason.
Step bound_step(std::int32_t current, std::int32_t bound, const std::optional<std::uint32_t>& schedule, Reason own,
                Reason by_schedule) {
  Step step{Stage::activation, {}, current, bound, schedule ? by_schedule : own, {static_cast<double>(bound)}};
  if (schedule) step.subject = {Subject::Kind::window, *schedule};
  return step;
}

}  // namespace

std::optional<std::int32_t> before_signals(const Situation& now, std::vector<Step>& steps) {
  const std::int32_t current = now.counts.current;
  const auto decide = [&](const Step& step) {
    steps.push_back(step);
    return step.after;
  };
  if (is_paused(now.observation.orders)) return decide({Stage::activation, {}, current, current, Reason::paused});
  // Where the policy itself never goes to zero, zero is a person's word, which a schedule does not overrule.
  if (current == 0 && now.observation.target->zero_is_off && now.workload.min_replicas > 0)
    return decide({Stage::activation, {}, 0, 0, Reason::scaling_disabled});
  if (const auto ordered = ordered_replicas(now, steps)) return ordered;
  explain_bounds(now.workload, now.observation, now.bounds, current, steps);
  if (current < now.bounds.min)
    return decide(
        bound_step(current, now.bounds.min, now.bounds.min_schedule, Reason::below_min_replicas, Reason::schedule_min));
  // The maximum is a person's word: it needs no evidence, but a journal that can say why members went.
  if (current > now.bounds.max && now.observation.journal_ok && now.workload.mode != Mode::scale_up_only)
    return decide(
        bound_step(current, now.bounds.max, now.bounds.max_schedule, Reason::above_max_replicas, Reason::schedule_max));
  return std::nullopt;
}

std::optional<std::int32_t> fall_asleep(const Situation& now, const Memory& memory, std::vector<Step>& steps) {
  const auto idle = idle_for(memory, now.observation.at);
  const Duration cooldown = now.workload.zero_cooldown;
  const bool forbidden = behavior_in_force(now.workload).scale_down.select_policy == SelectPolicy::disabled;
  if (!idle || *idle < cooldown || forbidden) return std::nullopt;
  const std::int32_t current = now.counts.current;
  const std::size_t place = steps.size();
  steps.push_back(Step{Stage::activation, {}, current, 0, Reason::scaled_to_zero, {seconds(*idle), seconds(cooldown)}});
  const Limited limited = limit_rate(now.workload, now.bounds, memory.scale, current, 0, now.observation.at, steps);
  const std::int32_t result = guard(now.workload, memory, now.observation, cooldown, current, limited.replicas, steps);
  // Where only rates are in the way it waits: what inactive signals ask for would be taken away again at once.
  if (result < current || limited.replicas == current) return result;
  // The signals may still ask for more; what held it is said beside that.
  steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(place));
  return std::nullopt;
}

void explain_cooldown(const Situation& now, const Memory& memory, std::vector<Step>& steps, std::size_t first) {
  for (std::size_t i = first; i < steps.size(); ++i) {
    if (steps[i].reason != Reason::too_few_replicas) continue;
    const Duration idle = idle_for(memory, now.observation.at).value_or(Duration{});
    steps[i].reason = Reason::zero_cooldown;
    steps[i].numbers = {seconds(idle), seconds(now.workload.zero_cooldown)};
  }
}

}  // namespace ballast
