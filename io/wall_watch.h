// Notices that the wall clock was set: engine time is steady and does not follow, schedules and display must.
#pragma once

#include <chrono>
#include <optional>

#include "core/time.h"

namespace ballast {

/// A step is a change of the distance between the two clocks by more than this, at once or by drift.
inline constexpr Duration kWallStep = std::chrono::seconds{2};

/// Pure: fed with both clocks from time to time.
class WallWatch {
 public:
  WallWatch(TimePoint engine, WallTime wall) : distance_(distance(engine, wall)) {}
  /// The step since the last one reported; forward is positive.
  std::optional<Duration> see(TimePoint engine, WallTime wall) {
    const Duration step = distance(engine, wall) - distance_;
    if (step <= kWallStep && step >= -kWallStep) return std::nullopt;
    distance_ += step;
    return step;
  }

 private:
  static Duration distance(TimePoint engine, WallTime wall) {
    return wall.time_since_epoch() - engine.time_since_epoch();
  }
  Duration distance_;
};

}  // namespace ballast
