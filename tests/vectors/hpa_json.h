// What the groups of the HPA write alike.
#pragma once

#include <cstdint>
#include <string>

#include "formats/quantity.h"

namespace ballast::vectors {

/// A quantity that the vectors are known to write correctly; anything else is told apart by a value that nothing has.
inline std::int64_t milli_of(const std::string& text) {
  const auto quantity = parse_exact_quantity(text);
  return quantity ? milli_value(*quantity) : INT64_MIN;
}

}  // namespace ballast::vectors
