#include "formats/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace ballast {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t us;
  bool only_alone;  // in format: Prometheus writes 1w as `1w`, but 8d as `8d`
};
constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;
constexpr std::array kUnits{Unit{"y", 365 * kDay, true}, Unit{"w", 7 * kDay, true},    Unit{"d", kDay, false},
                            Unit{"h", kDay / 24, false}, Unit{"m", 60'000'000, false}, Unit{"s", 1'000'000, false},
                            Unit{"ms", 1'000, false}};
constexpr std::int64_t kMaxUs = std::numeric_limits<std::int64_t>::max() / 1000;  // int64 nanoseconds in Prometheus
constexpr std::size_t kMaxText = 64;

Error malformed(std::string_view text, std::string_view problem) {
  return Error{Errc::invalid,
               fmt::format("'{}' is no duration: {}; write numbers with units y, w, d, h, m, s, ms, such as 1h30m, 15s "
                           "or 250ms",
                           text.substr(0, kMaxText), problem)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number and a unit.
struct Term {
  std::int64_t count = 0;
  const Unit* unit = nullptr;
};

/// Takes the first term off `rest`, which is the end of `text`.
Result<Term> take_term(std::string_view& rest, std::string_view text) {
  Term term;
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), term.count);
  if (failed == std::errc::result_out_of_range) return malformed(text, "it is beyond 292 years");
  if (failed != std::errc{} || !is_digit(rest[0])) return malformed(text, fmt::format("'{}' is not a number", rest));
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  const auto* letters_end = std::ranges::find_if(rest, is_digit);
  const std::string_view name = rest.substr(0, static_cast<std::size_t>(letters_end - rest.begin()));
  if (name.empty()) return malformed(text, "the unit is missing");
  term.unit = std::ranges::find(kUnits, name, &Unit::name);
  if (term.unit == kUnits.end()) return malformed(text, fmt::format("unknown unit '{}'", name));
  rest.remove_prefix(name.size());
  return term;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration{0};
  if (text.empty()) return malformed(text, "it is empty");
  if (text.size() > kMaxText) return malformed(text, fmt::format("longer than {} bytes", kMaxText));
  std::int64_t total = 0;
  const auto* next_unit = kUnits.begin();
  for (std::string_view rest = text; !rest.empty();) {
    const auto term = take_term(rest, text);
    if (!term) return term.error();
    const auto [count, unit] = *term;
    if (unit < next_unit) return malformed(text, fmt::format("'{}' is out of order or given twice", unit->name));
    if (count > (kMaxUs - total) / unit->us) return malformed(text, "it is beyond 292 years");
    total += count * unit->us;
    next_unit = unit + 1;
  }
  return Duration{total};
}

std::string format_duration(Duration duration) {
  const std::int64_t us = duration.count();
  if (us == 0) return "0s";
  std::string text = us < 0 ? "-" : "";
  std::uint64_t rest = us < 0 ? 0 - static_cast<std::uint64_t>(us) : static_cast<std::uint64_t>(us);
  for (const Unit& unit : kUnits) {
    const auto span = static_cast<std::uint64_t>(unit.us);
    if (rest < span || (unit.only_alone && rest % span != 0)) continue;
    text += fmt::format("{}{}", rest / span, unit.name);
    rest %= span;
  }
  if (rest != 0) text += fmt::format("{}us", rest);
  return text;
}

}  // namespace ballast
