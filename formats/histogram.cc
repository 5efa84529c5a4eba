#include "formats/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace ballast {
namespace {

/// Sorted, each bound once, counts that never fall.
std::vector<Bucket> in_order(std::vector<Bucket> buckets) {
  std::ranges::sort(buckets, {}, &Bucket::upper_bound);
  std::vector<Bucket> result;
  for (const Bucket& bucket : buckets) {
    if (!result.empty() && result.back().upper_bound == bucket.upper_bound)
      result.back().count += bucket.count;
    else
      result.push_back(bucket);
  }
  for (std::size_t i = 1; i < result.size(); ++i) result[i].count = std::max(result[i].count, result[i - 1].count);
  return result;
}

/// Of buckets in order, with observations and an infinite one at the end.
double interpolated(double quantile, const std::vector<Bucket>& ordered) {
  const double rank = quantile * ordered.back().count;
  const auto found = std::ranges::find_if(ordered, [rank](const Bucket& bucket) { return bucket.count >= rank; });
  const auto index = static_cast<std::size_t>(found - ordered.begin());
  if (index >= ordered.size() - 1) return ordered[ordered.size() - 2].upper_bound;
  const Bucket& bucket = ordered[index];
  if (index == 0 && bucket.upper_bound <= 0) return bucket.upper_bound;
  const double start = index == 0 ? 0 : ordered[index - 1].upper_bound;
  const double before = index == 0 ? 0 : ordered[index - 1].count;
  const double within = bucket.count - before;
  if (within <= 0) return start;  // quantile 0 of a bucket without observations
  return start + (bucket.upper_bound - start) * ((rank - before) / within);
}

}  // namespace

std::optional<double> histogram_quantile(double quantile, std::vector<Bucket> buckets) {
  for (const Bucket& bucket : buckets)
    if (std::isnan(bucket.upper_bound) || !std::isfinite(bucket.count)) return std::nullopt;
  const std::vector<Bucket> ordered = in_order(std::move(buckets));
  if (ordered.size() < 2 || ordered.back().upper_bound != HUGE_VAL) return std::nullopt;
  const double count = ordered.back().count;
  if (count <= 0 || !std::isfinite(count)) return std::nullopt;
  const double value = interpolated(quantile, ordered);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace ballast
