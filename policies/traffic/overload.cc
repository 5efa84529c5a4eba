#include "policies/traffic/overload.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "policies/traffic/members.h"
#include "policies/traffic/places.h"
#include "policies/traffic/shares.h"

namespace ballast {
namespace {

constexpr std::int32_t kLeast = 5;    // percent: less is not worth beginning
constexpr std::int32_t kMostUp = 10;  // percent at a time
constexpr std::int32_t kNoise = 2;    // percent: less is not followed
constexpr Duration kFade = std::chrono::minutes{1};

/// So much of what they would be busy with at their targets `members` may be busy with.
double allowed(const Overload& rules, const Demand& demand, std::int32_t members) {
  return members * demand.room * rules.utilization_above / 100.0;
}

/// The share in percent that must be refused so that not more is let in than `members` may be busy with. Nothing where
/// fewer would do: to have them all would then be the reason to refuse.
double share_for(const Overload& rules, const Demand& demand, double offered, std::int32_t members) {
  const double most = std::max(allowed(rules, demand, members), members - 1.0);
  return offered <= most ? 0.0 : 100 * (1 - allowed(rules, demand, members) / offered);
}

struct Wanted {
  double least = 0;  ///< percent, if as little was offered as may be
  double most = 0;
};

Wanted wanted(const Overload& rules, const ShedMemory& memory, const Crowd& crowd) {
  const TimePoint from = crowd.demand->at - crowd.demand->window - crowd.echo;
  const Shares refused = shares_since(memory.past, from);
  const auto share = [&](std::int32_t then, std::int32_t members) {
    const double offered = crowd.demand->members / (1 - std::min(then, 99) / 100.0);
    const double needed = share_for(rules, *crowd.demand, offered, members);
    return std::min(static_cast<double>(rules.max_percent), needed);
  };
  return {share(refused.least, crowd.capacity), share(refused.most, std::min(crowd.serving, crowd.capacity))};
}

std::int32_t half_of(double gap) { return static_cast<std::int32_t>(std::ceil(gap / 2)); }

/// From nothing: a share that is worth it, found in two measurements in a row.
bool begins(const Overload& rules, ShedMemory& memory, const Demand& demand, double least) {
  if (least < std::min(kLeast, rules.max_percent)) {
    memory.over.reset();
    return false;
  }
  if (!memory.over) memory.over = demand.at;
  return demand.at > *memory.over;
}

std::int32_t raised(std::int32_t percent, double least) {
  const double gap = least - percent;
  return gap < kNoise ? percent : percent + std::min(kMostUp, half_of(gap));
}

std::int32_t lowered(std::int32_t percent, double most) {
  const double gap = percent - most;
  if (gap <= 0 || (gap < kNoise && most > 0)) return percent;
  const std::int32_t step = most > 0 ? half_of(gap) : percent;
  return percent - std::min(std::max(5, percent / 3), step);
}

RefusedShare told(const Overload& rules, const Crowd& crowd, std::int32_t before, std::int32_t percent) {
  if (percent > 0) {
    const double offered = crowd.demand->members / (1 - std::min(before, 99) / 100.0);
    return {percent,
            Reason::overloaded,
            {static_cast<double>(percent), offered, static_cast<double>(crowd.capacity),
             crowd.demand->room * rules.utilization_above}};
  }
  if (before > 0) return {0, Reason::overload_over, {static_cast<double>(before)}};
  return {};
}

/// Why it stays at `percent`, though more should be refused.
RefusedShare held(const Crowd& crowd, std::int32_t percent) {
  const double offered = crowd.demand->members / (1 - std::min(percent, 99) / 100.0);
  if (!crowd.may_raise) return {percent, Reason::overload_unwritten, {static_cast<double>(percent), offered}};
  return {
      percent,
      Reason::overload_waits,
      {static_cast<double>(percent), offered, static_cast<double>(crowd.serving), static_cast<double>(crowd.capacity)}};
}

/// Where it would come to, of a pool that refuses nothing: what is measured is all that is offered.
RefusedShare would_refuse(const Overload& rules, ShedMemory& memory, const Crowd& crowd) {
  if (!crowd.demand || !crowd.full || crowd.capacity <= 0) {
    memory.over.reset();
    return {};
  }
  const double share = share_for(rules, *crowd.demand, crowd.demand->members, crowd.capacity);
  const auto percent = static_cast<std::int32_t>(std::min<double>(rules.max_percent, share));
  if (!begins(rules, memory, *crowd.demand, percent)) return {};
  if (!crowd.may_raise || crowd.serving < crowd.capacity) return held(crowd, 0);
  return told(rules, crowd, 0, percent);
}

/// What is left of `percent`, as it falls to nothing.
std::int32_t fading(ShedMemory& memory, std::int32_t percent, TimePoint now) {
  if (!memory.faded) memory.faded = ShedChange{now, percent};
  const double left = std::max(0.0, 1 - seconds(now - memory.faded->at) / seconds(kFade));
  return std::min(percent, static_cast<std::int32_t>(memory.faded->percent * left));
}

/// Where it shall be less, how much from now on. That all fits is known, so that no measurement is waited for longer
/// than if nothing were.
std::optional<std::int32_t> less(ShedMemory& memory, std::int32_t percent, double most, bool seen, TimePoint now) {
  const std::int32_t lower = lowered(percent, most);
  if (lower >= percent) return std::nullopt;
  const std::int32_t step = seen ? lower : percent;
  return most > 0 ? step : std::min(step, fading(memory, percent, now));
}

RefusedShare faded(ShedMemory& memory, std::int32_t percent, TimePoint now) {
  if (percent == 0) {
    memory.faded.reset();
    return {};
  }
  const std::int32_t next = fading(memory, percent, now);
  const Duration passed = now - memory.faded->at;
  if (next == 0) return {0, Reason::overload_over, {static_cast<double>(percent)}};
  return {next, Reason::overload_fades, {static_cast<double>(next), seconds(kFade - passed)}};
}

}  // namespace

RefusedShare refuse(const Overload& rules, ShedMemory& memory, const Crowd& crowd, std::int32_t percent,
                    TimePoint now) {
  const TimePoint moved = memory.past.empty() ? TimePoint::min() : memory.past.back().at;
  note_share(memory, now, percent);
  if (!crowd.demand || crowd.capacity <= 0) {
    memory.over.reset();
    return faded(memory, percent, now);
  }
  if (!crowd.full) {
    memory.over.reset();
    memory.faded.reset();
    return told(rules, crowd, percent, 0);
  }
  if (percent > rules.max_percent) return told(rules, crowd, percent, rules.max_percent);
  const Wanted want = wanted(rules, memory, crowd);
  if (want.most > 0 || percent == 0) memory.faded.reset();
  if (percent == 0 && !begins(rules, memory, *crowd.demand, want.least)) return {};
  const bool seen = crowd.demand->at > moved;  // what the last change did
  if (const auto lower = less(memory, percent, want.most, seen, now)) return told(rules, crowd, percent, *lower);
  const std::int32_t higher = raised(percent, want.least);
  if (higher > percent && (!crowd.may_raise || crowd.serving < crowd.capacity)) return held(crowd, percent);
  return told(rules, crowd, percent, seen ? higher : percent);
}

namespace {

ShedMemory& shed_of(Memory& memory, Fingerprint pool) {
  ShedMemory* known = find_shed(memory, pool);
  return known != nullptr ? *known : memory.sheds.emplace_back(ShedMemory{.pool = pool});
}

/// What a member is to the load of a pool: `idle` is one that failed, or is out for a person's word.
enum class Role : std::uint8_t { going, idle, serves, joins, ejected };

Role role_of(const Member& member, const MemberMemory& known, PoolId pool) {
  const bool exists = member.state != MemberState::gone && member.state != MemberState::stopping;
  if (!exists || is_going(known)) return Role::going;
  const bool ready = member.state == MemberState::ready;
  if (is_ejected(known)) return ready ? Role::ejected : Role::idle;
  if (!ready) return member.state == MemberState::starting ? Role::joins : Role::idle;
  const PoolMember* place = in_pool(member, pool);
  if (place == nullptr || (place->weight == 0 && !place->contested)) return Role::joins;
  return place->healthy && place->weight > 0 ? Role::serves : Role::idle;
}

/// How many of those that are ejected the others carry the load of: they were ejected because there is that room.
std::int32_t carried(std::int32_t ejected, std::int32_t serving) {
  return std::min(ejected, static_cast<std::int32_t>(kHeadroom * serving) - serving);
}

/// Of one pool, those that serve and those that are to come.
struct Crew {
  std::int32_t serving = 0;
  std::int32_t coming = 0;
};

/// `told` members shall serve. One that failed is not waited for: nobody knows how long.
Crew crew_of(PoolId pool, std::int32_t told, const Memory& memory, const Observation& observation) {
  std::array<std::int32_t, 5> counts{};
  const MemberMemory new_one;
  const auto count = [&](Role role) -> std::int32_t& { return counts[static_cast<std::size_t>(role)]; };
  std::int32_t known = 0;
  for (const Member& member : observation.members) {
    const auto at = std::ranges::find(memory.members, member.id, &MemberMemory::id);
    const Role role = role_of(member, at == memory.members.end() ? new_one : *at, pool);
    ++count(role);
    if (role != Role::going) ++known;
  }
  const std::int32_t serving = count(Role::serves);
  return {serving + carried(count(Role::ejected), serving), count(Role::joins) + std::max(0, told - known)};
}

Crowd crowd_in(PoolId pool, const Workload& workload, const Memory& memory, const Observation& observation,
               const std::optional<Demand>& demand, const Need& need) {
  Crowd crowd{.demand = demand, .may_raise = observation.journal_ok, .echo = echo_of(workload)};
  if (!observation.target) return crowd;
  const std::int32_t told = std::min(need.replicas, serving_told(memory, observation));
  const Crew crew = crew_of(pool, told, memory, observation);
  crowd.serving = crew.serving;
  const bool only_at_max = workload.pools[static_cast<std::size_t>(pool)].overload->only_at_max_replicas;
  crowd.capacity = crew.serving + (only_at_max ? crew.coming : 0);
  crowd.full = !only_at_max || (need.max_replicas > 0 && told >= need.max_replicas);
  return crowd;
}

void tell(PoolId pool, const RefusedShare& refusal, bool dry_run, std::vector<Step>& steps) {
  if (refusal.reason == Reason::none) return;
  steps.push_back(Step{.stage = Stage::overload,
                       .subject = {Subject::Kind::pool, static_cast<std::uint32_t>(pool)},
                       .reason = refusal.reason,
                       .numbers = refusal.numbers,
                       .dry_run = dry_run});
}

/// One pool that is seen.
class Gate {
 public:
  Gate(PoolId id, const Workload& workload, Memory& memory, const Observation& observation, Plan& plan)
      : id_(id),
        workload_(workload),
        pool_(workload.pools[static_cast<std::size_t>(id)]),
        memory_(memory),
        observation_(observation),
        plan_(plan) {}

