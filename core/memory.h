// What a workload remembers between two evaluations. Small parts, found again by fingerprint, so that a changed
// document keeps what is still true and drops the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/observation.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// What is remembered of one signal. A run of samples is what a shrink must show: each at most `gap` after the one
/// before, all measured after our own start. Anything longer starts the run anew.
struct SignalMemory {
  Fingerprint fingerprint = 0;
  std::optional<Reading> newest{};           ///< the last good reading
  std::optional<Failure> failure{};          ///< set while the newest answer was none
  std::int32_t repeats = 0;                  ///< good answers in a row that brought no newer sample
  TimePoint run_since{};                     ///< of the first sample of the run
  std::int32_t run_samples = 0;              ///< source samples in the run, not polls
  std::optional<TimePoint> unknown_since{};  ///< when it was first seen not fresh; nothing: it is fresh
  bool operator==(const SignalMemory&) const = default;
};

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
  std::optional<std::int32_t> pending_delta{};  ///< signed; of a change whose outcome is awaited
  TimePoint pending_at{};                       ///< when that was decided; it was done soon after, if at all
  std::optional<TimePoint> last_scale{};
  std::optional<TimePoint>
      idle_since{};  ///< awake, and every signal that could keep it so fresh and not above its threshold
  bool operator==(const ScaleMemory&) const = default;
};

struct MemberMemory {
  MemberId id = kNoMember;
  bool retiring = false;
  TimePoint retiring_since{};
  /// Since when it was seen with weight 0 in every pool; the drain timeout counts from here. Nothing: not yet, however
  /// long ago it was decided.
  std::optional<TimePoint> draining_since{};
  bool was_ready = false;
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
