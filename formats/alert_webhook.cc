#include "formats/alert_webhook.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/fnv.h"
#include "formats/rfc3339.h"
#include "formats/utf8.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kNotYet = "0001-01-01T00:00:00Z";

/// As it is sent.
struct Sendable {
  const Alert* alert = nullptr;
  LabelSet labels{};
  LabelSet annotations{};
};

std::vector<Sendable> sendable_alerts(const Notification& notification, std::size_t most) {
  std::vector<const Alert*> order;
  for (const Alert& alert : notification.alerts) order.push_back(&alert);
  std::ranges::stable_partition(order, [](const Alert* alert) { return !alert->ends_at; });
  if (most > 0 && order.size() > most) order.resize(most);
  std::vector<Sendable> result;
  for (const Alert* alert : order)
    result.push_back({alert, sendable_labels(alert->labels), sendable_labels(alert->annotations)});
  return result;
}

/// What all of them have.
LabelSet common(const std::vector<Sendable>& alerts, LabelSet Sendable::*of) {
  if (alerts.empty()) return {};
  LabelSet result = alerts.front().*of;
  for (const Sendable& alert : alerts)
    std::erase_if(result, [&](const auto& label) {
      const auto found = (alert.*of).find(label.first);
      return found == (alert.*of).end() || found->second != label.second;
    });
  return result;
}

Json object(const LabelSet& labels) {
  Json result = Json::object();
  for (const auto& [name, value] : labels) result[name] = value;
  return result;
}

Json document(const Sendable& sent) {
  const Alert& alert = *sent.alert;
  return {{"status", alert.ends_at ? "resolved" : "firing"},
          {"labels", object(sent.labels)},
          {"annotations", object(sent.annotations)},
          {"startsAt", format_rfc3339(alert.starts_at)},
          {"endsAt", alert.ends_at ? format_rfc3339(*alert.ends_at) : std::string(kNotYet)},
          {"generatorURL", alert.generator_url},
          {"fingerprint", alert_fingerprint(sent.labels)}};
}

}  // namespace

LabelSet sendable_labels(const LabelSet& labels) {
  LabelSet result;
  for (const auto& [name, value] : labels)
    if (!value.empty()) result.emplace(valid_utf8(name), valid_utf8(value));
  return result;
}

std::string alert_fingerprint(const LabelSet& labels) {
  FnvOfParts parts;
  for (const auto& [name, value] : labels) {
    parts.add(name);
    parts.add(value);
  }
  return fmt::format("{:016x}", parts.value());
}

std::string alert_webhook_body(const Notification& notification, std::size_t max_alerts) {
  const std::vector<Sendable> sent = sendable_alerts(notification, max_alerts);
  const bool firing = std::ranges::any_of(sent, [](const Sendable& one) { return !one.alert->ends_at; });
  Json alerts = Json::array();
  for (const Sendable& one : sent) alerts.push_back(document(one));
  const Json body{{"receiver", notification.receiver},
                  {"status", firing ? "firing" : "resolved"},
                  {"alerts", std::move(alerts)},
                  {"groupLabels", object(sendable_labels(notification.group_labels))},
                  {"commonLabels", object(common(sent, &Sendable::labels))},
                  {"commonAnnotations", object(common(sent, &Sendable::annotations))},
                  {"externalURL", notification.external_url},
                  {"version", "4"},
                  {"groupKey", notification.group_key},
                  {"truncatedAlerts", notification.alerts.size() - sent.size()}};
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ballast
