// Cron schedules with the exact meaning of github.com/robfig/cron/v3 v3.0.1 (KEDA's and Kubernetes' parser): five
// fields or a descriptor, an optional `TZ=` or `CRON_TZ=` prefix, wall time of a zone of the system's tzdata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace ballast {

/// The values a field names, as bits; `star` when one of its parts is `*` or `?` without a step.
struct CronField {
  std::uint64_t bits = 0;
  bool star = false;
  bool operator==(const CronField&) const = default;
};

/// When day_of_month or day_of_week has a star, both must hold, else one is enough. `every` above zero replaces all
/// fields.
struct CronSchedule {
  CronField minute{};
  CronField hour{};
  CronField day_of_month{};
  CronField month{};
  CronField day_of_week{};  ///< 0 is Sunday; 7 is refused
  Duration every{};         ///< whole seconds, at least one
  std::string zone{"UTC"};  ///< a name that the system's tzdata has
  bool operator==(const CronSchedule&) const = default;
};

/// `zone` holds where the spec names none. Errors: invalid (names the spec, the part and what it may be).
Result<CronSchedule> parse_cron(std::string_view spec, std::string_view zone = "UTC");

/// The first instant after `after`, a whole second; nothing when there is none within five years. A time in a
/// daylight-saving gap does not fire that day; one in a fold fires twice, as in robfig/cron.
std::optional<WallTime> next_after(const CronSchedule& schedule, WallTime after);

/// Whether the system's tzdata has this zone: `Europe/Berlin`.
bool is_time_zone(std::string_view name);
/// `2026f`; empty when the system does not say. What next_after says may differ between versions.
std::string tzdata_version();

}  // namespace ballast
