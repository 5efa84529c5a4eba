#include "controller/config/schedules.h"

#include <optional>
#include <utility>

#include "controller/config/documents.h"
#include "formats/rfc3339.h"

namespace ballast {

Result<Window> ScheduleSpec::window() const {
  if (!start.empty()) return parse_window(start, end, timezone);
  const auto opens = parse_rfc3339(from);
  if (!opens) return opens.error();
  const auto closes = parse_rfc3339(to);
  if (!closes) return closes.error();
  return Window{.recurring = std::nullopt, .from = *opens, .to = *closes};
}

Problems ScheduleSpec::check() const {
  const auto read = window();
  if (!read) return {{{}, start.empty() ? "from" : "end", read.error().message}};
  if (!read->recurring && read->from >= read->to) return {{{}, "to", to + " is not after from (" + from + ")"}};
  return {};
}

std::function<OpenWindows(WallTime)> open_windows(std::vector<Window> windows) {
  struct Minute {
    std::optional<std::chrono::sys_time<std::chrono::minutes>> at{};
    std::vector<bool> open{};
    std::string tzdata{};
  };
  return [windows = std::move(windows), known = Minute{}](WallTime now) mutable {
    const auto minute = std::chrono::floor<std::chrono::minutes>(now);
    if (known.at != minute) {
      known = {minute, {}, tzdata_version()};
      for (const Window& window : windows) known.open.push_back(window.recurring && is_open(window, now));
    }
    OpenWindows result{.windows = {}, .tzdata = known.tzdata};
    for (std::size_t i = 0; i < windows.size(); ++i)
      if (windows[i].recurring ? known.open[i] : is_open(windows[i], now))
        result.windows.push_back(static_cast<std::uint16_t>(i));
    return result;
  };
}

}  // namespace ballast
