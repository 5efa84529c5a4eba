#include "controller/config/alerting.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <variant>

#include "controller/config/fingerprint.h"
#include "controller/config/plugins.h"

namespace ballast {
namespace {

std::string in_namespace(const Document& document, const std::string& name) {
  return name.empty() ? "" : fmt::format("{}/{}", document.id.name_space, name);
}

std::vector<std::string> named_by(const AlertRouteSpec& route) {
  return route.receiver.empty() ? route.receivers : std::vector<std::string>{route.receiver};
}

AlertRouting compile_route(const Document& document, const AlertRouteSpec& spec) {
  AlertRouting routing{.group_by = spec.group_by,
                       .group_wait = spec.group_wait,
                       .group_interval = spec.group_interval,
                       .repeat_interval = spec.repeat_interval};
  for (const std::string& name : named_by(spec)) routing.receivers.push_back(in_namespace(document, name));
  return routing;
}

std::size_t place_of_signal(const MonitorSpec& monitor, const std::string& name) {
  const auto found = std::ranges::find(monitor.signals, name, &SignalSpec::name);
  return static_cast<std::size_t>(found - monitor.signals.begin());
}

/// What makes an alert the same when a threshold changes, and another one when its labels do.
Fingerprint identity(const AlertRuleSpec& rule, std::string_view workload) {
  Fingerprint hash = fingerprint(rule.signal + "\n", fingerprint(rule.alert + "\n", fingerprint(workload)));
  for (const auto& [name, value] : rule.labels) hash = fingerprint(name + "=" + value + "\n", hash);
  return fingerprint(to_string(rule.severity), hash);
}

}  // namespace

CompiledAlerting compile_alerting(const std::vector<Document>& documents) {
  CompiledAlerting result;
  for (const Document& document : documents) {
    if (const auto* route = std::get_if<AlertRouteSpec>(&document.spec)) {
      result.routed = true;
      result.routing.root = compile_route(document, *route);
    }
    const auto* receiver = std::get_if<AlertReceiverSpec>(&document.spec);
    if (receiver == nullptr) continue;
    const std::string name = in_namespace(document, document.id.name);
    const auto* entry = find_plugin(PluginKind::notifier, receiver->receiver.type);
    result.routing.receivers[name] = {.send_resolved = receiver->send_resolved,
                                      .fallback = in_namespace(document, receiver->fallback_receiver),
                                      .relays = entry != nullptr && entry->relays};
    result.receivers.push_back({name, receiver->receiver});
  }
  std::ranges::sort(result.receivers, {}, &CompiledReceiver::name);
  return result;
}

std::vector<AlertRule> compile_rules(const MonitorSpec& monitor, const std::string& workload) {
  std::vector<AlertRule> result;
  for (const AlertRuleSpec& spec : monitor.rules) {
    AlertRule rule{.alert = spec.alert,
                   .fingerprint = identity(spec, workload),
                   .signal = static_cast<std::uint32_t>(place_of_signal(monitor, spec.signal)),
                   .test = spec.absent ? AlertTest::absent : AlertTest::anomaly,
                   .hold_for = spec.hold_for,
                   .keep_firing_for = spec.keep_firing_for,
                   .severity = spec.severity,
                   .labels = spec.labels,
                   .annotations = spec.annotations};
    if (spec.above || spec.below) {
      rule.test = spec.above ? AlertTest::above : AlertTest::below;
      rule.threshold = as_double(spec.above ? *spec.above : *spec.below);
    }
    result.push_back(std::move(rule));
  }
  return result;
}

std::vector<CompiledAction> compile_actions(const MonitorSpec& monitor, const std::string& workload) {
  std::vector<CompiledAction> result;
  for (const AlertRuleSpec& rule : monitor.rules)
    for (std::size_t i = 0; i < rule.actions.size(); ++i) {
      const PluginRef& action = rule.actions[i].action;
      result.push_back({identity(rule, workload), fmt::format("{}:{}", i, action.type), workload, rule.alert, action});
    }
  return result;
}

std::optional<WrongPath> wrong_rule(const MonitorSpec& monitor) {
  std::map<Fingerprint, std::size_t> seen;
  for (std::size_t i = 0; i < monitor.rules.size(); ++i) {
    const AlertRuleSpec& rule = monitor.rules[i];
    if (place_of_signal(monitor, rule.signal) == monitor.signals.size())
      return WrongPath{fmt::format("spec.rules[{}].signal", i), fmt::format("there is no signal {}", rule.signal)};
    const auto [same, is_new] = seen.emplace(identity(rule, ""), i);
    if (!is_new)
      return WrongPath{fmt::format("spec.rules[{}].alert", i),
                       fmt::format("{} is also that of rules[{}]; give one of them another name or label", rule.alert,
                                   same->second)};
  }
  return std::nullopt;
}

std::optional<WrongPath> wrong_receiver(const AlertRouteSpec& route, const std::vector<std::string>& receivers) {
  const auto names = named_by(route);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string path = route.receiver.empty() ? fmt::format("spec.receivers[{}]", i) : "spec.receiver";
    if (std::ranges::find(receivers, names[i]) == receivers.end())
      return WrongPath{path, fmt::format("there is no good AlertReceiver {} in this namespace", names[i])};
    if (std::ranges::count(names, names[i]) > 1) return WrongPath{path, fmt::format("{} stands twice", names[i])};
  }
  return std::nullopt;
}

}  // namespace ballast