  /// Its document does not refuse, any more or at all: what this pool was told is taken back.
  void open() {
    ShedMemory* known = find_shed(memory_, pool_.fingerprint);
    if (known == nullptr || percent(*known) == 0) return;
    write(*known, {0, Reason::overload_over, {static_cast<double>(percent(*known))}});
  }

  void steer(const std::optional<Demand>& demand, const Need& need) {
    const Crowd crowd = crowd_in(id_, workload_, memory_, observation_, demand, need);
    ShedMemory& known = shed_of(memory_, pool_.fingerprint);
    write(known, refuse(*pool_.overload, known, crowd, percent(known), observation_.at));
  }

  /// What was refused in earnest comes to its end; then what would be is told. `demand`: if anybody steers.
  void try_out(const std::optional<Demand>& demand, const Need& need) {
    ShedMemory* known = find_shed(memory_, pool_.fingerprint);
    if (known != nullptr && percent(*known) > 0) return steer(std::nullopt, need);
    const Crowd crowd = crowd_in(id_, workload_, memory_, observation_, demand, need);
    const RefusedShare refusal = would_refuse(*pool_.overload, shed_of(memory_, pool_.fingerprint), crowd);
    tell(id_, refusal, true, plan_.steps);
  }

 private:
  static std::int32_t percent(const ShedMemory& known) { return known.past.empty() ? 0 : known.past.back().percent; }
  void write(ShedMemory& known, const RefusedShare& refusal) {
    const std::int32_t before = percent(known);
    // What is not seen any more is not Ballast's in a pool that refuses nothing in earnest: so it is seen first.
    // Nor is what a pool does not tell: it may not be able to refuse.
    const bool told = seen_share(observation_, id_).has_value();
    if (told && refuses_in_earnest(workload_, pool_)) note_share(known, observation_.at, refusal.percent);
    const bool other_wait = refusal.percent > 0 && pool_.overload && known.retry_after != pool_.overload->retry_after;
    if (before != refusal.percent || other_wait) {
      plan_.sheds.push_back({id_, refusal.percent});
      known.retry_after = pool_.overload ? pool_.overload->retry_after : Duration{};
    }
    tell(id_, refusal, false, plan_.steps);
  }

  PoolId id_;
  const Workload& workload_;
  const Pool& pool_;
  Memory& memory_;
  const Observation& observation_;
  Plan& plan_;
};

}  // namespace

void plan_sheds(const Workload& workload, Memory& memory, const Observation& observation,
                const std::optional<Demand>& demand, const Need& need, Plan& plan) {
  const bool steers = workload.mode != Mode::scale_up_only && !is_paused(observation.orders);
  for (std::size_t i = 0; i < workload.pools.size(); ++i) {
    const PoolId id{static_cast<std::uint16_t>(i)};
    if (is_hidden(observation, id)) continue;
    Gate gate(id, workload, memory, observation, plan);
    if (!workload.pools[i].overload)
      gate.open();
    else if (!refuses_in_earnest(workload, workload.pools[i]))
      gate.try_out(steers ? demand : std::nullopt, need);
    else
      gate.steer(steers ? demand : std::nullopt, need);
  }
}

}  // namespace ballast
