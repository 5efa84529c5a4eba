// Any bytes as a Kubernetes quantity: refused, or read as a number that is written and read again as the same number;
// its roundings agree with each other, and so does what documents make of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include "formats/quantity.h"

namespace {

using ballast::ExactQuantity;

/// Whole units and thousandths are both rounded away from zero, and end at the ends of an int64.
void check_roundings(const ExactQuantity& quantity) {
  const int sign = ballast::sign(quantity);
  const std::int64_t whole = ballast::value(quantity);
  const std::int64_t milli = ballast::milli_value(quantity);
  if ((whole > 0) - (whole < 0) != sign || (milli > 0) - (milli < 0) != sign) std::abort();
  const double about = ballast::approximate(quantity);
  if (about != 0 && (about > 0) != (sign > 0)) std::abort();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1000;
  if (whole > kMost || whole < -kMost) return;  // more thousandths than there is room for
  if (std::abs(milli) > 1000 * std::abs(whole) || (whole != 0 && std::abs(milli) <= 1000 * (std::abs(whole) - 1)))
    std::abort();
  if (std::abs(about - static_cast<double>(milli) / 1000) > 1 + 1e-9 * std::abs(about)) std::abort();
}

void check_domain(std::string_view text, const ExactQuantity& quantity) {
  const auto domain = ballast::parse_quantity(text);
  if (!domain) return;
  if (domain->milli != ballast::milli_value(quantity)) std::abort();
  const auto again = ballast::parse_quantity(ballast::format_quantity(*domain));
  if (again != domain) std::abort();
  const auto exact = ballast::exact_quantity_of_milli(domain->milli, ballast::QuantityFormat::decimal_si);
  if (ballast::milli_value(exact) != domain->milli) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  auto quantity = ballast::parse_exact_quantity(text);
  if (!quantity) {
    if (ballast::parse_quantity(text)) std::abort();
    return 0;
  }
  check_roundings(*quantity);
  check_domain(text, *quantity);
  if (ballast::to_string(*quantity).empty()) std::abort();
  auto again = ballast::parse_exact_quantity(ballast::canonical(*quantity));
  if (!again) std::abort();
  // What a binary suffix cannot say is written without one, and is decimal when read again: compare the numbers.
  quantity->format = again->format = ballast::QuantityFormat::decimal_si;
  if (ballast::canonical(*again) != ballast::canonical(*quantity)) std::abort();
  return 0;
}
