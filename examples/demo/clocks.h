// The two clocks of the demo's logs, in microseconds. The monotonic one is shared by all processes of a machine.
#pragma once

#include <cstdint>
#include <ctime>

namespace ballast_demo {

inline std::int64_t clock_us(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1'000;
}
inline std::int64_t monotonic_us() { return clock_us(CLOCK_MONOTONIC); }
inline std::int64_t wall_us() { return clock_us(CLOCK_REALTIME); }

}  // namespace ballast_demo
