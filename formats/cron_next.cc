// When a schedule fires next. Follows SpecSchedule.Next of robfig/cron step by step, Go's time.Date included, because
// what happens at daylight-saving transitions depends on the order of the steps.
#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <utility>

#include "formats/cron.h"

namespace ballast {
namespace {

using Seconds = std::chrono::seconds;
using Instant = date::sys_seconds;

/// Nothing where tzdata has no such zone: date throws then.
const date::time_zone* zone_named(std::string_view name) {
  try {
    return date::locate_zone(std::string{name});
  } catch (const std::exception&) {
    return nullptr;
  }
}

struct CivilTime {
  std::int64_t year = 1970;
  std::int64_t month = 1;  ///< may be beyond 12: the year goes on
  std::int64_t day = 1;    ///< may be beyond the month
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
};

/// An instant and what the clocks of a zone show then.
class Cursor {
 public:
  Cursor(const date::time_zone& zone, Instant at) : zone_(zone), info_(zone.get_info(at)) { set(at); }
  [[nodiscard]] const CivilTime& shown() const { return shown_; }
  [[nodiscard]] Instant at() const { return at_; }
  [[nodiscard]] unsigned weekday() const {
    return date::weekday{date::floor<date::days>(at_ + info_.offset)}.c_encoding();
  }

  void set(Instant at) {
    at_ = at;
    info_ = info_at(at);
    const Instant local = at + info_.offset;
    const auto day = date::floor<date::days>(local);
    const date::year_month_day date{day};
    const Seconds clock = local - day;
    shown_ = {int{date.year()},     unsigned{date.month()},  unsigned{date.day()},
              clock.count() / 3600, clock.count() / 60 % 60, clock.count() % 60};
  }
  void add(Seconds span) { set(at_ + span); }

  /// Go's time.Date: takes the offset that holds at the civil time read as UTC, unless that leads out of its period.
  void set_civil(const CivilTime& civil) {
    const std::int64_t months = civil.month - 1;
    const date::year_month_day first{date::year{static_cast<int>(civil.year + months / 12)},
                                     date::month{static_cast<unsigned>(months % 12 + 1)}, date::day{1}};
    const Instant unix = date::sys_days{first} + date::days{civil.day - 1} +
                         Seconds{civil.hour * 3600 + civil.minute * 60 + civil.second};
    const date::sys_info guess = info_at(unix);
    const Instant utc = unix - guess.offset;
    set(utc >= guess.begin && utc < guess.end ? utc : unix - info_at(utc).offset);
  }

 private:
  [[nodiscard]] date::sys_info info_at(Instant at) const {
    return at >= info_.begin && at < info_.end ? info_ : zone_.get_info(at);
  }
  const date::time_zone& zone_;
  date::sys_info info_;
  Instant at_{};
  CivilTime shown_{};
};

bool has(const CronField& field, std::int64_t value) { return (field.bits >> value & 1) != 0; }

bool day_matches(const CronSchedule& schedule, const Cursor& cursor) {
  const bool month_day = has(schedule.day_of_month, cursor.shown().day);
  const bool week_day = has(schedule.day_of_week, cursor.weekday());
  if (schedule.day_of_month.star || schedule.day_of_week.star) return month_day && week_day;
  return month_day || week_day;
}

/// Each of these moves on to the first month (day, …) that matches, and says false when it wrapped around, so that
/// the larger units must be looked at again. The first move of all goes back to the begin of its unit.
struct Search {
  const CronSchedule& schedule;
  Cursor cursor;
  bool moved = false;

  bool first_move() { return !std::exchange(moved, true); }

  bool month() {
    while (!has(schedule.month, cursor.shown().month)) {
      CivilTime next = cursor.shown();
      if (first_move()) next = {next.year, next.month};
      ++next.month;
      cursor.set_civil(next);
      if (cursor.shown().month == 1) return false;
    }
    return true;
  }

  bool day() {
    while (!day_matches(schedule, cursor)) {
      CivilTime next = cursor.shown();
      if (first_move()) {
        cursor.set_civil({next.year, next.month, next.day});
        next = cursor.shown();  // where midnight is in a gap, Go goes on from what it got instead
      }
      ++next.day;
      cursor.set_civil(next);
      const std::int64_t hour = cursor.shown().hour;
      if (hour != 0) cursor.add(std::chrono::hours{hour > 12 ? 24 - hour : -hour});
      if (cursor.shown().day == 1) return false;
    }
    return true;
  }

  bool hour() {
    while (!has(schedule.hour, cursor.shown().hour)) {
      const CivilTime& now = cursor.shown();
      if (first_move()) cursor.set_civil({now.year, now.month, now.day, now.hour});
      cursor.add(std::chrono::hours{1});
      if (cursor.shown().hour == 0) return false;
    }
    return true;
  }

  bool minute() {
    while (!has(schedule.minute, cursor.shown().minute)) {
      if (first_move()) cursor.set(date::floor<std::chrono::minutes>(cursor.at()));
      cursor.add(std::chrono::minutes{1});
      if (cursor.shown().minute == 0) return false;
    }
    return true;
  }

  /// Five-field schedules fire at second 0.
  bool second() {
    if (cursor.shown().second == 0) return true;
    moved = true;
    cursor.add(Seconds{60 - cursor.shown().second});
    return false;
  }
};

}  // namespace

std::optional<WallTime> next_after(const CronSchedule& schedule, WallTime after) {
  const Instant start = date::floor<Seconds>(after) + Seconds{1};
  if (schedule.every > Duration{0}) return start - Seconds{1} + schedule.every;
  for (const CronField* field : {&schedule.minute, &schedule.hour, &schedule.month})
    if (field->bits == 0) return std::nullopt;
  const date::time_zone* zone = zone_named(schedule.zone);
  if (zone == nullptr) return std::nullopt;
  Search search{schedule, Cursor{*zone, start}};
  const std::int64_t last_year = search.cursor.shown().year + 5;
  while (search.cursor.shown().year <= last_year)
    if (search.month() && search.day() && search.hour() && search.minute() && search.second())
      return search.cursor.at();
  return std::nullopt;
}

bool is_time_zone(std::string_view name) { return zone_named(name) != nullptr; }

namespace {

/// Debian has no +VERSION, but this file, which begins `# version 2026f`.
std::string version_in_file() {
  std::ifstream file("/usr/share/zoneinfo/tzdata.zi");
  std::string hash;
  std::string word;
  std::string version;
  file >> hash >> word >> version;
  return hash == "#" && word == "version" && version.size() <= 16 ? version : std::string{};
}

}  // namespace

std::string tzdata_version() {
  try {
    const std::string& version = date::get_tzdb().version;
    return version == "unknown" ? version_in_file() : version;
  } catch (const std::exception&) {
    return "";
  }
}

}  // namespace ballast
