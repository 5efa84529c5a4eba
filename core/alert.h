// What people are told: rules that find what is wrong, the changes they report, and what a receiver is given.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/signal.h"
#include "core/time.h"

namespace ballast {

/// By name, as in Prometheus.
using LabelSet = std::map<std::string, std::string>;

enum class Severity : std::uint8_t { info, warning, critical };
constexpr auto enum_names(Severity) { return std::array<std::string_view, 3>{"info", "warning", "critical"}; }
constexpr std::string_view to_string(Severity severity) {
  return enum_names(severity)[static_cast<std::size_t>(severity)];
}

/// What a rule of a signal asks.
enum class AlertTest : std::uint8_t {
  above,    ///< some sample is above the threshold
  below,    ///< some sample is below it
  absent,   ///< the signal is unknown
  anomaly,  ///< it is not what it used to let expect
};

/// Prometheus' alerting rule, about one signal.
struct AlertRule {
  std::string alert{};
  std::uint64_t fingerprint = 0;  ///< of its document's name, `alert` and labels: what makes it the same alert
  std::uint32_t signal = 0;       ///< its place in `Workload::signals`
  AlertTest test = AlertTest::above;
  double threshold = 0;        ///< of `above` and `below`
  Duration hold_for{};         ///< Prometheus' `for`: how long the test must hold before it fires
  Duration keep_firing_for{};  ///< how long it goes on firing once the test does not hold
  Severity severity = Severity::warning;
  LabelSet labels{};
  LabelSet annotations{};
  bool operator==(const AlertRule&) const = default;
};

/// An alert begins or ceases to fire. Alerts of one fingerprint are told apart by when they began.
struct AlertTransition {
  std::uint64_t alert = 0;  ///< fingerprint of a rule or of a built-in alert
  bool firing = false;
  TimePoint started{};  ///< when it began to fire, of both
  TimePoint at{};
  double value = 0;  ///< of the sample that the test found, where there is one
  MemberId member = kNoMember;
  bool operator==(const AlertTransition&) const = default;
};

/// One alert from its begin to its end, as receivers know it.
struct Alert {
  LabelSet labels{};       ///< `alertname` and what else makes it this one
  LabelSet annotations{};  ///< `summary`, `description`, `runbook_url`
  WallTime starts_at{};
  std::optional<WallTime> ends_at{};  ///< nothing: it is firing
  std::string generator_url{};
  bool operator==(const Alert&) const = default;
};

/// What a receiver is told at once: the alerts of a group.
struct Notification {
  std::string receiver{};   ///< the name of its document
  std::string group_key{};  ///< the same for all of a group, for ever
  std::string key{};        ///< the same on each try of this notification, and of no other
  LabelSet group_labels{};
  std::vector<Alert> alerts{};  ///< never empty; those that fire first, then by begin
  std::string external_url{};   ///< where Ballast shows them; may be empty
  Duration repeat{};            ///< it is told again so soon while it fires
  bool operator==(const Notification&) const = default;
  [[nodiscard]] bool firing() const { return !alerts.empty() && !alerts.front().ends_at; }
};

}  // namespace ballast
