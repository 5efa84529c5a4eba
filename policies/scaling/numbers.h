// Arithmetic that cannot overflow or turn a NaN into a number of replicas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/time.h"

namespace ballast {

/// The nearest `Int` to `value`, ends included; NaN is 0. saturate<int32>(1e300) == 2147483647.
template <class Int>
constexpr Int saturate(double value) {
  if (std::isnan(value)) return 0;
  // 2^63 is not an int64, but is the double that its max rounds to: compare before converting.
  if (value >= static_cast<double>(std::numeric_limits<Int>::max())) return std::numeric_limits<Int>::max();
  if (value <= static_cast<double>(std::numeric_limits<Int>::min())) return std::numeric_limits<Int>::min();
  return static_cast<Int>(value);
}

/// a + b, or the end of the range that it runs over.
constexpr std::int64_t saturating_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

/// a x b, or the end of the range that it runs over.
constexpr std::int64_t saturating_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product)) return product;
  return (a < 0) != (b < 0) ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

/// a / b towards zero; b is not 0. Only INT64_MIN / -1 has no place, and is INT64_MAX.
constexpr std::int64_t saturating_divide(std::int64_t a, std::int64_t b) {
  return b == -1 ? saturating_multiply(a, -1) : a / b;
}

/// The nearest 32 bits.
constexpr std::int32_t narrow(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, std::numeric_limits<std::int32_t>::min(),
                                                            std::numeric_limits<std::int32_t>::max()));
}

/// A time `span` later; times that come from elsewhere may lie at the ends of the range.
constexpr TimePoint saturating_add(TimePoint at, Duration span) {
  return TimePoint{Duration{saturating_add(at.time_since_epoch().count(), span.count())}};
}

/// A measured value in the HPA's thousandths, rounded to the nearest.
inline std::int64_t to_milli(double value) { return saturate<std::int64_t>(std::round(value * 1000.0)); }

}  // namespace ballast
