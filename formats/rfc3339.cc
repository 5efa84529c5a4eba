#include "formats/rfc3339.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ballast {
namespace {

/// Takes digits and marks off the front of a text; once something is missing, everything is.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  char one_of(std::string_view marks) {
    if (rest_.empty() || marks.find(rest_.front()) == std::string_view::npos) {
      fail();
      return 0;
    }
    const char mark = rest_.front();
    rest_.remove_prefix(1);
    return mark;
  }
  [[nodiscard]] bool begins(char mark) const { return rest_.starts_with(mark); }
  Duration fraction() {
    if (!begins('.')) return {};
    one_of(".");
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (end == 0) fail();
    std::int64_t micros = 0;
    for (std::size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < end ? rest_[i] - '0' : 0);
    rest_.remove_prefix(end);
    return Duration{micros};
  }
  [[nodiscard]] bool ended() const { return good_ && rest_.empty(); }

 private:
  int fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool good_ = true;
};

std::optional<WallTime> parsed(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.number(4);
  cursor.one_of("-");
  const int month = cursor.number(2);
  cursor.one_of("-");
  const int day = cursor.number(2);
  cursor.one_of("Tt");
  const int hour = cursor.number(2);
  cursor.one_of(":");
  const int minute = cursor.number(2);
  cursor.one_of(":");
  const int second = cursor.number(2);
  const Duration fraction = cursor.fraction();
  const char sign = cursor.one_of("Zz+-");
  std::chrono::minutes offset{};
  if (sign == '+' || sign == '-') {
    const int hours = cursor.number(2);
    cursor.one_of(":");
    const int minutes = cursor.number(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = std::chrono::minutes{(sign == '-' ? -1 : 1) * (hours * 60 + minutes)};
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!cursor.ended() || !date.ok() || year < 1970 || year > 2261 || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} - offset +
         std::chrono::seconds{second} + fraction;
}

}  // namespace

Result<WallTime> parse_rfc3339(std::string_view text) {
  if (const auto time = parsed(text)) return *time;
  return Error{Errc::invalid, fmt::format("'{}' is no point in time; write date, time and offset as in "
                                          "2026-11-27T08:00:00+01:00 or 2026-11-27T07:00:00Z",
                                          text.substr(0, 64))};
}

std::string format_rfc3339(WallTime time) {
  using namespace std::chrono;
  constexpr WallTime kFirst = sys_days{January / 1 / 1};
  constexpr WallTime kLast = sys_days{January / 1 / 10'000} - milliseconds{1};
  const auto shown = floor<milliseconds>(std::clamp(time, kFirst, kLast));
  const auto day = floor<days>(shown);
  const year_month_day date{day};
  const hh_mm_ss clock{shown - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

}  // namespace ballast
