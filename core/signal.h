// What was measured: readings as probes give them (members by name) and as policies see them (members by id).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"

namespace ballast {

/// A member of a workload (a worker, a pod, a backend server): a small number that is never reused. The engine
/// maps names to ids once, so that policies never join strings. `kNoMember` marks a scalar.
enum class MemberId : std::uint32_t {};
inline constexpr MemberId kNoMember{0};

/// A pool (a load balancer's backend) of a workload: its place in `Workload::pools`.
enum class PoolId : std::uint16_t {};

struct Sample {
  MemberId member = kNoMember;
  double value = 0;
  TimePoint at{};     ///< by the clock of the source, as engine time
  Duration window{};  ///< what the value is an average over; zero when it is instantaneous
  bool operator==(const Sample&) const = default;
};

/// One answer of one signal. Never empty: no samples is an error, not a reading.
struct Reading {
  TimePoint at{};
  Duration window{};
  std::vector<Sample> samples{};
  bool operator==(const Reading&) const = default;
};

/// What a probe selects: as `Reading`, but members still have names. A scalar is one sample without a name.
struct NamedSample {
  std::string member{};
  double value = 0;
  TimePoint at{};
  Duration window{};
  bool operator==(const NamedSample&) const = default;
};
struct NamedReading {
  TimePoint at{};
  Duration window{};
  std::vector<NamedSample> samples{};
  bool operator==(const NamedReading&) const = default;
};
inline NamedReading scalar(TimePoint at, double value, Duration window = {}) {
  return {at, window, {NamedSample{"", value, at, window}}};
}

/// How far a signal can be trusted now. Only `fresh` may ever let a target shrink.
enum class Grade : std::uint8_t {
  fresh,
  stale,    ///< its newest sample is older than `staleAfter`
  missing,  ///< never read, or the source does not answer
  invalid,  ///< answered with something that is no number
  frozen,   ///< the source repeats one sample
  suspect,  ///< a reading without an echo
};
constexpr const char* to_string(Grade grade) {
  constexpr const char* kNames[] = {"fresh", "stale", "missing", "invalid", "frozen", "suspect"};
  return kNames[static_cast<std::size_t>(grade)];
}

}  // namespace ballast
