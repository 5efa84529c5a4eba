// A simulated service: members that start late, a pool that spreads load, a queue, and a log of everything that was
// done to it. It knows nothing of Ballast; whatever steers it, the oracle judges by this log.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/split_mix.h"

namespace ballast::sim {

/// Seconds since the world began.
using Time = double;

/// Demand in requests per second: straight lines between points; constant before the first and after the last.
struct Demand {
  std::vector<std::pair<Time, double>> points{};
  [[nodiscard]] double at(Time t) const;
};

struct WorldOptions {
  Demand demand{};
  double capacity = 10;        ///< requests per second that one member serves
  Time start_delay_min = 0.5;  ///< from start to ready
  Time start_delay_max = 20;
  Time finish_time = 2;     ///< how long a member needs for what it has when it gets nothing new
  double start_burn = 250;  ///< percent of its capacity that a member uses until it is ready
  bool has_pool = true;
  bool chooses_members = true;  ///< as processes do; false: as a Deployment
  std::int32_t initial_members = 1;
  std::uint64_t seed = 1;
};

/// How a member can be sick.
enum class Sickness : std::uint8_t {
  none,
  fails,  ///< answers at once, and nothing but errors
  slow,   ///< a tenth of its capacity, and ten times as long
};

struct WorldMember {
  std::string name{};
  Time started = 0;
  Time ready_at = 0;
  std::optional<Time> failed_at{};
  std::optional<Time> in_pool_since{};
  bool left_pool = false;  ///< taken out of it, not put back since
  std::int32_t weight = 0;
  Time weight_zero_since = 0;
  double in_flight = 0;
  bool by_hand = false;  ///< somebody else took it out, and has not given it back
  Sickness sickness = Sickness::none;
  Time sick_until = -1e9;
  double answered = 0;  ///< requests, as its pool counts them
  double failed = 0;    ///< of them
  Time answering = 0;   ///< the sum of the times it took
};

/// What the world saw, in order.
struct Event {
  enum class Kind : std::uint8_t {
    scaled,  ///< told a total: `before` → `after`
    member_started,
    member_stopped,  ///< because it was told so
    member_failed,   ///< by itself
    weight_changed,  ///< of `member`: `before` → `after`; -1: not in the pool
    request_lost,    ///< `member` left with work in flight, `lost` of it
    controller_started,
    controller_killed,
    sickened,  ///< until `after`, in whole seconds
    meddled,   ///< somebody else told a total, or gave `member` a weight
    shed,      ///< of the requests so many percent are refused: `before` → `after`
  };
  Kind kind{};
  Time at = 0;
  std::string member{};
  std::int32_t before = 0;
  std::int32_t after = 0;
  std::int32_t draining = 0;  ///< at a `scaled`: members that stand in the pool with weight 0, or were taken out of it
  double lost = 0;
  Time sick_until = -1e9;  ///< the member of a `weight_changed`; long ago: never
};

/// One answer that the controller got for a signal.
struct Delivery {
  std::string signal{};
  Time at = 0;
  Time measured = 0;  ///< by the source
  bool valid = false;
};

class World {
 public:
  explicit World(WorldOptions options);

  /// Lets time pass up to `t`: members become ready, work is served.
  void advance(Time t);
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  [[nodiscard]] const std::vector<Delivery>& deliveries() const { return deliveries_; }
  void delivered(Delivery delivery) { deliveries_.push_back(std::move(delivery)); }
  void note(Event::Kind kind) { add({.kind = kind}); }

  // What a scaler can do.
  [[nodiscard]] const std::map<std::string, WorldMember>& members() const { return members_; }
  [[nodiscard]] std::int32_t told() const { return told_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  void scale(std::int32_t total, const std::vector<std::string>& remove);
  void fail_one();
  // What somebody else does by hand.
  void tell_by_hand(std::int32_t total);
  void take_out_by_hand();
  void give_back();
  /// Of `count` members that serve, from now on until `until`; those that are sick already are not taken.
  void sicken(Sickness how, std::int32_t count, Time until);

  // What a balancer can do; nothing: not in the pool.
  void set_weight(const std::string& member, std::optional<std::int32_t> weight);

  /// Refuses so many percent of the requests from now on.
  void shed(std::int32_t percent);
  [[nodiscard]] std::int32_t shed_at(Time t) const;
  /// Requests that were refused.
  [[nodiscard]] double refused() const { return refused_; }

  [[nodiscard]] double load() const { return options_.demand.at(now_); }
  /// What of the demand is let in.
  [[nodiscard]] double let_in_at(Time t) const { return options_.demand.at(t) * (1 - shed_at(t) / 100.0); }
  /// Over a span of some length, to half a second.
  [[nodiscard]] double mean_let_in(Time from, Time to) const;
  /// Requests ever let in, as the sources count them.
  [[nodiscard]] double requests() const { return requests_; }
  void reset_counters();
  /// Load per capacity of those who serve, in percent; not cut at 100.
  [[nodiscard]] double utilization() const;
  /// The same of each member. One that starts burns `start_burn`.
  [[nodiscard]] std::vector<std::pair<std::string, double>> utilizations() const;
  [[nodiscard]] double backlog() const { return backlog_; }
  [[nodiscard]] double lost() const { return lost_; }
  [[nodiscard]] std::int32_t serving() const;
  [[nodiscard]] const WorldOptions& options() const { return options_; }
  [[nodiscard]] std::uint64_t digest() const;

  [[nodiscard]] bool is_sick(const WorldMember& member) const { return now_ < member.sick_until; }

 private:
  void serve(const std::vector<WorldMember*>& serving, Time dt);
  [[nodiscard]] double capacity_of(const WorldMember& member) const;
  void add(Event event);
  void start_member();
  void stop_member(const std::string& name);
  void step(Time dt);

  WorldOptions options_;
  Time now_ = 0;
  SplitMix chance_;
  std::map<std::string, WorldMember> members_{};
  std::int32_t told_ = 0;
  std::uint64_t version_ = 1;
  std::uint64_t next_name_ = 1;
  double backlog_ = 0;
  double requests_ = 0;
  double lost_ = 0;
  double refused_ = 0;
  std::vector<std::pair<Time, std::int32_t>> sheds_{};  ///< since when, in order
  std::vector<Event> events_{};
  std::vector<Delivery> deliveries_{};
};

}  // namespace ballast::sim
