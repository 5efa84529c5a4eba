// What a workload remembers between two evaluations. Small parts, found again by fingerprint, so that a changed
// document keeps what is still true and drops the rest.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/observation.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// One point of a signal: the total over its samples and when the source measured it.
struct Point {
  TimePoint at{};  ///< at the source
  TimePoint arrived{};
  double value = 0;  ///< the sum over samples
  bool operator==(const Point&) const = default;
};

struct SignalMemory {
  Fingerprint fingerprint = 0;
  std::deque<Point> points{};        ///< oldest first; as long as the shrink window asks, at most kMaxPoints
  std::vector<Sample> members{};     ///< of the newest reading
  std::optional<Failure> failure{};  ///< the newest answer was none
  std::int32_t repeats = 0;          ///< polls in a row whose newest source time did not advance
  TimePoint first_poll{};
  bool operator==(const SignalMemory&) const = default;
};
inline constexpr std::size_t kMaxPoints = 512;

/// What was proposed, for stabilization. The HPA's `timestampedRecommendation`.
struct Recommendation {
  TimePoint at{};
  std::int32_t replicas = 0;
  bool operator==(const Recommendation&) const = default;
};

/// A change of replicas, for rate limits. Frozen form: old journals must stay readable. HPA's `timestampedScaleEvent`.
struct RateEvent {
  TimePoint at{};
  std::int32_t delta = 0;  ///< absolute
  bool outdated = false;
  bool operator==(const RateEvent&) const = default;
};

struct ScaleMemory {
  std::vector<Recommendation> recommendations{};
  std::vector<RateEvent> ups{};
  std::vector<RateEvent> downs{};
  std::optional<std::int32_t> intent{};         ///< the last decided number of serving members
  std::optional<std::int32_t> pending_delta{};  ///< of a write whose outcome is awaited
  std::optional<TimePoint> last_scale{};
  bool outcome_unknown = false;
  bool operator==(const ScaleMemory&) const = default;
};

struct MemberMemory {
  MemberId id = kNoMember;
  bool retiring = false;
  TimePoint retiring_since{};
  TimePoint ready_since{};  ///< first seen ready; epoch: never
  bool operator==(const MemberMemory&) const = default;
};

struct Memory {
  std::string target{};  ///< kind and name; another one drops everything
  std::string uid{};     ///< another one drops what belonged to the old target
  TimePoint evidence_from{};
  std::vector<SignalMemory> signals{};
  ScaleMemory scale{};
  std::vector<MemberMemory> members{};  ///< by id
  bool operator==(const Memory&) const = default;
};

}  // namespace ballast
