// A world for the dispatch of alerts: alerts that come and go, receivers that fail, a store whose rows are written one
// by one, a process that may die between any two of them, and routing that people change. One seed, one history.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/split_mix.h"
#include "tests/policies/alerting_desk.h"

namespace ballast::desk {

class Chance : public SplitMix {
 public:
  using SplitMix::SplitMix;
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }
};

struct Odds {
  int failure = 5;   ///< one attempt in so many fails; 0: none
  int crash = 0;     ///< the process dies at one row in so many; 0: never
  int rerouted = 0;  ///< people change the routing at one step in so many; 0: never
};

/// A notification as its receiver took it.
struct Taken {
  TimePoint at{};
  std::string group_receiver{};  ///< whose group it is: the receiver may be its fallback
  bool stands_in = false;        ///< the end of what the fallback was told
  Notification notification{};
  std::uint64_t routing = 0;  ///< how often it had been changed
  Duration repeat{};
};

inline constexpr std::array kNames{"MaxedOut", "MemberEjected", "MetricsUnavailable", "ScaleFailed", "SurgeFound"};
inline constexpr int kAlerts = 50;

class World {
 public:
  World(std::uint64_t seed, Odds odds)
      : chance_(seed), odds_(odds), tells_desk_the_end_(chance_.one_in(2)), routing_(random_routing()) {}

  /// Some hours of alerts, then everything ends, nothing fails any more, and what is left is told.
  void run(Duration span) {
    for (const TimePoint end = now_ + span; now_ < end;) {
      now_ += std::chrono::seconds{1 + chance_.below(20)};
      if (odds_.rerouted > 0 && chance_.one_in(odds_.rerouted)) reroute();
      for (int alert = 0; alert < kAlerts; ++alert) {
        // Short ones and long ones.
        const int length = alert % 5 == 0 ? 3 : 60;
        if (chance_.one_in(firing_.contains(alert) ? length : 60)) toggle(alert);
      }
      step();
    }
    odds_ = {.failure = 0};
    while (!firing_.empty()) toggle(firing_.begin()->first);
    for (const TimePoint end = now_ + hours{3}; now_ < end && (!flights_.empty() || next_due(book_, routing_));) {
      now_ += std::chrono::seconds{5};
      step();
    }
  }

  [[nodiscard]] const std::vector<Taken>& taken() const { return taken_; }
  [[nodiscard]] const AlertBook& book() const { return book_; }
  [[nodiscard]] const AlertBook& rows() const { return rows_; }
  [[nodiscard]] const Routing& routing() const { return routing_; }
  /// When each alert ever began, in order.
  [[nodiscard]] const std::map<int, std::vector<WallTime>>& opened() const { return opened_; }
  [[nodiscard]] int crashes() const { return crashes_; }

 private:
  struct Flight {
    Attempt attempt{};
    Delivery delivery{};
    bool taken = false;
    TimePoint until{};
  };

  Routing random_routing() {
    static const std::vector<std::vector<std::string>> kGroupings{{}, {"alertname"}, {"policy"}, {"..."}};
    static const std::vector<std::vector<std::string>> kReceivers{{"team"}, {"team", "alertmanager"}, {"team", "desk"}};
    Routing result;
    result.root.receivers = kReceivers[static_cast<std::size_t>(chance_.below(3))];
    result.root.group_by = kGroupings[static_cast<std::size_t>(chance_.below(4))];
    result.root.group_wait = std::chrono::seconds{15 + chance_.below(30)};
    result.root.group_interval = minutes{1 + chance_.below(5)};
    result.root.repeat_interval = minutes{chance_.one_in(2) ? 30 : 240};
    result.receivers["team"] = {.fallback = chance_.one_in(2) ? "boss" : ""};
    result.receivers["alertmanager"] = {.relays = true};
    result.receivers["desk"] = {.send_resolved = tells_desk_the_end_};
    result.receivers["boss"] = {};
    return result;
  }

  void reroute() {
    routing_ = random_routing();
    ++reroutings_;
    commit(place_episodes(book_, routing_, now_));
  }

  static Alert alert_of(int alert, WallTime starts) {
    const auto name = static_cast<std::size_t>(alert) % kNames.size();
    return {.labels = {{"alertname", kNames[name]}, {"policy", std::to_string(alert / 5)}},
            .annotations = {{"number", std::to_string(alert)}},
            .starts_at = starts};
  }
  static EpisodeKey key_of(int alert, TimePoint started) {
    return {"shop/" + std::to_string(alert / 5), static_cast<std::uint64_t>(alert), started};
  }

