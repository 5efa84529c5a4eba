// A book of alerts, its routing and a clock in a few words, for tests about who is told what and when.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policies/alerting/dispatch.h"
#include "tests/policies/story.h"

namespace ballast::desk {

using std::chrono::hours;
using std::chrono::minutes;

/// One receiver `team`, Alertmanager's times, grouped by `alertname`.
inline Routing routing() {
  Routing result;
  result.root.receivers = {"team"};
  result.root.group_by = {"alertname"};
  result.receivers["team"] = {};
  return result;
}

inline WallTime wall(TimePoint at) { return WallTime{at.time_since_epoch()}; }

inline Alert alert(const std::string& name, const std::string& policy, TimePoint at) {
  return {.labels = {{"alertname", name}, {"policy", policy}}, .starts_at = wall(at)};
}

inline Delivery failed(Errc code, std::optional<Duration> retry_after = {}) {
  return {.failure = Error{code, "receiver"}, .retry_after = retry_after};
}

/// `web+ api-`: the policies of its alerts, each firing or over.
inline std::string text(const Notification& notification) {
  std::string result;
  for (const Alert& one : notification.alerts) {
    if (!result.empty()) result += ' ';
    result += one.labels.at("policy") + (one.ends_at ? '-' : '+');
  }
  return result;
}

/// All times are seconds from `story::kStart`.
struct Desk {
  Routing routing = desk::routing();
  AlertBook book{};
  TimePoint now = story::kStart;

  void at(int second) { now = story::at(second); }
  EpisodeKey open(const std::string& policy, const std::string& name = "MaxedOut") {
    EpisodeKey key{policy, std::hash<std::string>{}(name), now};
    changes = open_episode(book, routing, key, alert(name, policy, now), now);
    return key;
  }
  void end(const EpisodeKey& key) { changes = end_episode(book, routing, key, wall(now), now); }
  void place() { changes = place_episodes(book, routing, now); }
  std::vector<Attempt> take() {
    Due what = due(book, routing, now);
    changes = std::move(what.changes);
    return std::move(what.attempts);
  }
  /// The only one that is due. Nothing is: one without a receiver.
  Attempt one() {
    std::vector<Attempt> all = take();
    return all.size() == 1 ? std::move(all.front()) : Attempt{};
  }
  void settle(const Attempt& attempt, const Delivery& delivery = {}) {
    changes = ballast::settle(book, routing, attempt.group, delivery, now);
  }
  /// Delivers what is due. What it said, one text a notification.
  std::vector<std::string> told() {
    std::vector<std::string> result;
    for (const Attempt& attempt : take()) {
      result.push_back(text(attempt.notification));
      settle(attempt);
    }
    return result;
  }
  /// In seconds; -1: never.
  [[nodiscard]] double next() const {
    const auto next = next_due(book, routing);
    return next ? ballast::seconds(*next - story::kStart) : -1;
  }
  /// As a store has it that lost nothing: nobody is in flight.
  void restart() {
    for (auto& [name, group] : book.groups) group.in_flight = false;
    place();
  }

  Changes changes{};  ///< of the last call
};

using Texts = std::vector<std::string>;

/// One alert, due at 30 s; `boss` stands in for `team`.
inline Desk with_fallback() {
  Desk desk;
  desk.routing.receivers["team"].fallback = "boss";
  desk.routing.receivers["boss"] = {};
  desk.open("web");
  desk.at(30);
  return desk;
}

}  // namespace ballast::desk
