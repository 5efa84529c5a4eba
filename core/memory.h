// What a workload remembers between two evaluations. Small parts, found again by fingerprint, so that a changed
// document keeps what is still true and drops the rest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/observation.h"
#include "core/reason.h"
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

/// A member in one pool: what it answered, and whether it was ejected.
struct PlaceMemory {
  Fingerprint pool = 0;
  std::optional<Counters> newest{};       ///< when it was last looked at
  std::optional<Counters> compared{};     ///< when members were last compared
  std::int64_t consecutive = 0;           ///< failures without another answer between them
  std::optional<TimePoint> ejected_at{};  ///< while it is
  Reason cause = Reason::none;            ///< why it is out, or still in though it looks sick; with its numbers
  std::array<double, 4> numbers{};
  std::int32_t ejections = 0;  ///< lately: how many times the base time an ejection lasts
  std::optional<TimePoint> returned_at{};
  double share = 1;  ///< of the full weight, for the balance of the pool
  double load = 0;   ///< the sum of what was in flight at each look since members were compared
  std::int32_t looks = 0;
  std::optional<TimePoint> begins_at{};  ///< slow start counts from here
  bool operator==(const PlaceMemory&) const = default;
};

struct MemberMemory {
  MemberId id = kNoMember;
  bool retiring = false;
  TimePoint retiring_since{};
  /// Since when it was seen with weight 0 in every pool; the drain timeout counts from here. Nothing: not yet, however
  /// long ago it was decided.
  std::optional<TimePoint> draining_since{};
  bool was_ready = false;
  bool contested = false;  ///< seen in a state that a person set
  bool replacing = false;  ///< sick and still needed: it goes once another one serves in its place
  bool busy = false;       ///< requests were in flight when it was last seen in a pool
  std::vector<PlaceMemory> places{};
  std::vector<PlaceMemory> tried{};  ///< in pools in a dry run, as if what is decided there were done
  bool operator==(const MemberMemory&) const = default;
};

/// What the detector has learned of a series (policies/detection/detector.h): two rates, one scale, one run.
struct DetectorMemory {
  TimePoint at{};      ///< of the newest sample
  double value = 0;    ///< of it
  double level = 0;    ///< short mean
  double scale = 0;    ///< slow mean of the distance to it, clipped
  double tail = 0;     ///< root mean square of it, clipped late: knows what is rare
  double spacing = 0;  ///< seconds between samples, usually
  double score = 0;    ///< of the newest sample, in scales
  double run_level = 0;
  TimePoint run_since{};
  std::int32_t run = 0;            ///< samples in a row that were not expected; negative: too low
  std::int32_t samples = 0;        ///< since it began to learn
  std::int32_t level_samples = 0;  ///< since the level began anew
  bool operator==(const DetectorMemory&) const = default;
};

/// The newest stretch of a signal whose readings are means over a window (policies/detection/watch.h).
struct FastMemory {
  TimePoint at{};    ///< of the reading that was taken last
  TimePoint seen{};  ///< of the newest reading, taken or not
  double value = 0;  ///< as read: the mean over the window
  double fast = 0;   ///< of the newest stretch alone
  double fast_before = 0;
  double low = 0;         ///< lowest value as read since `low_since`
  double low_before = 0;  ///< and in the window before that
  TimePoint low_since{};
  std::int32_t ready = 0;  ///< members that served then
  std::int32_t ready_before = 0;
  std::int32_t stretches = 0;  ///< in a row, each close to the one before
  bool operator==(const FastMemory&) const = default;
};

/// How one signal is watched. No shrink rests on it.
struct WatchMemory {
  Fingerprint signal = 0;
  Duration window{};  ///< of its newest reading
  FastMemory fast{};
  DetectorMemory detector{};
  bool operator==(const WatchMemory&) const = default;
};

/// A pool that looks for outliers.
struct PoolMemory {
  Fingerprint pool = 0;
  TimePoint compared_at{};  ///< when its members were last compared
  bool operator==(const PoolMemory&) const = default;
};

/// A share of requests, in percent, that was refused from a time on.
struct ShedChange {
  TimePoint at{};
  std::int32_t percent = 0;
  bool operator==(const ShedChange&) const = default;
};

/// A pool that may refuse requests (policies/traffic/overload.h).
struct ShedMemory {
  Fingerprint pool = 0;
  std::vector<ShedChange> past{};     ///< as far back as a measurement reaches
  std::optional<TimePoint> over{};    ///< of the measurement that first found too much, while nothing is refused
  std::optional<ShedChange> faded{};  ///< what was refused, and when, as the load became unknown
  Duration retry_after{};             ///< what it was told last beside a share
  bool operator==(const ShedMemory&) const = default;
};

/// A surge that was found: fewer replicas than `replicas` are not proposed before `until`.
struct SurgeMemory {
  Fingerprint signal = 0;
  std::int32_t replicas = 0;
  TimePoint found{};
  TimePoint until{};
  bool operator==(const SurgeMemory&) const = default;
};

/// An alert that is pending or firing. What is neither is not remembered.
struct AlertMemory {
  std::uint64_t alert = 0;           ///< fingerprint of a rule or of a built-in alert
  TimePoint since{};                 ///< its test holds since then, but for the time in which nothing was known
  std::optional<TimePoint> fired{};  ///< nothing: pending
  TimePoint looked{};
  std::optional<TimePoint> ceased{};  ///< it fires though its test does not hold since then, again but for that time
  bool operator==(const AlertMemory&) const = default;
};

struct Memory {
  std::string target{};  ///< kind and name; another one drops everything
  std::string uid{};     ///< another one drops what belonged to the old target
  TimePoint evidence_from{};
  std::vector<SignalMemory> signals{};
  ScaleMemory scale{};
  std::vector<MemberMemory> members{};  ///< by id
  std::vector<WatchMemory> watches{};
  std::optional<SurgeMemory> surge{};
  std::vector<PoolMemory> pools{};
  std::vector<AlertMemory> alerts{};
  std::vector<ShedMemory> sheds{};
  bool operator==(const Memory&) const = default;
};

}  // namespace ballast
