// Quantiles of classic histograms. Source: Prometheus' `histogram_quantile` (promql/quantile.go, bucketQuantile).
#pragma once

#include <optional>
#include <vector>

namespace ballast {

/// `count` observations were at most `upper_bound`: cumulative, as `le` has it.
struct Bucket {
  double upper_bound = 0;
  double count = 0;
  bool operator==(const Bucket&) const = default;
};

/// The value below which a share of `quantile` (0 to 1) of the observations is, as if they were spread evenly within a
/// bucket; that of the highest finite bound when it lies above. Buckets in any order; bounds that appear twice are
/// added, counts that fall are raised to the one before. Of {1: 10, 2: 30, +Inf: 30} the median is 1.25: the 15th of 30
/// is the 5th of the 20 between 1 and 2. Nothing: no bucket +Inf, fewer than two buckets, no observation, or
/// counts and bounds at the end of their range, where the answer is no finite number.
std::optional<double> histogram_quantile(double quantile, std::vector<Bucket> buckets);

}  // namespace ballast
