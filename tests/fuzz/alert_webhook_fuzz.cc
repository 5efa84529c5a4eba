// Any bytes, cut at newlines, as labels and addresses of alerts: webhooks and Alertmanagers are sent valid JSON, with
// as many alerts as asked for and names that an Alertmanager takes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "formats/alert_webhook.h"
#include "formats/alertmanager.h"
#include "formats/web_address.h"

namespace {

using Json = nlohmann::json;

/// Two lines a label; three labels, an annotation and an address an alert; every other one is over.
ballast::Notification notification_of(std::string_view text) {
  ballast::Notification result{.receiver = std::string(text), .group_key = std::string(text)};
  const auto line = [&] {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string taken(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
  };
  do {
    ballast::Alert alert;
    for (int i = 0; i < 3; ++i) {
      std::string name = line();
      alert.labels.emplace(std::move(name), line());
    }
    alert.annotations.emplace("summary", line());
    alert.generator_url = line();
    if (result.alerts.size() % 2 == 1) alert.ends_at = ballast::WallTime{};
    result.alerts.push_back(std::move(alert));
  } while (!text.empty());
  return result;
}

bool is_label_name(const std::string& name) {
  return !name.empty() && (name.front() < '0' || name.front() > '9') && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

/// As an Alertmanager takes it.
void check(const Json& alert) {
  if (alert["labels"].empty() || alert["endsAt"] < alert["startsAt"]) std::abort();
  for (const auto& label : alert["labels"].items())
    if (!is_label_name(label.key()) || label.value() == "") std::abort();
  if (alert.contains("generatorURL") && !ballast::is_web_address(alert["generatorURL"].get<std::string>()))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const ballast::Notification told = notification_of(text);
  const std::size_t most = text.size() % 4;
  const Json body = Json::parse(ballast::alert_webhook_body(told, most));  // throws on what is no JSON
  const std::size_t sent = most == 0 ? told.alerts.size() : std::min(most, told.alerts.size());
  if (body["alerts"].size() != sent || body["truncatedAlerts"] != told.alerts.size() - sent) std::abort();
  for (const auto& alert : body["alerts"])
    for (const auto& label : body["commonLabels"].items())
      if (alert["labels"][label.key()] != label.value()) std::abort();
  std::size_t posted = 0;
  for (const std::string& batch : ballast::alertmanager_bodies(told, {}, most + 1)) {
    const Json alerts = Json::parse(batch);
    if (alerts.empty() || alerts.size() > most + 1) std::abort();
    posted += alerts.size();
    for (const auto& alert : alerts) check(alert);
  }
  if (posted != told.alerts.size()) std::abort();
  return 0;
}
