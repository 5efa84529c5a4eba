// Numbers in text, without locale, blanks or a plus sign.
#pragma once

#include <charconv>
#include <concepts>
#include <string_view>
#include <system_error>

namespace ballast {

/// Whether all of `text` is a number that the type holds. When it is not, `number` may hold anything.
template <std::integral T>
bool read_number(std::string_view text, T& number, int base = 10) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return failed == std::errc{} && end == text.data() + text.size();
}
/// As above; `inf` and `nan` are such numbers, what is too large or too small for the type is none.
template <std::floating_point T>
bool read_number(std::string_view text, T& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size();
}

}  // namespace ballast
