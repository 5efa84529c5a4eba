// What people are told about a workload: made by `report` from plans and outcomes, and shown as it is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/boxed.h"
#include "core/finding.h"
#include "core/reason.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// Numbers are written to journals: never renumber, append.
enum class ConditionType : std::uint8_t {
  able_to_scale,
  metrics_available,
  scaling_active,
  paused,
  fallback,
  scaling_limited,
  scaled_to_zero,
  member_contested,
  dry_run,
  ready,
  surge_found,
  in_force,
  member_ejected,
  overloaded,
};
constexpr auto enum_names(ConditionType) {
  return std::array<std::string_view, 14>{
      "AbleToScale",    "MetricsAvailable", "ScalingActive",   "Paused",    "Fallback",
      "ScalingLimited", "ScaledToZero",     "MemberContested", "DryRun",    "Ready",
      "SurgeFound",     "InForce",          "MemberEjected",   "Overloaded"};
}
constexpr std::string_view to_string(ConditionType type) { return enum_names(type)[static_cast<std::size_t>(type)]; }

/// As a Kubernetes condition: `since` moves only when `value` changes. There are many, of which few have a message.
struct Condition {
  ConditionType type{};
  bool value = false;
  Reason reason = Reason::none;
  Boxed<std::string> message{};
  TimePoint since{};
  bool operator==(const Condition&) const = default;
};

struct SignalStatus {
  std::string name{};
  Grade grade = Grade::missing;
  std::optional<double> value{};  ///< nothing while unknown; never zero in its place
  std::optional<double> target{};
  Duration age{};
  std::optional<std::int32_t> proposal{};
  Boxed<std::optional<Finding>> finding{};
  bool operator==(const SignalStatus&) const = default;
};

struct Status {
  std::int32_t current_replicas = 0;
  std::int32_t ready_replicas = 0;
  std::int32_t desired_replicas = 0;
  std::int32_t min_replicas = 0;
  std::int32_t max_replicas = 0;
  std::optional<TimePoint> last_scale{};
  Reason reason = Reason::none;  ///< of the last decision
  std::vector<SignalStatus> signals{};
  std::vector<Condition> conditions{};
  bool operator==(const Status&) const = default;
};

}  // namespace ballast
