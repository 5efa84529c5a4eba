#include "controller/cli/views.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/reason.h"
#include "formats/duration.h"
#include "policies/scaling/behavior.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

constexpr Duration kSilence = std::chrono::minutes{1};

std::string mode_name(Mode mode) { return std::string{enum_names(mode)[static_cast<std::size_t>(mode)]}; }

Json to_object(const Finding& finding) {
  return Json{{"kind", enum_names(finding.kind)[static_cast<std::size_t>(finding.kind)]},
              {"score", finding.score},
              {"confidence", finding.confidence},
              {"since", to_rfc3339(finding.since)},
              {"expected", {finding.expected_low, finding.expected_high}},
              {"value", finding.value}};
}

Json to_object(const SignalStatus& signal) {
  Json object{{"name", signal.name}, {"quality", to_string(signal.grade)}};
  object["value"] = signal.value ? Json(*signal.value) : Json(nullptr);
  object["target"] = signal.target ? Json(*signal.target) : Json(nullptr);
  object["ageSeconds"] = seconds(signal.age);
  object["proposal"] = signal.proposal ? Json(*signal.proposal) : Json(nullptr);
  object["finding"] = signal.finding.get() ? to_object(*signal.finding.get()) : Json(nullptr);
  return object;
}

Json to_object(const Condition& condition) {
  return Json{{"type", to_string(condition.type)},
              {"status", condition.value ? "True" : "False"},
              {"reason", info(condition.reason).code},
              {"message", condition.message.get()},
              {"lastTransitionTime", to_rfc3339(condition.since)}};
}

Json to_array(const std::vector<Order>& orders) {
  Json array = Json::array();
  for (const Order& order : orders) {
    Json& one = array.emplace_back(Json{{"kind", to_string(order.kind)}});
    if (order.kind == OrderKind::scale) one["replicas"] = order.replicas;
    if (order.kind == OrderKind::freeze)
      one["direction"] = enum_names(order.direction)[static_cast<std::size_t>(order.direction)];
    one["given"] = to_rfc3339(order.given);
    one["until"] = order.until ? Json(to_rfc3339(*order.until)) : Json(nullptr);
    one["who"] = order.who;
    one["why"] = order.why;
  }
  return array;
}

Json to_object(const PolicyView& policy, TimePoint now) {
  const Status& status = policy.status;
  Json object{{"name", policy.name},
              {"kind", is_monitor(policy) ? "Monitor" : "ScalingPolicy"},
              {"target", policy.target},
              {"mode", mode_name(policy.mode)},
              {"minReplicas", status.min_replicas},
              {"maxReplicas", status.max_replicas},
              {"currentReplicas", status.current_replicas},
              {"readyReplicas", status.ready_replicas},
              {"desiredReplicas", status.desired_replicas},
              {"reason", is_monitor(policy) ? std::string_view{} : info(status.reason).code},
              {"note", policy.note},
              {"lastTickSeconds", seconds(now - policy.at)}};
  object["lastScaleTime"] = status.last_scale ? Json(to_rfc3339(*status.last_scale)) : Json(nullptr);
  object["orders"] = to_array(policy.orders);
  object["currentSignals"] = Json::array();
  for (const SignalStatus& signal : status.signals) object["currentSignals"].push_back(to_object(signal));
  object["conditions"] = Json::array();
  for (const Condition& condition : status.conditions)
    if (!is_monitor(policy) || condition.type == ConditionType::in_force)
      object["conditions"].push_back(to_object(condition));
  return object;
}

std::string signals_column(const Status& status) {
  std::string text;
  for (const SignalStatus& signal : status.signals) {
    if (!text.empty()) text += ",";
    text += signal.name + "(";
    text += signal.value ? fmt::format("{:.4g}", *signal.value) : std::string{to_string(signal.grade)};
    text += signal.target ? fmt::format("/{:.4g})", *signal.target) : ")";
  }
  return text.empty() ? "-" : text;
}

void add_rules(std::vector<std::string>& lines, const std::string& path, const ScalingRules& set,
               const ScalingRules& usual) {
  if (set.stabilization_window_seconds != usual.stabilization_window_seconds)
    lines.push_back(fmt::format("{}.stabilizationWindowSeconds: {} (default {})", path,
                                *set.stabilization_window_seconds, *usual.stabilization_window_seconds));
  const auto name = [](const RatePolicy& policy) {
    return fmt::format("{} {} in {} s", policy.value, policy.type == PolicyType::pods ? "Pods" : "Percent",
                       policy.period_seconds);
  };
  const auto list = [&](const std::vector<RatePolicy>& policies) {
    std::string text;
    for (const RatePolicy& policy : policies) text += (text.empty() ? "" : " or ") + name(policy);
    return text;
  };
  if (set.policies != usual.policies)
    lines.push_back(fmt::format("{}.policies: {} (default {})", path, list(set.policies), list(usual.policies)));
  if (set.tolerance && set.tolerance->milli != 100)
    lines.push_back(fmt::format("{}.tolerance: {}m (default 100m)", path, set.tolerance->milli));
}

}  // namespace

std::string to_rfc3339(TimePoint at) {
  const WallTime wall{at.time_since_epoch()};
  const auto whole = std::chrono::floor<std::chrono::seconds>(wall);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(wall - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), millis);
}

