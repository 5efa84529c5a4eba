#include "formats/chat_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "formats/utf8.h"
#include "formats/web_address.h"

namespace ballast {
namespace {

constexpr std::size_t kMaxLink = 500;
constexpr std::size_t kLongestEntity = 5;

std::string line_of(const LabelSet& labels, const std::string& name) {
  const auto found = labels.find(name);
  return found == labels.end() ? std::string() : one_line(found->second);
}

std::string name_of(const Alert& alert) {
  std::string name = line_of(alert.labels, "alertname");
  return name.empty() ? "unnamed" : name;
}

Severity severity_of(const Alert& alert) {
  const auto found = alert.labels.find("severity");
  for (const Severity severity : {Severity::info, Severity::warning, Severity::critical})
    if (found != alert.labels.end() && found->second == to_string(severity)) return severity;
  return Severity::warning;
}

}  // namespace

std::string chat_headline(const Notification& notification) {
  const auto& alerts = notification.alerts;
  const auto firing = std::ranges::count_if(alerts, [](const Alert& alert) { return !alert.ends_at; });
  const auto resolved = static_cast<std::ptrdiff_t>(alerts.size()) - firing;
  std::string result = firing == 0     ? fmt::format("[RESOLVED:{}]", resolved)
                       : resolved == 0 ? fmt::format("[FIRING:{}]", firing)
                                       : fmt::format("[FIRING:{}, RESOLVED:{}]", firing, resolved);
  std::string group;
  for (const auto& [name, value] : notification.group_labels)
    if (!value.empty()) group += ' ' + one_line(value);
  if (group.empty() && !alerts.empty()) group = ' ' + name_of(alerts.front());
  return result + group;
}

Severity worst_severity(const Notification& notification) {
  Severity worst = Severity::info;
  for (const Alert& alert : notification.alerts)
    if (!alert.ends_at) worst = std::max(worst, severity_of(alert));
  return worst;
}

ChatAlert chat_alert(const Alert& alert) {
  ChatAlert result{.firing = !alert.ends_at, .name = name_of(alert)};
  result.summary = line_of(alert.annotations, "summary");
  std::string& description = result.summary.empty() ? result.summary : result.detail;
  description = line_of(alert.annotations, "description");
  for (const auto& [name, value] : alert.labels) {
    if (name == "alertname" || value.empty()) continue;
    if (!result.labels.empty()) result.labels += ", ";
    result.labels += one_line(name) + '=' + one_line(value);
  }
  if (is_web_address(alert.generator_url)) {
    std::string link = escape_markup(alert.generator_url, kLongestEntity * alert.generator_url.size());
    if (link.size() <= kMaxLink) result.link = std::move(link);
  }
  return result;
}

std::string list_alerts(const Notification& notification, std::size_t most,
                        const std::function<std::string(const ChatAlert&)>& show) {
  constexpr std::size_t kRoomForRest = 40;
  std::string result;
  std::size_t length = 0;
  std::size_t shown = 0;
  const std::size_t all = notification.alerts.size();
  for (const Alert& alert : notification.alerts) {
    const std::string piece = show(chat_alert(alert));
    length += count_code_points(piece);
    if (length + (shown + 1 < all ? kRoomForRest : 0) > most) break;
    result += piece;
    ++shown;
  }
  if (shown < all) result += fmt::format("\n… and {} more", all - shown);
  return result;
}

}  // namespace ballast
