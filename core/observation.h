// All that is known about one workload at one time: the only input of a decision besides its memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/signal.h"
#include "core/time.h"
#include "core/workload.h"

namespace ballast {

enum class MemberState : std::uint8_t {
  starting,  ///< exists, was never ready
  ready,
  unready,   ///< was ready once
  stopping,  ///< asked to go
  failed,    ///< died or cannot be started; its scaler tries again
  gone,      ///< stands in a pool, but its scaler does not know it
};

/// What a member has answered in a pool, as its balancer counts it. These only grow; where one fell they began anew.
struct Counters {
  std::int64_t answers = 0;    ///< requests that it answered or failed
  std::int64_t failures = 0;   ///< of them: 5xx, and those that got no answer
  std::int64_t timed = 0;      ///< of them: those whose time is in `answering`; 0 where nobody measures it
  Duration answering{};        ///< the sum of the times to answer
  Duration answering_error{};  ///< how far a difference of two such sums may be off
  bool operator==(const Counters&) const = default;
};

/// A member in one pool. Absent from a member's list: it is not in that pool.
struct PoolMember {
  PoolId pool{};
  std::int32_t weight = 0;
  std::int32_t in_flight = 0;
  bool healthy = true;     ///< as the balancer's own check sees it
  bool contested = false;  ///< in a state that Ballast did not write: a person's, hands off
  std::optional<Counters> counters{};
  bool operator==(const PoolMember&) const = default;
};

struct Member {
  MemberId id = kNoMember;
  MemberState state = MemberState::starting;
  TimePoint since{};  ///< in this state
  TimePoint started{};
  std::vector<PoolMember> pools{};
  bool operator==(const Member&) const = default;
};

struct ObservedTarget {
  std::string uid{};          ///< another one means another target of the same name: memory starts anew
  std::string version{};      ///< fences the next write
  std::int32_t desired = 0;   ///< what the target was last told, retiring members included
  std::int32_t existing = 0;  ///< members there are, starting ones included
  std::int32_t ready = 0;
  bool chooses_members = false;  ///< can remove named members
  bool zero_is_off = false;      ///< 0 replicas is a person's "off", as in Kubernetes
  bool operator==(const ObservedTarget&) const = default;
};

/// A failure and since when it lasts.
struct Failure {
  Error error{};
  TimePoint since{};
  bool operator==(const Failure&) const = default;
};

/// A pool that could not be observed.
struct HiddenPool {
  PoolId pool{};
  Failure failure{};
  bool operator==(const HiddenPool&) const = default;
};

/// A reading, or the reason that there is none, that arrived since the last observation.
struct Arrival {
  Fingerprint signal = 0;
  TimePoint at{};
  std::optional<Reading> reading{};
  Error error{};  ///< meaningful when there is no reading
  bool operator==(const Arrival&) const = default;
};

enum class ActionKind : std::uint8_t { scale, weights, shed };
constexpr std::string_view to_string(ActionKind kind) {
  return std::array<std::string_view, 3>{"scale", "weights", "shed"}[static_cast<std::size_t>(kind)];
}

struct Outcome {
  ActionKind action = ActionKind::scale;
  std::optional<Error> failure{};  ///< nothing: it was done
  TimePoint at{};
  bool operator==(const Outcome&) const = default;
};

enum class OrderKind : std::uint8_t {
  pause,    ///< nothing is changed, whatever comes
  freeze,   ///< replicas stay as they are, in one direction or both; members are still looked after
  scale,    ///< so many replicas, whatever the signals ask for
  restart,  ///< who was started before it was given is replaced, one at a time
};
constexpr auto enum_names(OrderKind) { return std::array<std::string_view, 4>{"Pause", "Freeze", "Scale", "Restart"}; }
constexpr std::string_view to_string(OrderKind kind) { return enum_names(kind)[static_cast<std::size_t>(kind)]; }

/// What a person said, beside the documents. It holds until it is over or taken back.
struct Order {
  OrderKind kind = OrderKind::pause;
  std::int32_t replicas = 0;       ///< of scale
  Freeze direction = Freeze::all;  ///< of freeze
  TimePoint given{};
  std::optional<TimePoint> until{};
  std::string who{};
  std::string why{};
  bool operator==(const Order&) const = default;
};

/// A person's standing orders.
struct Orders {
  bool paused = false;         ///< by an annotation of the document
  std::vector<Order> given{};  ///< in force, by kind, at most one of each
  bool operator==(const Orders&) const = default;
};
/// Null: there is no such order.
inline const Order* find(const Orders& orders, OrderKind kind) {
  for (const Order& order : orders.given)
    if (order.kind == kind) return &order;
  return nullptr;
}
inline bool is_paused(const Orders& orders) { return orders.paused || find(orders, OrderKind::pause) != nullptr; }

struct Observation {
  TimePoint at{};
  std::optional<ObservedTarget> target{};
  std::optional<Failure> hidden{};         ///< why the target could not be observed
  std::vector<HiddenPool> hidden_pools{};  ///< by pool; what members carry about these pools is unknown
  std::vector<Member> members{};           ///< by id
  std::vector<Shed> sheds{};               ///< what pools refuse, by pool: of those that are seen and can tell
  std::vector<Arrival> arrivals{};         ///< in the order they came
  Orders orders{};
  std::vector<std::uint16_t> windows{};     ///< open ones, as places in `Workload::schedules`, ascending
  std::string tzdata{};                     ///< the version they were resolved with; empty without schedules
  std::optional<std::int32_t> allowance{};  ///< most replicas that budget, quota and host reserve leave
  std::vector<Outcome> outcomes{};          ///< of the last plan's actions
  TimePoint evidence_from{};                ///< own start, leader change or recovery
  bool journal_ok = true;
  bool operator==(const Observation&) const = default;
};

}  // namespace ballast