void add_in_force(PolicyView& policy, const InForce& in_force) {
  const std::optional<Failure>& refused = in_force.refused;
  std::vector<Condition>& conditions = policy.status.conditions;
  const auto set = [&](ConditionType type, bool value, Reason reason) {
    Condition next{.type = type, .value = value, .reason = reason};
    if (refused) next.message = refused->error.message;
    next.since = refused ? refused->since : in_force.since;
    std::erase_if(conditions, [&](const Condition& condition) { return condition.type == type; });
    conditions.push_back(std::move(next));
  };
  set(ConditionType::in_force, !refused && in_force.runs, refused ? Reason::not_in_force : Reason::none);
  if (in_force.runs || !refused) return;
  for (const ConditionType type : {ConditionType::able_to_scale, ConditionType::ready})
    set(type, false, Reason::not_in_force);
  policy.status.reason = Reason::not_in_force;
}

bool is_monitor(const PolicyView& policy) { return policy.target.empty() && policy.status.max_replicas == 0; }

std::string to_json(const std::vector<PolicyView>& policies, TimePoint now) {
  Json array = Json::array();
  for (const PolicyView& policy : policies) array.push_back(to_object(policy, now));
  return array.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const std::vector<Order>& orders) {
  return to_array(orders).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_table(const std::vector<PolicyView>& policies, TimePoint now) {
  std::vector<std::vector<std::string>> rows{
      {"NAME", "MODE", "REFERENCE", "SIGNALS", "MIN", "MAX", "REPLICAS", "READY", "DESIRED", "REASON", "AGE"}};
  for (const PolicyView& policy : policies) {
    const Status& status = policy.status;
    const Duration age = std::chrono::floor<std::chrono::seconds>(now - policy.at);
    const std::string ago = format_duration(std::max(age, Duration{}));
    if (is_monitor(policy)) {
      rows.push_back({policy.name, "Monitor", "-", signals_column(status), "-", "-", "-", "-", "-", "-", ago});
      continue;
    }
    rows.push_back({policy.name, mode_name(policy.mode), policy.target, signals_column(status),
                    std::to_string(status.min_replicas), std::to_string(status.max_replicas),
                    std::to_string(status.current_replicas), std::to_string(status.ready_replicas),
                    std::to_string(status.desired_replicas), std::string{info(status.reason).code}, ago});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string table;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      table += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    table += "\n";
  }
  return table;
}

bool is_well(const PolicyView& policy, TimePoint now) {
  if (now - policy.at > kSilence) return false;
  const auto is = [&](ConditionType type, bool unless_told) {
    const auto found = std::ranges::find(policy.status.conditions, type, &Condition::type);
    return found == policy.status.conditions.end() ? unless_told : found->value;
  };
  return (is_monitor(policy) || is(ConditionType::ready, false)) && is(ConditionType::in_force, true);
}

PolicyMetrics to_metrics(const PolicyView& policy) {
  PolicyMetrics metrics;
  const std::size_t slash = policy.name.find('/');
  metrics.space = policy.name.substr(0, slash);
  metrics.policy = slash == std::string::npos ? policy.name : policy.name.substr(slash + 1);
  metrics.desired = policy.status.desired_replicas;
  const auto able = std::ranges::find(policy.status.conditions, ConditionType::able_to_scale, &Condition::type);
  if (able != policy.status.conditions.end() && able->value) {
    metrics.current = policy.status.current_replicas;
    metrics.ready = policy.status.ready_replicas;
  }
  const auto limited = std::ranges::find(policy.status.conditions, ConditionType::scaling_limited, &Condition::type);
  if (limited != policy.status.conditions.end() && limited->value) metrics.limited = info(limited->reason).code;
  for (const SignalStatus& signal : policy.status.signals) {
    SignalMetrics one{.name = signal.name, .value = signal.value, .grade = signal.grade};
    if (signal.value) one.age = signal.age;
    metrics.signals.push_back(std::move(one));
  }
  return metrics;
}

std::vector<std::string> differences_from_defaults(const CompiledWorkload& compiled) {
  std::vector<std::string> lines;
  const Workload& set = compiled.workload;
  const Workload usual;
  if (set.interval != usual.interval)
    lines.push_back(
        fmt::format("spec.interval: {} (default {})", format_duration(set.interval), format_duration(usual.interval)));
  if (set.mode != usual.mode) lines.push_back(fmt::format("spec.mode: {} (default Enforce)", mode_name(set.mode)));
  for (const Signal& signal : set.signals)
    if (signal.stale_after != Signal{}.stale_after)
      lines.push_back(fmt::format("spec.signals[{}].staleAfter: {} (default {})", signal.name,
                                  format_duration(signal.stale_after), format_duration(Signal{}.stale_after)));
  if (!set.behavior) return lines;
  const Behavior written = behavior_in_force(set);
  const Behavior hpa = with_defaults({});
  add_rules(lines, "spec.behavior.scaleUp", written.scale_up, hpa.scale_up);
  add_rules(lines, "spec.behavior.scaleDown", written.scale_down, hpa.scale_down);
  return lines;
}

void apply_configuration(const ConfigurationSpec& configuration, JournalOptions& options) {
  if (!configuration.journal.path.empty()) options.path = configuration.journal.path;
  options.max_bytes = configuration.journal.max_size.milli / 1000;
}

}  // namespace ballast
