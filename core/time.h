// The two clocks of the engine as two types, so that they cannot be mixed.
#pragma once

#include <chrono>
#include <cstdint>

namespace ballast {

/// Every span of time inside Ballast: int64 microseconds.
using Duration = std::chrono::microseconds;

/// Engine time: UTC at start plus steady time elapsed, never below the newest journaled time. It never jumps.
struct EngineClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<EngineClock, Duration>;
  static constexpr bool is_steady = true;  // it has no now(): time is an argument
};
using TimePoint = EngineClock::time_point;

/// What a wall clock shows: UTC. Only for schedules and for people.
using WallTime = std::chrono::sys_time<Duration>;

constexpr double seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

/// A span given in seconds, rounded to the nearest microsecond.
constexpr Duration from_seconds(double value) {
  return Duration{static_cast<std::int64_t>(value * 1e6 + (value < 0 ? -0.5 : 0.5))};
}

}  // namespace ballast
