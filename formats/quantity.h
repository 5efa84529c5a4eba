// Kubernetes' resource.Quantity: `100m`, `1.5Gi`, `2e3`. Exact: a fixed-point number of any size down to nano, never a
// double. Source: k8s.io/apimachinery v0.36 pkg/api/resource, which the vectors in tests/data/golden were made with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/field.h"
#include "core/result.h"

namespace ballast {

inline constexpr std::size_t kMaxQuantityText = 256;

/// In which suffixes a quantity is written back: `k M G`, `Ki Mi Gi`, or `e3 e6 e9`.
enum class QuantityFormat : std::uint8_t { decimal_si, binary_si, decimal_exponent };
constexpr std::string_view to_string(QuantityFormat format) {
  constexpr std::string_view kNames[] = {"DecimalSI", "BinarySI", "DecimalExponent"};
  return kNames[static_cast<std::size_t>(format)];
}

/// `digits` x 10^`scale`. Finer than nano is rounded away from zero: whoever wants some resources gets some. A binary
/// quantity is capped at 2^63-1, as Kubernetes caps it.
struct ExactQuantity {
  bool negative = false;
  std::string digits{"0"};  ///< decimal, no leading zeros
  std::int64_t scale = 0;
  QuantityFormat format = QuantityFormat::decimal_si;
  std::string as_written{};  ///< the text, where Kubernetes writes it back unchanged; else empty
  bool wide = false;         ///< too long or too fine for an int64 of nanos, which Kubernetes then keeps in nanos
  bool operator==(const ExactQuantity&) const = default;
};

/// Errors: invalid (names the text, what is wrong with it, and an example).
Result<ExactQuantity> parse_exact_quantity(std::string_view text);
ExactQuantity exact_quantity_of_milli(std::int64_t milli, QuantityFormat format);

/// -1, 0 or 1.
int sign(const ExactQuantity& quantity);
/// The largest suffix with an integer mantissa: 1.5 -> `1500m`, 1.5Gi -> `1536Mi`. Binary ones below 1024 or with a
/// fraction are written decimally. Parsing it gives the same number.
std::string canonical(const ExactQuantity& quantity);
/// What Kubernetes shows right after parsing: `as_written`, or else canonical.
std::string to_string(const ExactQuantity& quantity);
/// Rounded away from zero and saturated (Go's wrap where |1000 x| does not fit, or are 0; ours never do).
std::int64_t value(const ExactQuantity& quantity);
std::int64_t milli_value(const ExactQuantity& quantity);
/// AsApproximateFloat64: mantissa and power of ten are each rounded, so that 0.3 is 0.30000000000000004.
double approximate(const ExactQuantity& quantity);

/// The domain value. `0.5m` is rounded up to 1m. Errors: invalid (malformed, without digits, or 1000 x
/// does not fit an int64).
Result<Quantity> parse_quantity(std::string_view text);
/// Canonical, in decimal suffixes: 1500 -> `1500m`, 2'000'000 -> `2k`. Parsing it gives the same quantity.
std::string format_quantity(Quantity quantity);

}  // namespace ballast
