// Any bytes as a Kubernetes quantity: refused, or read as a number that is written and read again as the same number.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/quantity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  auto quantity = ballast::parse_exact_quantity(text);
  if (!quantity) return 0;
  auto again = ballast::parse_exact_quantity(ballast::canonical(*quantity));
  if (!again) std::abort();
  // What a binary suffix cannot say is written without one, and is decimal when read again: compare the numbers.
  quantity->format = again->format = ballast::QuantityFormat::decimal_si;
  if (ballast::canonical(*again) != ballast::canonical(*quantity)) std::abort();
  return 0;
}
