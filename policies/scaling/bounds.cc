#include "policies/scaling/bounds.h"

#include <algorithm>

namespace ballast {
namespace {

/// Calls `each(index, schedule)` for every open window. A frame of an older document may name one that is gone.
template <class Each>
void for_open(const Workload& workload, const Observation& observation, Each each) {
  for (const std::uint16_t index : observation.windows)
    if (index < workload.schedules.size()) each(std::uint32_t{index}, workload.schedules[index]);
}

bool stops(const std::optional<Freeze>& frozen, std::int32_t current, std::int32_t decided) {
  if (!frozen || decided == current) return false;
  return *frozen == Freeze::all || *frozen == (decided < current ? Freeze::scale_down : Freeze::scale_up);
}

}  // namespace

Bounds bounds_now(const Workload& workload, const Observation& observation) {
  Bounds bounds{.min = workload.min_replicas, .max = workload.max_replicas};
  for_open(workload, observation, [&](std::uint32_t index, const Schedule& schedule) {
    if (schedule.min_replicas && *schedule.min_replicas > bounds.min) {
      bounds.min = *schedule.min_replicas;
      bounds.min_schedule = index;
    }
    if (schedule.max_replicas && *schedule.max_replicas < bounds.max) {
      bounds.max = *schedule.max_replicas;
      bounds.max_schedule = index;
    }
  });
  bounds.min = std::min(bounds.min, bounds.max);
  return bounds;
}

void explain_bounds(const Workload& workload, const Observation& observation, const Bounds& bounds,
                    std::int32_t current, std::vector<Step>& steps) {
  for_open(workload, observation, [&](std::uint32_t index, const Schedule& schedule) {
    if (!schedule.min_replicas || *schedule.min_replicas <= bounds.max) return;
    steps.push_back(Step{Stage::activation,
                         {Subject::Kind::window, index},
                         current,
                         current,
                         Reason::schedule_capped,
                         {static_cast<double>(*schedule.min_replicas), static_cast<double>(bounds.max)}});
  });
}

std::int32_t freeze(const Workload& workload, const Observation& observation, std::int32_t current,
                    std::int32_t decided, std::vector<Step>& steps) {
  std::int32_t result = decided;
  for_open(workload, observation, [&](std::uint32_t index, const Schedule& schedule) {
    if (result == current || !stops(schedule.freeze, current, decided)) return;
    result = current;
    steps.push_back(Step{Stage::guard, {Subject::Kind::window, index}, decided, current, Reason::schedule_frozen});
  });
  return result;
}

}  // namespace ballast
