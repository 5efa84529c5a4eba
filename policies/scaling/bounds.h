// How many replicas may be now: the policy's own bounds, narrowed by the schedules whose windows are open.
// Precedence: pause > freeze > ... > schedule > signals; a floor never beats a maximum.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

/// Both ends included, `min` never above `max`.
struct Bounds {
  std::int32_t min = 0;
  std::int32_t max = 0;
  std::optional<std::uint32_t> min_schedule{};  ///< whose floor `min` is; nothing: the policy's own
  std::optional<std::uint32_t> max_schedule{};  ///< likewise
  bool operator==(const Bounds&) const = default;
};

/// The highest floor and the lowest ceiling of the open windows and the policy. minReplicas 2, maxReplicas 20, one
/// window with a floor of 10 and one with a ceiling of 8: 8 to 8.
Bounds bounds_now(const Workload& workload, const Observation& observation);

/// A step for each open window that asks for more than `bounds` allow.
void explain_bounds(const Workload& workload, const Observation& observation, const Bounds& bounds,
                    std::int32_t current, std::vector<Step>& steps);

/// `decided`, or `current` when an open window freezes the direction.
std::int32_t freeze(const Workload& workload, const Observation& observation, std::int32_t current,
                    std::int32_t decided, std::vector<Step>& steps);

}  // namespace ballast
