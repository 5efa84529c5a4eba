// Arithmetic that cannot overflow or turn a NaN into a number of replicas.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

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

/// A measured value in the HPA's thousandths, rounded to the nearest.
inline std::int64_t to_milli(double value) { return saturate<std::int64_t>(std::round(value * 1000.0)); }

}  // namespace ballast
