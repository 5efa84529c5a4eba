// What people are told about a workload: made by `report` from plans and outcomes, and shown as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/finding.h"
#include "core/reason.h"
#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// As a Kubernetes condition: `since` moves only when `value` changes.
struct Condition {
  std::string type{};
  bool value = false;
  Reason reason = Reason::none;
  std::string message{};
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
  std::optional<Finding> finding{};
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
  std::string message{};
  std::vector<SignalStatus> signals{};
  std::vector<Condition> conditions{};
  bool operator==(const Status&) const = default;
};

}  // namespace ballast
