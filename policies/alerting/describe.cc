#include "policies/alerting/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "policies/alerting/built_in.h"

namespace ballast {
namespace {

constexpr std::string_view kMonitor = "monitor:";

/// `shop/checkout` or `shop/monitor:queue`.
LabelSet labels_of(const Workload& workload, std::string_view alert, Severity severity) {
  const std::string_view name = workload.name;
  const std::size_t slash = std::min(name.find('/'), name.size());
  std::string_view rest = name.substr(std::min(slash + 1, name.size()));
  const bool monitor = rest.starts_with(kMonitor);
  if (monitor) rest.remove_prefix(kMonitor.size());
  LabelSet labels;
  labels["alertname"] = alert;
  labels["namespace"] = name.substr(0, slash);
  labels[monitor ? "monitor" : "policy"] = rest;
  labels["severity"] = to_string(severity);
  return labels;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

Alert describe(const FoundBuiltIn& found, const Workload& workload, const Status& status) {
  const BuiltInAlert& alert = *found.alert;
  std::string why;
  for (const Condition& condition : status.conditions)
    if (condition.type == alert.condition) why = condition.message.get();
  if (why.empty()) why = "No reason was given";
  const auto filled = [&](std::string_view pattern) {
    return fmt::format(fmt::runtime(pattern), fmt::arg("workload", workload.name), fmt::arg("signal", found.signal),
                       fmt::arg("current", status.current_replicas), fmt::arg("desired", status.desired_replicas),
                       fmt::arg("min", status.min_replicas), fmt::arg("max", status.max_replicas),
                       fmt::arg("why", why));
  };
  Alert result{.labels = labels_of(workload, alert.name, alert.severity)};
  if (!found.signal.empty()) result.labels["signal"] = found.signal;
  result.annotations["summary"] = filled(alert.summary);
  result.annotations["description"] = filled(alert.description);
  result.annotations["runbook_url"] = fmt::format("{}#{}", kRunbooks, lower(alert.name));
  return result;
}

constexpr std::string_view word_of(AlertTest test) {
  switch (test) {
    case AlertTest::above:
      return "above";
    case AlertTest::below:
      return "below";
    case AlertTest::absent:
      return "unknown";
    case AlertTest::anomaly:
      return "not what it used to be";
  }
  return "";
}

std::string summary_of(const AlertRule& rule, std::string_view signal, const AlertTransition& found,
                       std::string_view member) {
  const std::string of_member = member.empty() ? "" : fmt::format(" of {}", member);
  if (rule.test == AlertTest::absent) return fmt::format("{} is unknown", signal);
  if (rule.test == AlertTest::anomaly) return fmt::format("{} is {:g}, {}", signal, found.value, word_of(rule.test));
  return fmt::format("{}{} is {:g}, {} {:g}", signal, of_member, found.value, word_of(rule.test), rule.threshold);
}

Alert describe(const AlertRule& rule, const Workload& workload, const AlertTransition& found, std::string_view member) {
  Alert result{.labels = labels_of(workload, rule.alert, rule.severity)};
  const std::string signal = rule.signal < workload.signals.size() ? workload.signals[rule.signal].name : "";
  result.labels["signal"] = signal;
  for (const auto& [name, value] : rule.labels)
    if (name != "alertname") result.labels[name] = value;
  // For texts alone: another member must not make it another alert.
  LabelSet named = result.labels;
  if (!member.empty()) named["member"] = member;
  result.annotations["summary"] = summary_of(rule, signal, found, member);
  for (const auto& [name, text] : rule.annotations) result.annotations[name] = filled_in(text, found.value, named);
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string filled_in(std::string_view text, double value, const LabelSet& labels) {
  constexpr std::string_view kLabels = "$labels.";
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
    if (close == std::string_view::npos) break;
    result += text.substr(0, open);
    const std::string_view inside = trimmed(text.substr(open + 2, close - open - 2));
    const auto label =
        inside.starts_with(kLabels) ? labels.find(std::string(inside.substr(kLabels.size()))) : labels.end();
    if (inside == "$value")
      fmt::format_to(std::back_inserter(result), "{:g}", value);
    else if (label != labels.end())
      result += label->second;
    else
      result += text.substr(open, close + 2 - open);
    text.remove_prefix(close + 2);
  }
  return result.append(text);
}

std::optional<Alert> describe(const Workload& workload, const Status& status, const AlertTransition& transition,
                              std::string_view member) {
  const auto rule = std::ranges::find(workload.alerts, transition.alert, &AlertRule::fingerprint);
  if (rule != workload.alerts.end()) return describe(*rule, workload, transition, member);
  const FoundBuiltIn built_in = find_built_in(workload, transition.alert);
  if (built_in.alert == nullptr) return std::nullopt;
  return describe(built_in, workload, status);
}

}  // namespace ballast
