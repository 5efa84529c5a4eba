#include "controller/server/metrics_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <tuple>

namespace ballast {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

void append_number(std::string& out, double value) {
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  std::array<char, 32> digits{};
  const auto [end, failed] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

using Sorted = std::vector<const PolicyMetrics*>;

void write_each(std::string& out, const Sorted& policies, std::string_view name, std::string_view help,
                const std::function<std::optional<double>(const PolicyMetrics&)>& value_of) {
  FamilyWriter family(out, name, help, "gauge");
  for (const PolicyMetrics* policy : policies)
    if (const auto value = value_of(*policy))
      family.add({{"namespace", policy->space}, {"policy", policy->policy}}, *value);
}

void write_signals(std::string& out, const Sorted& policies, std::string_view name, std::string_view help,
                   const std::function<std::optional<double>(const SignalMetrics&)>& value_of) {
  FamilyWriter family(out, name, help, "gauge");
  for (const PolicyMetrics* policy : policies)
    for (const SignalMetrics& signal : policy->signals)
      if (const auto value = value_of(signal))
        family.add({{"namespace", policy->space}, {"policy", policy->policy}, {"signal", signal.name}}, *value);
}

void write_labelled(std::string& out, const Sorted& policies) {
  FamilyWriter limited(out, "ballast_policy_limited", "1 with the reason that held the last decision back.", "gauge");
  for (const PolicyMetrics* policy : policies)
    if (!policy->limited.empty())
      limited.add({{"namespace", policy->space}, {"policy", policy->policy}, {"reason", policy->limited}}, 1);
  FamilyWriter grades(out, "ballast_signal_grade", "1 with the grade of the signal; only fresh ones may shrink.",
                      "gauge");
  for (const PolicyMetrics* policy : policies)
    for (const SignalMetrics& signal : policy->signals)
      grades.add({{"namespace", policy->space},
                  {"policy", policy->policy},
                  {"signal", signal.name},
                  {"grade", to_string(signal.grade)}},
                 1);
}

void write_one(std::string& out, std::string_view name, std::string_view help, std::string_view type, double value) {
  FamilyWriter(out, name, help, type).add({}, value);
}

}  // namespace

FamilyWriter::FamilyWriter(std::string& out, std::string_view name, std::string_view help, std::string_view type)
    : out_(out), name_(name) {
  out_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void FamilyWriter::add(const Labels& labels, double value) {
  if (std::isnan(value)) return;
  out_ += name_;
  char separator = '{';
  for (const auto& [label, text] : labels) {
    out_ += separator;
    out_.append(label).append("=\"");
    append_escaped(out_, text);
    out_ += '"';
    separator = ',';
  }
  if (!labels.empty()) out_ += '}';
  out_ += ' ';
  append_number(out_, value);
  out_ += '\n';
}

void write_policies(std::string& out, const std::vector<PolicyMetrics>& policies) {
  Sorted sorted;
  sorted.reserve(policies.size());
  for (const PolicyMetrics& policy : policies) sorted.push_back(&policy);
  std::ranges::sort(sorted, {}, [](const PolicyMetrics* one) { return std::tie(one->space, one->policy); });
  write_each(out, sorted, "ballast_policy_desired_replicas", "Replicas that the policy wants.",
             [](const PolicyMetrics& one) { return std::optional<double>(one.desired); });
  write_each(out, sorted, "ballast_policy_current_replicas", "Replicas that exist; absent while the target is hidden.",
             [](const PolicyMetrics& one) { return std::optional<double>(one.current); });
  write_each(out, sorted, "ballast_policy_ready_replicas",
             "Replicas that are ready; absent while the target is hidden.",
             [](const PolicyMetrics& one) { return std::optional<double>(one.ready); });
  write_signals(out, sorted, "ballast_signal_value", "Newest value of the signal; absent when it is unknown.",
                [](const SignalMetrics& one) { return one.value; });
  write_signals(
      out, sorted, "ballast_signal_age_seconds", "Age of the newest sample, by the time at its source.",
      [](const SignalMetrics& one) { return one.age ? std::optional<double>(seconds(*one.age)) : std::nullopt; });
  write_labelled(out, sorted);
}

void write_journal(std::string& out, const JournalMetrics& journal) {
  write_one(out, "ballast_journal_writable", "1 while the journal can be written.", "gauge", journal.writable ? 1 : 0);
  write_one(out, "ballast_journal_size_bytes", "Size of the journal.", "gauge", static_cast<double>(journal.bytes));
  write_one(out, "ballast_journal_lag_seconds", "Age of the oldest frame that is not on disk yet.", "gauge",
            seconds(journal.lag));
  write_one(out, "ballast_journal_frames_total", "Frames written.", "counter", static_cast<double>(journal.frames));
  write_one(out, "ballast_journal_failures_total", "Writes that failed.", "counter",
            static_cast<double>(journal.failures));
}

void write_alerts(std::string& out, const AlertMetrics& alerts) {
  write_one(out, "ballast_alerts_firing", "Alerts that fire.", "gauge", static_cast<double>(alerts.firing));
  write_one(out, "ballast_notifications_waiting", "Notifications that their receiver has not taken yet.", "gauge",
            static_cast<double>(alerts.waiting));
  write_one(out, "ballast_notification_oldest_seconds", "How long the oldest of them waits.", "gauge",
            seconds(alerts.oldest));
  write_one(out, "ballast_alerts_dropped_total", "Alerts that nobody was told of: there were too many at once.",
            "counter", static_cast<double>(alerts.dropped));
}

}  // namespace ballast
