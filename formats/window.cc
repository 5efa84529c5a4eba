#include "formats/window.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace ballast {
namespace {

/// What the clocks of a zone show, as if it were UTC, without ever going back: while clocks show an hour again, it is
/// the last microsecond before they were put back. Nothing: tzdata has no such zone.
std::optional<WallTime> shown(std::string_view zone, WallTime now) {
  try {
    const date::time_zone* clocks = date::locate_zone(std::string{zone});
    const auto second = date::floor<std::chrono::seconds>(now);
    const date::sys_info info = clocks->get_info(second);
    const WallTime local = now + info.offset;
    if (second - info.begin > std::chrono::hours{48}) return local;  // longer than clocks were ever put back
    const date::sys_info before = clocks->get_info(info.begin - std::chrono::seconds{1});
    if (before.offset <= info.offset) return local;
    return std::max(local, WallTime{info.begin} + before.offset - Duration{1});
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

/// Any year will do for the question whether something fires at all; a leap year lies within five of it.
constexpr WallTime kSomeTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

}  // namespace

Result<CronSchedule> parse_window_edge(std::string_view text) {
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ="))
    return Error{Errc::invalid, fmt::format("'{}' names a time zone of its own; write it as timezone", text)};
  auto schedule = parse_cron(text);
  if (!schedule) return schedule.error();
  if (schedule->every > Duration{0})
    return Error{Errc::invalid, fmt::format("'{}' is at no time of a day; write one, such as '0 8 * * MON-FRI'", text)};
  if (!next_after(*schedule, kSomeTime))
    return Error{Errc::invalid, fmt::format("'{}' never fires: no month has such a day", text)};
  return schedule;
}

Result<Window> parse_window(std::string_view start, std::string_view end, std::string_view zone) {
  if (!is_time_zone(zone)) return Error{Errc::invalid, fmt::format("unknown time zone '{}'", zone)};
  auto opens = parse_window_edge(start);
  if (!opens) return opens.error();
  auto closes = parse_window_edge(end);
  if (!closes) return closes.error();
  if (*opens == *closes)
    return Error{Errc::invalid, fmt::format("'{}' is both start and end: it would never close", start)};
  Window window;
  window.recurring = Window::Recurring{std::move(*opens), std::move(*closes), std::string{zone}};
  return window;
}

bool is_open(const Window& window, WallTime now) {
  if (!window.recurring) return now >= window.from && now < window.to;
  const auto local = shown(window.recurring->zone, now);
  if (!local) return false;
  const auto end = next_after(window.recurring->end, *local);
  const auto start = next_after(window.recurring->start, *local);
  // Open when the end is what comes next. Where both come at once, one window follows the other: open.
  return end && (!start || *end <= *start);
}

std::vector<std::string> time_zones() {
  std::vector<std::string> names;
  try {
    for (const auto& zone : date::get_tzdb().zones) names.emplace_back(zone.name());
  } catch (const std::exception&) {
    return {};
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace ballast
