#include "formats/excerpt.h"

#include <fmt/format.h>

#include <algorithm>

namespace ballast {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(from, text.find_last_not_of(kSpace) + 1 - from);
}

/// At most `bytes` of the front, no character of UTF-8 cut in two.
std::string_view front_of(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  for (std::size_t end = bytes; end + 4 > bytes; --end) {
    if ((static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80) return text.substr(0, end);
    if (end == 0) break;
  }
  return text.substr(0, bytes);  // not UTF-8
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t bytes) {
  std::string shown{front_of(trimmed(text), bytes)};
  std::ranges::replace_if(
      shown, [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, ' ');
  return shown;
}

Error not_json(std::string_view body, std::string_view why) {
  const std::string_view text = trimmed(body);
  if (text.empty()) return Error{Errc::invalid, "an empty body instead of JSON"};
  if (text.front() == '<') return Error{Errc::invalid, fmt::format("HTML or XML instead of JSON: {}", excerpt(text))};
  return Error{Errc::invalid, fmt::format("not JSON ({}): {}", why, excerpt(text))};
}

}  // namespace ballast
