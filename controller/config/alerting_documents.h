// What people are told of, and how: rules of Monitors, receivers and the route to them. Alertmanager's and Prometheus'
// words, with their meaning and defaults, but for two: alerts are grouped by alertname and namespace, not all into one
// group, and every receiver is told what is over, mail and Slack too.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/alert.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/rules.h"
#include "core/time.h"

namespace ballast {

/// What a rule does besides telling people.
struct AlertActionSpec {
  PluginRef action{};
  bool operator==(const AlertActionSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"", &AlertActionSpec::action, "", "What is done: one action, by its name.",
                            Limits{.required = true, .plugin = PluginKind::action}}};
  }
};

/// Prometheus' alerting rule about one signal.
struct AlertRuleSpec {
  std::string alert{};
  std::string signal{};
  std::optional<Quantity> above{};
  std::optional<Quantity> below{};
  std::optional<bool> absent{};
  std::optional<bool> anomaly{};
  Duration hold_for{};
  Duration keep_firing_for{};
  Severity severity = Severity::warning;
  std::map<std::string, std::string> labels{};
  std::map<std::string, std::string> annotations{};
  std::vector<AlertActionSpec> actions{};
  bool operator==(const AlertRuleSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"alert", &AlertRuleSpec::alert, "", "Its name: the label alertname.",
              Limits{.max = 63, .required = true, .example = "QueueTooLong", .format = Format::name}},
        Field{"signal", &AlertRuleSpec::signal, "", "What it looks at: the name of one of the signals.",
              Limits{.max = 63, .required = true, .example = "queue", .format = Format::name}},
        Field{"above", &AlertRuleSpec::above, "of the signal", "Holds while some value is above this.",
              Limits{.example = "1000"}},
        Field{"below", &AlertRuleSpec::below, "of the signal", "Holds while some value is below this.",
              Limits{.example = "1"}},
        Field{"absent", &AlertRuleSpec::absent, "",
              "Holds while the signal is unknown: missing, stale, invalid or frozen.", Limits{.example = "true"}},
        Field{"anomaly", &AlertRuleSpec::anomaly, "", "Holds while the signal is not what its past lets expect.",
              Limits{.example = "true"}},
        Field{"for", &AlertRuleSpec::hold_for, "",
              "How long it must hold before it fires. Time in which the signal is unknown does not count, and ends "
              "nothing.",
              Limits{.min = 0, .max = 2'592'000, .example = "5m"}},
        Field{"keepFiringFor", &AlertRuleSpec::keep_firing_for, "",
              "How long it goes on firing once it does not hold any more.",
              Limits{.min = 0, .max = 2'592'000, .example = "10m"}},
        Field{"severity", &AlertRuleSpec::severity, "", "The label severity."},
        Field{"labels", &AlertRuleSpec::labels, "", "More labels; they win over those that Ballast gives."},
        Field{"annotations", &AlertRuleSpec::annotations, "",
              "Texts for people: summary, description, runbook_url. `{{ $value }}` and `{{ $labels.NAME }}` are "
              "replaced."},
        Field{"actions", &AlertRuleSpec::actions, "",
              "What is done each time it begins to fire, once each: whatever the route says, and without one.",
              Limits{.max = 8}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("above", "below", "absent", "anomaly")}; }
  [[nodiscard]] Problems check() const {
    Problems problems;
    if (absent == false) problems.push_back({{}, "absent", "false says nothing; leave it out"});
    if (anomaly == false) problems.push_back({{}, "anomaly", "false says nothing; leave it out"});
    if (labels.contains("alertname"))
      problems.push_back({{}, "labels[\"alertname\"]", "is what `alert` says; leave it out"});
    return problems;
  }
};

/// Somebody who is told.
struct AlertReceiverSpec {
  PluginRef receiver{};
  bool send_resolved = true;
  std::string fallback_receiver{};
  bool operator==(const AlertReceiverSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"", &AlertReceiverSpec::receiver, "", "How: one way, by its name.",
              Limits{.required = true, .plugin = PluginKind::notifier}},
        Field{"sendResolved", &AlertReceiverSpec::send_resolved, "", "Whether it is told that an alert is over."},
        Field{"fallbackReceiver", &AlertReceiverSpec::fallback_receiver, "",
              "Another AlertReceiver of the namespace, which is told what this one refuses, or cannot "
              "take for 5m.",
              Limits{.max = 63, .example = "mail", .format = Format::dns_label}}};
  }
};

/// Alertmanager's route. One document, `root: true`; alerts of all namespaces go there.
struct AlertRouteSpec {
  bool root = false;
  std::string receiver{};
  std::vector<std::string> receivers{};
  std::vector<std::string> group_by{"alertname", "namespace"};
  Duration group_wait = std::chrono::seconds{30};
  Duration group_interval = std::chrono::minutes{5};
  Duration repeat_interval = std::chrono::hours{4};
  bool operator==(const AlertRouteSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"root", &AlertRouteSpec::root, "", "true: alerts of all namespaces come here.",
              Limits{.required = true, .example = "true"}},
        Field{"receiver", &AlertRouteSpec::receiver, "", "The AlertReceiver of this namespace that is told.",
              Limits{.max = 63, .example = "oncall", .format = Format::dns_label}},
        Field{"receivers", &AlertRouteSpec::receivers, "", "Those that are told, where they are several.",
              Limits{.min = 1, .max = 16, .example = "oncall", .format = Format::dns_label}},
        Field{"groupBy", &AlertRouteSpec::group_by, "",
              "Labels: alerts that agree in them are told together. `[\"...\"]` is all labels, `[]` none: all alerts "
              "are one group.",
              Limits{.max = 32, .example = "alertname"}},
        Field{"groupWait", &AlertRouteSpec::group_wait, "",
              "How long a new group waits for more before it is told first.", Limits{.min = 0, .max = 86'400}},
        Field{"groupInterval", &AlertRouteSpec::group_interval, "",
              "The shortest time between two notifications of a group that changed.", Limits{.min = 1, .max = 604'800}},
        Field{"repeatInterval", &AlertRouteSpec::repeat_interval, "",
              "A group that goes on firing is told again after this.", Limits{.min = 1, .max = 2'592'000}}};
  }
  static constexpr auto rules() { return std::array{rule::exactly_one("receiver", "receivers")}; }
  static constexpr auto later() {
    return std::array<std::string_view, 7>{"activeTimeIntervals", "continue", "inhibitRules", "matchers",
                                           "muteTimeIntervals",   "routes",   "timeIntervals"};
  }
  [[nodiscard]] Problems check() const {
    Problems problems;
    if (!root) problems.push_back({{}, "root", "false: routes below a root are not available in this version"});
    return problems;
  }
};

}  // namespace ballast
