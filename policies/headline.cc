#include "policies/headline.h"

#include <algorithm>
#include <ranges>

namespace ballast {
namespace {

/// Steps that tell what was seen or asked, not what became of it.
bool only_tells(const Step& step) {
  return step.stage == Stage::quality || step.stage == Stage::propose || step.stage == Stage::members ||
         (step.stage == Stage::overload && step.reason != Reason::overload_holds &&
          step.reason != Reason::overload_asks) ||
         step.reason == Reason::highest_proposal || step.reason == Reason::lowest_proposal ||
         step.reason == Reason::schedule_capped || step.reason == Reason::demand_surge ||
         step.reason == Reason::demand_drop;
}

/// A stage that is only tried decides nothing. In a dry run of the whole policy all steps are what would be.
bool is_tried(const Plan& plan, const Step& step) { return step.dry_run && !is_dry_run(plan.steps); }

}  // namespace

const Step* headline(const Plan& plan) {
  for (const Step& step : plan.steps | std::views::reverse)
    if (!only_tells(step) && !is_tried(plan, step)) return &step;
  const auto lowest = std::ranges::find(plan.steps, Reason::lowest_proposal, &Step::reason);
  const Step* counts = nullptr;
  for (const Step& step : plan.steps) {
    if (step.stage != Stage::propose) continue;
    const bool better = lowest != plan.steps.end() ? step.subject == lowest->subject && step.after == lowest->after
                                                   : counts == nullptr || step.after > counts->after;
    if (better) counts = &step;
  }
  return counts;
}

}  // namespace ballast
