// Any bytes as buckets, 16 a bucket: a quantile is a finite number, not above the highest finite bound, and no smaller
// than a smaller quantile; or it is not known.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "formats/histogram.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::vector<ballast::Bucket> buckets;
  for (std::size_t at = 0; at + 16 <= size && buckets.size() < 1000; at += 16) {
    ballast::Bucket bucket;
    std::memcpy(&bucket.upper_bound, bytes + at, 8);
    std::memcpy(&bucket.count, bytes + at + 8, 8);
    buckets.push_back(bucket);
  }
  double highest = -std::numeric_limits<double>::infinity();
  double rounding = 0;  // of an interpolation between bounds of any size
  for (const auto& bucket : buckets) {
    if (!std::isfinite(bucket.upper_bound)) continue;
    highest = std::max(highest, bucket.upper_bound);
    rounding = std::max(rounding, std::abs(bucket.upper_bound) * 1e-12);
  }
  std::optional<double> before;
  for (const double quantile : {0.0, 0.001, 0.5, 0.9, 0.999, 1.0}) {
    const auto value = ballast::histogram_quantile(quantile, buckets);
    if (!value) continue;
    if (!std::isfinite(*value) || *value > highest + rounding) std::abort();
    if (before && *value < *before - rounding) std::abort();
    before = value;
  }
  return 0;
}
