#include "formats/alertmanager.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "formats/alert_webhook.h"
#include "formats/rfc3339.h"
#include "formats/web_address.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

constexpr Duration kLeastRepeat = std::chrono::minutes{1};
constexpr Duration kMostRepeat = std::chrono::hours{24 * 366};
constexpr int kMissedRounds = 4;

/// `[a-zA-Z_][a-zA-Z0-9_]*`
std::string label_name(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(
      result, [](char c) { return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')); },
      '_');
  if (result.empty() || (result.front() >= '0' && result.front() <= '9')) result.insert(0, "_");
  return result;
}

/// Names that become the same are told apart: an alert that lost a label could be taken for another one. Good ones
/// stay.
Json named(const LabelSet& labels) {
  LabelSet result = sendable_labels(labels);
  LabelSet renamed = result;
  std::erase_if(renamed, [](const auto& label) { return label.first == label_name(label.first); });
  std::erase_if(result, [&](const auto& label) { return renamed.contains(label.first); });
  for (const auto& [name, value] : renamed) {
    std::string wanted = label_name(name);
    while (result.contains(wanted)) wanted += '_';
    result.emplace(std::move(wanted), value);
  }
  Json object = Json::object();
  for (const auto& [name, value] : result) object[name] = value;
  return object;
}

Json document(const Alert& alert, WallTime expires) {
  Json labels = named(alert.labels);
  if (labels.empty()) labels["alertname"] = "unnamed";
  const WallTime ends = std::max(alert.ends_at.value_or(expires), alert.starts_at);
  Json result{{"labels", std::move(labels)},
              {"annotations", named(alert.annotations)},
              {"startsAt", format_rfc3339(alert.starts_at)},
              {"endsAt", format_rfc3339(ends)}};
  if (is_web_address(alert.generator_url)) result["generatorURL"] = alert.generator_url;
  return result;
}

}  // namespace

std::vector<std::string> alertmanager_bodies(const Notification& notification, WallTime now, std::size_t most) {
  const WallTime expires = now + kMissedRounds * std::clamp(notification.repeat, kLeastRepeat, kMostRepeat);
  std::vector<const Alert*> by_begin;
  for (const Alert& alert : notification.alerts) by_begin.push_back(&alert);
  std::ranges::stable_sort(by_begin, {}, &Alert::starts_at);
  std::vector<std::string> bodies;
  Json body = Json::array();
  const auto end_body = [&] {
    bodies.push_back(body.dump(-1, ' ', false, Json::error_handler_t::replace));
    body = Json::array();
  };
  for (const Alert* alert : by_begin) {
    if (body.size() >= most) end_body();
    body.push_back(document(*alert, expires));
  }
  end_body();
  return bodies;
}

}  // namespace ballast
