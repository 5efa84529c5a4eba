// Which members of a pool are outliers: statistics over what each of them answered. Pure, without memory.
// Source: Envoy, source/common/upstream/outlier_detection_impl.cc (success rate, failure percentage); latency is ours.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/balancing.h"
#include "core/reason.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// What a member answered within one interval: differences of `Counters`.
struct Answered {
  MemberId id = kNoMember;
  std::int64_t answers = 0;
  std::int64_t failures = 0;
  std::int64_t timed = 0;
  Duration answering{};
  Duration answering_error{};
};

/// Why a member is an outlier; `numbers` as the reason's line in the table says.
struct Outlier {
  MemberId id = kNoMember;
  Reason reason = Reason::none;
  std::array<double, 4> numbers{};
  bool operator==(const Outlier&) const = default;
};

/// The success rate (in percent) below which a member is an outlier: mean - factor x standard deviation (of the
/// population). Nothing without rates.
/// Worked example: {50, 100, 100, 100, 100} have the mean 90 and the standard deviation 20; 1.9 of it below is 52.
struct RateThreshold {
  double mean = 0;
  double threshold = 0;
};
std::optional<RateThreshold> success_rate_threshold(std::span<const double> rates, double factor);

/// Middle value, or the mean of the two in the middle. Nothing without values.
std::optional<double> median(std::vector<double> values);

/// A mean time to answer is compared with all doubt against the outlier: its own as short as it may be, the others' as
/// long. At most one entry a member: of several reasons the first of success rate, failure percentage, latency. In the
/// order of `members`.
std::vector<Outlier> outliers(const OutlierDetection& rules, std::span<const Answered> members);

/// What a signal says of a member.
struct MemberValue {
  MemberId id = kNoMember;
  double value = 0;
  TimePoint at{};  ///< of which it is true
};
/// Members whose value is above `factor` times the median, and at least `at_least`. Example, factor 3, at_least 5:
/// {1, 2, 2, 9} has the median 2: 9 is an outlier; {0, 0, 0, 4} has none, 4 is below 5. In the order of `values`.
std::vector<Outlier> outliers(const MemberSignal& rule, std::span<const MemberValue> values);

}  // namespace ballast
