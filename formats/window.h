// Windows of time: recurring ones between the fires of two cron schedules, by the clocks of a zone, and single ones
// between two instants.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "formats/cron.h"

namespace ballast {

/// Either `recurring` or `from` and `to`. The first instant is in the window, the last is not.
struct Window {
  struct Recurring {
    CronSchedule start{};
    CronSchedule end{};
    std::string zone{"UTC"};
    bool operator==(const Recurring&) const = default;
  };
  std::optional<Recurring> recurring{};
  WallTime from{};
  WallTime to{};
  bool operator==(const Window&) const = default;
};

/// Five fields or a descriptor such as @daily. Errors: invalid (either is no cron schedule, is `@every`, names a zone
/// of its own or never fires; both are the same; no such zone).
Result<Window> parse_window(std::string_view start, std::string_view end, std::string_view zone);

/// What a start or end of its own must be: `parse_window` without the other one.
Result<CronSchedule> parse_window_edge(std::string_view text);

/// Whether the window is open. Clocks decide: a time that daylight saving skips counts as soon as the clocks are past
/// it; one that they show twice counts the first time. So a window opens and closes once a day on such days too, unlike
/// the cron schedules of robfig/cron, which do not fire in the gap and fire twice in the fold. (KEDA, which asks which
/// edge comes next, would then keep a window open for a whole day.)
bool is_open(const Window& window, WallTime now);

/// The names of the zones that tzdata has, sorted.
std::vector<std::string> time_zones();

}  // namespace ballast
