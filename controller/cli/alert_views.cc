#include "controller/cli/alert_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "controller/cli/views.h"
#include "formats/alert_webhook.h"
#include "formats/duration.h"
#include "io/url.h"

namespace ballast {
namespace {

using Json = nlohmann::ordered_json;

std::string shown(WallTime at) { return to_rfc3339(TimePoint{at.time_since_epoch()}); }

std::string label(const Alert& alert, const std::string& name) {
  const auto found = alert.labels.find(name);
  return found == alert.labels.end() ? "" : found->second;
}
std::vector<std::pair<const EpisodeKey*, const Alert*>> sorted(const AlertBook& book) {
  std::vector<std::pair<const EpisodeKey*, const Alert*>> all;
  for (const auto& [key, alert] : book.episodes) all.emplace_back(&key, &alert);
  std::ranges::sort(all, {}, [](const auto& item) {
    return std::tuple(item.second->ends_at.has_value(), label(*item.second, "alertname"), where_of(*item.second),
                      item.first->started);
  });
  return all;
}

/// Whether a query has a parameter, be it empty.
bool asks(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (percent_decode(pair.substr(0, pair.find('='))).value_or("") == name) return true;
  }
  return false;
}

Json receivers_of(const AlertBook& book, const EpisodeKey& key) {
  std::set<std::string> names;
  for (const auto& [name, group] : book.groups)
    if (group.told.contains(key)) names.insert(name.receiver);
  Json receivers = Json::array();
  for (const std::string& name : names) receivers.push_back({{"name", name}});
  return receivers;
}

}  // namespace

std::string where_of(const Alert& alert) {
  const std::string policy = label(alert, "policy");
  return label(alert, "namespace") + "/" + (policy.empty() ? label(alert, "monitor") : policy);
}

std::string alerts_json(const AlertBook& book, WallTime now, AlertsShown which) {
  Json array = Json::array();
  for (const auto& [key, alert] : sorted(book)) {
    const bool over = alert->ends_at.has_value();
    if (over && which == AlertsShown::firing) continue;
    // The field may not be missing where it is not over.
    const WallTime ends = alert->ends_at.value_or(now + std::chrono::minutes{5});
    const char* const state = over ? "resolved" : "active";
    array.push_back({{"annotations", alert->annotations},
                     {"endsAt", shown(ends)},
                     {"fingerprint", alert_fingerprint(alert->labels)},
                     {"receivers", receivers_of(book, *key)},
                     {"startsAt", shown(alert->starts_at)},
                     {"status", {{"inhibitedBy", Json::array()}, {"silencedBy", Json::array()}, {"state", state}}},
                     {"updatedAt", shown(alert->ends_at.value_or(alert->starts_at))},
                     {"generatorURL", alert->generator_url},
                     {"labels", alert->labels}});
  }
  return array.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

ServerResponse answer_alerts(const ServerRequest& request, const AlertBook& book, WallTime now) {
  if (asks(request.query, "filter"))
    return {.status = 400, .body = "filter: alerts are not filtered here, all that fire are told; leave it out\n"};
  const AlertBook none;
  const bool active = request.query_value("active") != "false";
  return {.content_type = "application/json", .body = alerts_json(active ? book : none, now, AlertsShown::firing)};
}

std::string alerts_table(const AlertBook& book, WallTime now) {
  if (book.episodes.empty()) return "nothing fires\n";
  std::string table =
      fmt::format("{:<9} {:<20} {:<9} {:<24} {:<8} {}\n", "STATE", "ALERT", "SEVERITY", "WHERE", "SINCE", "SUMMARY");
  for (const auto& [key, alert] : sorted(book)) {
    const auto summary = alert->annotations.find("summary");
    const auto age = std::chrono::floor<std::chrono::seconds>(std::max<Duration>(now - alert->starts_at, Duration{}));
    fmt::format_to(std::back_inserter(table), "{:<9} {:<20} {:<9} {:<24} {:<8} {}\n",
                   alert->ends_at ? "resolved" : "firing", label(*alert, "alertname"), label(*alert, "severity"),
                   where_of(*alert), format_duration(age), summary == alert->annotations.end() ? "" : summary->second);
  }
  return table;
}

AlertMetrics to_metrics(const AlertBook& book, TimePoint now) {
  AlertMetrics metrics{.dropped = book.dropped};
  for (const auto& [key, alert] : book.episodes)
    if (!alert.ends_at) ++metrics.firing;
  for (const auto& [name, group] : book.groups) {
    std::optional<TimePoint> since = group.changed;
    if (group.batch) since = group.batch->begun;
    if (!since) continue;
    ++metrics.waiting;
    metrics.oldest = std::max(metrics.oldest, now - *since);
  }
  return metrics;
}

}  // namespace ballast