  void toggle(int alert) {
    if (const auto firing = firing_.find(alert); firing != firing_.end()) {
      const EpisodeKey key = key_of(alert, firing->second);
      firing_.erase(firing);
      return commit(end_episode(book_, routing_, key, wall(now_), now_));
    }
    firing_[alert] = now_;
    opened_[alert].push_back(wall(now_));
    commit(open_episode(book_, routing_, key_of(alert, now_), alert_of(alert, wall(now_)), now_));
  }

  /// Writes rows in their order. False: the process died on the way.
  bool write(const Changes& changes) {
    const auto put = [this](const auto& key, const auto& from, auto& to) {
      if (odds_.crash > 0 && chance_.one_in(odds_.crash)) return false;
      const auto found = from.find(key);
      if (found == from.end())
        to.erase(key);
      else
        to.insert_or_assign(key, found->second);
      return true;
    };
    for (const EpisodeKey& key : changes.episodes)
      if (!put(key, book_.episodes, rows_.episodes)) return false;
    for (const GroupKey& key : changes.groups)
      if (!put(key, book_.groups, rows_.groups)) return false;
    return true;
  }

  void commit(const Changes& changes) {
    if (!write(changes)) recover();
  }

  /// What was in flight may have arrived. The book is what the rows say; what fires is known from elsewhere.
  void recover() {
    for (bool good = false; !good;) {
      ++crashes_;
      for (const Flight& flight : std::exchange(flights_, {}))
        if (flight.taken && chance_.one_in(2)) arrive(flight.attempt);
      book_ = rows_;
      for (auto& [name, group] : book_.groups) group.in_flight = false;
      good = write(place_episodes(book_, routing_, now_)) && reconcile();
    }
  }

  bool reconcile() {
    std::set<EpisodeKey> fires;
    for (const auto& [alert, started] : firing_) {
      fires.insert(key_of(alert, started));
      const Alert begun = alert_of(alert, wall(started));
      if (!write(open_episode(book_, routing_, key_of(alert, started), begun, now_))) return false;
    }
    std::vector<EpisodeKey> over;
    for (const auto& [key, alert] : book_.episodes)
      if (!alert.ends_at && !fires.contains(key)) over.push_back(key);
    for (const EpisodeKey& key : over)
      if (!write(end_episode(book_, routing_, key, wall(now_), now_))) return false;
    return true;
  }

  void arrive(const Attempt& attempt) {
    const GroupKey& group = attempt.group;
    const bool stands_in = !group.instead_of.empty();
    taken_.push_back({now_, stands_in ? group.instead_of : group.receiver, stands_in, attempt.notification, reroutings_,
                      attempt.notification.repeat});
  }

  void take_off(Attempt attempt) {
    Flight flight{.attempt = std::move(attempt), .until = now_ + std::chrono::seconds{chance_.below(10)}};
    const bool fails = odds_.failure > 0 && chance_.one_in(odds_.failure);
    const int kind = fails ? chance_.below(4) : -1;
    flight.taken = kind < 1;
    if (kind == 0) flight.delivery = failed(Errc::outcome_unknown);
    if (kind == 1) flight.delivery = failed(Errc::unavailable);
    if (kind == 2) flight.delivery = failed(Errc::rate_limited, std::chrono::seconds{1 + chance_.below(900)});
    if (kind == 3) flight.delivery = failed(Errc::invalid);
    flights_.push_back(std::move(flight));
  }

  void land() {
    for (std::size_t i = 0; i < flights_.size();) {
      if (flights_[i].until > now_) {
        ++i;
        continue;
      }
      const Flight flight = std::move(flights_[i]);
      flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(i));
      if (flight.taken) arrive(flight.attempt);
      // A crash takes those behind it too.
      if (!write(settle(book_, routing_, flight.attempt.group, flight.delivery, now_))) return recover();
    }
  }

  void step() {
    land();
    Due what = due(book_, routing_, now_);
    if (!write(what.changes)) return recover();
    for (Attempt& attempt : what.attempts) take_off(std::move(attempt));
  }

  Chance chance_;
  Odds odds_;
  bool tells_desk_the_end_;
  Routing routing_;
  TimePoint now_ = story::kStart;
  AlertBook book_{};
  AlertBook rows_{};
  std::map<int, TimePoint> firing_{};  ///< the truth
  std::map<int, std::vector<WallTime>> opened_{};
  std::vector<Flight> flights_{};
  std::vector<Taken> taken_{};
  std::uint64_t reroutings_ = 0;
  int crashes_ = 0;
};

}  // namespace ballast::desk
