#include "formats/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <vector>

#include "formats/go_duration.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxSpec = 1024;

struct Bounds {
  std::string_view what;
  std::uint64_t min;
  std::uint64_t max;
  std::span<const std::string_view> names;  ///< of min, min + 1, …
};
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr Bounds kMinute{"minute", 0, 59, {}};
constexpr Bounds kHour{"hour", 0, 23, {}};
constexpr Bounds kDayOfMonth{"day of month", 1, 31, {}};
constexpr Bounds kMonth{"month", 1, 12, kMonths};
constexpr Bounds kDayOfWeek{"day of week", 0, 6, kDays};

Error malformed(std::string_view spec, std::string_view problem) {
  return Error{Errc::invalid, fmt::format("'{}' is no cron schedule: {}; write minute hour day-of-month month "
                                          "day-of-week, such as '30 8 * * MON-FRI', or @daily, or @every 5m",
                                          spec.substr(0, 128), problem)};
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators, bool keep_empty) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find_first_of(separators, from), text.size());
    if (keep_empty || to != from) parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

/// A number (Go's Atoi takes a plus sign), or a name in any case.
Result<std::uint64_t> parse_number(std::string_view text, const Bounds& bounds) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto named = std::ranges::find(bounds.names, lower);
  if (named != bounds.names.end()) return bounds.min + static_cast<std::uint64_t>(named - bounds.names.begin());
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = failed == std::errc{} && end == digits.data() + digits.size();
  if (!whole || number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return Error{Errc::invalid, fmt::format("'{}' is no {}", text, bounds.what)};
  return number;
}

struct Range {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t step = 1;
  bool star = false;
};

/// `*`, `5`, `5-9`; what follows the hyphen of `*-` is ignored, as in robfig/cron.
Result<Range> parse_ends(std::string_view text, const Bounds& bounds) {
  const auto ends = split(text, "-", true);
  if (ends[0] == "*" || ends[0] == "?") return Range{bounds.min, bounds.max, 1, true};
  if (ends.size() > 2) return Error{Errc::invalid, fmt::format("too many hyphens in '{}'", text)};
  const auto low = parse_number(ends[0], bounds);
  if (!low) return low.error();
  if (ends.size() == 1) return Range{*low, *low, 1, false};
  const auto high = parse_number(ends[1], bounds);
  if (!high) return high.error();
  return Range{*low, *high, 1, false};
}

/// One part of a list: ends and an optional `/step`; `5/10` means 5 to the maximum.
Result<Range> parse_range(std::string_view text, const Bounds& bounds) {
  const auto parts = split(text, "/", true);
  if (parts.size() > 2) return Error{Errc::invalid, fmt::format("too many slashes in '{}'", text)};
  auto range = parse_ends(parts[0], bounds);
  if (!range) return range.error();
  if (parts.size() == 2) {
    const auto step = parse_number(parts[1], Bounds{"step", 0, 0, {}});
    if (!step) return step.error();
    if (*step == 0) return Error{Errc::invalid, fmt::format("the step in '{}' is below 1", text)};
    range->step = *step;
    if (parts[0].find('-') == std::string_view::npos) range->high = bounds.max;
    if (*step > 1) range->star = false;
  }
  if (range->low < bounds.min || range->high > bounds.max || range->low > range->high)
    return Error{Errc::invalid,
                 fmt::format("'{}' is no range of {} within {}-{}", text, bounds.what, bounds.min, bounds.max)};
  return *range;
}

Result<CronField> parse_field(std::string_view text, const Bounds& bounds) {
  CronField field;
  for (const std::string_view part : split(text, ",", false)) {
    const auto range = parse_range(part, bounds);
    if (!range) return range.error();
    field.star = field.star || range->star;
    for (std::uint64_t value = range->low; value <= range->high; value += range->step)
      field.bits |= std::uint64_t{1} << value;
  }
  return field;
}

Result<CronSchedule> parse_every(std::string_view text) {
  const auto ns = parse_go_duration(text);
  if (!ns) return Error{Errc::invalid, fmt::format("'{}' is no duration such as 90s or 1h30m", text)};
  CronSchedule schedule;
  schedule.every = std::chrono::seconds{std::max<std::int64_t>(1, *ns / 1'000'000'000)};
  return schedule;
}

struct Descriptor {
  std::string_view name;
  std::string_view fields;
};
constexpr std::array kDescriptors{Descriptor{"@yearly", "0 0 1 1 *"},  Descriptor{"@annually", "0 0 1 1 *"},
                                  Descriptor{"@monthly", "0 0 1 * *"}, Descriptor{"@weekly", "0 0 * * 0"},
                                  Descriptor{"@daily", "0 0 * * *"},   Descriptor{"@midnight", "0 0 * * *"},
                                  Descriptor{"@hourly", "0 * * * *"}};

Result<CronSchedule> parse_fields(std::string_view text) {
  const auto fields = split(text, " \t\n\v\f\r", false);
  if (fields.size() != 5) return Error{Errc::invalid, fmt::format("{} fields instead of 5", fields.size())};
  struct Part {
    const Bounds& bounds;
    CronField CronSchedule::*member;
  };
  const std::array parts{Part{kMinute, &CronSchedule::minute}, Part{kHour, &CronSchedule::hour},
                         Part{kDayOfMonth, &CronSchedule::day_of_month}, Part{kMonth, &CronSchedule::month},
                         Part{kDayOfWeek, &CronSchedule::day_of_week}};
  CronSchedule schedule;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto field = parse_field(fields[i], parts[i].bounds);
    if (!field) return field.error();
    schedule.*parts[i].member = *field;
  }
  return schedule;
}

Result<CronSchedule> parse_times(std::string_view text) {
  constexpr std::string_view kEvery = "@every ";
  if (!text.starts_with('@')) return parse_fields(text);
  if (text.starts_with(kEvery)) return parse_every(text.substr(kEvery.size()));
  const auto* found = std::ranges::find(kDescriptors, text, &Descriptor::name);
  if (found != kDescriptors.end()) return parse_fields(found->fields);
  return Error{Errc::invalid, fmt::format("unknown descriptor '{}'", text)};
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size());
  return text.substr(from, text.find_last_not_of(" \t\n\v\f\r") + 1 - from);
}

}  // namespace

Result<CronSchedule> parse_cron(std::string_view spec, std::string_view zone) {
  if (spec.empty()) return malformed(spec, "it is empty");
  if (spec.size() > kMaxSpec) return malformed(spec, fmt::format("longer than {} bytes", kMaxSpec));
  std::string_view times = spec;
  if (spec.starts_with("TZ=") || spec.starts_with("CRON_TZ=")) {
    const std::size_t from = spec.find('=') + 1;
    const std::size_t space = spec.find(' ');
    if (space == std::string_view::npos) return malformed(spec, "nothing follows the time zone");
    const std::string_view named = spec.substr(from, space - from);
    times = trimmed(spec.substr(space));
    if (named.empty())
      zone = "UTC";  // as in Go
    else if (named != "Local")
      zone = named;  // Go's Local is the zone of the time asked about
  }
  if (!is_time_zone(zone)) return malformed(spec, fmt::format("unknown time zone '{}'", zone));
  auto schedule = parse_times(times);
  if (!schedule) return malformed(spec, schedule.error().message);
  schedule->zone = zone;
  return schedule;
}

}  // namespace ballast
