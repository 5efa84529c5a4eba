#include "formats/go_duration.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ballast {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t ns;
};
constexpr std::array kUnits{
    Unit{"ns", 1},         Unit{"us", 1'000},        Unit{"\u00b5s", 1'000},    Unit{"\u03bcs", 1'000},
    Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"h", 3'600'000'000'000}};
constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits before the point; nothing above 2^63.
std::optional<std::uint64_t> take_whole(std::string_view& text) {
  std::uint64_t number = 0;
  for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
    if (number > kLimit / 10) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(text[0] - '0');
    if (number > kLimit) return std::nullopt;
  }
  return number;
}

struct Fraction {
  std::uint64_t digits = 0;
  double scale = 1;
};
/// The digits after the point; those that no longer fit are ignored, as in Go.
Fraction take_fraction(std::string_view& text) {
  Fraction fraction;
  bool full = false;
  for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
    full = full || fraction.digits > (kLimit - 1) / 10;
    const std::uint64_t next = full ? 0 : fraction.digits * 10 + static_cast<std::uint64_t>(text[0] - '0');
    full = full || next > kLimit;
    if (full) continue;
    fraction.digits = next;
    fraction.scale *= 10;
  }
  return fraction;
}

/// One `1.5h`, in nanoseconds.
std::optional<std::uint64_t> take_part(std::string_view& text) {
  const std::size_t before = text.size();
  auto whole = take_whole(text);
  if (!whole) return std::nullopt;
  std::size_t digits = before - text.size();
  Fraction fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::size_t from = text.size();
    fraction = take_fraction(text);
    digits += from - text.size();
  }
  if (digits == 0) return std::nullopt;
  const auto* end = std::ranges::find_if(text, [](char c) { return c == '.' || is_digit(c); });
  const auto* unit =
      std::ranges::find(kUnits, text.substr(0, static_cast<std::size_t>(end - text.begin())), &Unit::name);
  if (unit == kUnits.end() || *whole > kLimit / unit->ns) return std::nullopt;
  text.remove_prefix(unit->name.size());
  const double part = static_cast<double>(fraction.digits) * (static_cast<double>(unit->ns) / fraction.scale);
  return *whole * unit->ns + static_cast<std::uint64_t>(part);
}

}  // namespace

std::optional<std::int64_t> parse_go_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const auto part = take_part(text);
    if (!part || *part > kLimit || total + *part > kLimit) return std::nullopt;
    total += *part;
  }
  if (negative) return static_cast<std::int64_t>(0 - total);
  if (total == kLimit) return std::nullopt;
  return static_cast<std::int64_t>(total);
}

}  // namespace ballast
