#include "policies/headline.h"

#include <ranges>

namespace ballast {
namespace {

/// Steps that tell what was seen or asked, not what became of it.
bool only_tells(const Step& step) {
  return step.stage == Stage::quality || step.stage == Stage::propose || step.stage == Stage::members ||
         step.reason == Reason::highest_proposal;
}

}  // namespace

const Step* headline(const Plan& plan) {
  for (const Step& step : plan.steps | std::views::reverse)
    if (!only_tells(step)) return &step;
  const Step* highest = nullptr;
  for (const Step& step : plan.steps)
    if (step.stage == Stage::propose && (highest == nullptr || step.after > highest->after)) highest = &step;
  return highest;
}

}  // namespace ballast
