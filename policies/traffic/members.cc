#include "policies/traffic/members.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "policies/traffic/ejection.h"
#include "policies/traffic/restart.h"

namespace ballast {
namespace {

MemberMemory* find(Memory& memory, MemberId id) {
  const auto at = std::ranges::find(memory.members, id, &MemberMemory::id);
  return at == memory.members.end() ? nullptr : &*at;
}

std::int32_t in_flight(const Member& member) {
  std::int32_t sum = 0;
  for (const PoolMember& pool : member.pools) sum += pool.in_flight;
  return sum;
}

bool exists(const Member& member) { return member.state != MemberState::gone && member.state != MemberState::stopping; }

bool gets_nothing_new(const Member& member, const Observation& observation) {
  return observation.hidden_pools.empty() &&
         std::ranges::all_of(member.pools, [](const PoolMember& place) { return place.weight == 0; });
}

Step step_of(MemberId id, Reason reason, std::array<double, 4> numbers = {}) {
  return Step{Stage::members, {Subject::Kind::member, static_cast<std::uint32_t>(id)}, 0, 0, reason, numbers};
}

/// A place that is not seen now is as it was.
bool is_contested(const Member& member, bool before, const Observation& observation) {
  if (std::ranges::any_of(member.pools, &PoolMember::contested)) return true;
  return before && !observation.hidden_pools.empty();
}

/// Into pools that it does not stand in yet.
void begin(const Workload& workload, const Observation& observation, const Member& member, MemberMemory& known) {
  for (std::size_t i = 0; i < workload.pools.size(); ++i) {
    const PoolId pool{static_cast<std::uint16_t>(i)};
    if (in_pool(member, pool) == nullptr && !is_hidden(observation, pool))
      begin_slowly(workload.pools[i], known, observation.at);
  }
}

/// Whoever gets load again, as from a person's hand, begins to drain anew.
void remember_draining(const Member& member, const Observation& observation, MemberMemory& known) {
  const bool gets_load = std::ranges::any_of(member.pools, [](const PoolMember& place) { return place.weight > 0; });
  if (gets_load) known.draining_since.reset();
  if (!known.draining_since && gets_nothing_new(member, observation)) known.draining_since = observation.at;
}

void remember_members(const Workload& workload, Memory& memory, const Observation& observation,
                      std::vector<Step>& steps) {
  std::vector<MemberMemory> now;
  now.reserve(observation.members.size());
  for (const Member& member : observation.members) {
    if (!exists(member)) continue;
    MemberMemory* before = find(memory, member.id);
    MemberMemory& known = now.emplace_back(before != nullptr ? std::move(*before) : MemberMemory{.id = member.id});
    if (!member.pools.empty()) known.busy = in_flight(member) > 0;
    if (known.retiring) remember_draining(member, observation, known);
    const bool held = is_contested(member, known.contested, observation);
    if (std::exchange(known.contested, held) && !held) steps.push_back(step_of(member.id, Reason::member_released));
    if (member.state == MemberState::ready && !known.was_ready) {
      known.was_ready = true;
      begin(workload, observation, member, known);
      const double took = seconds(member.since - member.started);
      steps.push_back(step_of(member.id, Reason::member_ready, {took}));
    }
  }
  memory.members = std::move(now);
}

/// Who goes first: what is dead or sick, then what does not serve yet, then what has least to finish, then the
/// youngest.
auto order_to_go(const Member& member, const MemberMemory& known) {
  constexpr auto rank = [](MemberState state) {
    switch (state) {
      case MemberState::failed:
        return 0;
      case MemberState::starting:
        return 2;
      case MemberState::unready:
        return 3;
      case MemberState::ready:
      case MemberState::stopping:
      case MemberState::gone:
        break;
    }
    return 4;
  };
  return std::tuple{is_ejected(known) ? std::min(1, rank(member.state)) : rank(member.state), in_flight(member),
                    -member.started.time_since_epoch().count(), static_cast<std::uint32_t>(member.id)};
}

void retire(MemberMemory& member, TimePoint now, std::array<double, 4> numbers, std::vector<Step>& steps) {
  member.retiring = true;
  member.retiring_since = now;
  steps.push_back(step_of(member.id, Reason::member_retired, numbers));
}

void retire_some(Memory& memory, const Observation& observation, std::size_t count, std::vector<Step>& steps) {
  std::vector<const Member*> serving;
  for (const Member& member : observation.members) {
    const MemberMemory* known = exists(member) ? find(memory, member.id) : nullptr;
    if (known != nullptr && !is_going(*known)) serving.push_back(&member);
  }
  std::ranges::sort(serving, {}, [&](const Member* member) { return order_to_go(*member, *find(memory, member->id)); });
  for (std::size_t i = 0; i < std::min(count, serving.size()); ++i) {
    MemberMemory& known = *find(memory, serving[i]->id);
    retire(known, observation.at, {static_cast<double>(in_flight(*serving[i]))}, steps);
  }
}

/// Where there is no room for one more than shall serve, the sick one is one of them.
void keep_within(Memory& memory, std::int32_t replicas, std::int32_t max_replicas) {
  std::int32_t room = std::max(0, max_replicas - replicas);
  for (MemberMemory& member : memory.members)
    if (member.replacing && !member.retiring && room-- <= 0) member.replacing = false;
}

/// In every pool, with all that its weight will be.
bool carries_its_share(const Workload& workload, const Member& member, const MemberMemory& known) {
  if (member.state != MemberState::ready || is_going(known) || is_ejected(known)) return false;
  for (std::size_t i = 0; i < workload.pools.size(); ++i) {
    const Pool& pool = workload.pools[i];
    const PoolMember* place = in_pool(member, PoolId{static_cast<std::uint16_t>(i)});
    const PlaceMemory* remembered = find_place(known, pool.fingerprint);
    const double share = remembered == nullptr ? 1 : remembered->share;
    if (place == nullptr || !place->healthy || place->contested || place->weight < std::floor(pool.full_weight * share))
      return false;
  }
  return true;
}

/// Once as many others serve as shall.
void retire_replaced(const Workload& workload, Memory& memory, const Observation& observation, Plan& plan) {
  if (!observation.journal_ok || !observation.hidden_pools.empty()) return;
  const auto others = std::ranges::count_if(observation.members, [&](const Member& member) {
    const MemberMemory* known = find(memory, member.id);
    return known != nullptr && carries_its_share(workload, member, *known);
  });
  if (others < plan.replicas) return;
  for (MemberMemory& member : memory.members)
    if (member.replacing && !member.retiring) retire(member, observation.at, {}, plan.steps);
}

/// Those that retired last come back first: they have the least chance to be half gone. The sick ones last.
void bring_back(Memory& memory, std::size_t count, std::vector<Step>& steps) {
  std::vector<MemberMemory*> retiring;
  for (MemberMemory& member : memory.members)
    if (member.retiring) retiring.push_back(&member);
  const auto is_sick = [](const MemberMemory* member) { return member->replacing || is_ejected(*member); };
  std::ranges::sort(retiring, [&](const MemberMemory* a, const MemberMemory* b) {
    return std::tuple{is_sick(a), b->retiring_since, a->id} < std::tuple{is_sick(b), a->retiring_since, b->id};
  });
  for (std::size_t i = 0; i < std::min(count, retiring.size()); ++i) {
    retiring[i]->retiring = false;
    retiring[i]->replacing = false;
    retiring[i]->draining_since.reset();
    steps.push_back(step_of(retiring[i]->id, Reason::member_brought_back));
  }
}

/// Whether a retiring member may leave `pool` now: it gets no new requests and has none left, or had its time.
bool may_leave(const Pool& pool, const PoolMember& place, Duration draining_for) {
  return place.weight == 0 && (place.in_flight == 0 || draining_for >= pool.drain_timeout);
}

struct Placing {
  const Workload& workload;
  const Observation& observation;
  bool some_member_serves = false;
  Plan& plan;
};

/// Dead, or unknown to its scaler: absence alone never empties a pool.
std::optional<std::int32_t> place_of_the_lost(const Placing& placing, const Member& member, const PoolMember* place) {
  const bool keep = place != nullptr && member.state == MemberState::gone && !placing.some_member_serves;
  return keep ? std::optional{place->weight} : std::nullopt;
}

std::optional<std::int32_t> place_of_the_retiring(const Placing& placing, const MemberMemory& known, const Pool& pool,
                                                  const PoolMember* place) {
  if (place == nullptr) return std::nullopt;
  const TimePoint now = placing.observation.at;
  const Duration draining_for = now - known.draining_since.value_or(now);
  if (!may_leave(pool, *place, draining_for)) return 0;
  const bool drained = place->in_flight == 0;
  placing.plan.steps.push_back(drained ? step_of(known.id, Reason::member_drained, {seconds(draining_for)})
                                       : step_of(known.id, Reason::member_drain_deadline,
                                                 {static_cast<double>(place->in_flight), seconds(draining_for)}));
  return std::nullopt;
}

/// The weight that `member` shall have in one pool; nothing: it shall not stand there.
std::optional<std::int32_t> place_in_pool(const Placing& placing, const Member& member, const MemberMemory* known,
                                          PoolId id) {
  const Pool& pool = placing.workload.pools[static_cast<std::size_t>(id)];
  const PoolMember* place = in_pool(member, id);
  if (place != nullptr && place->contested) {
    placing.plan.steps.push_back(step_of(member.id, Reason::member_contested));
    return place->weight;
  }
  if (known == nullptr || member.state == MemberState::failed) return place_of_the_lost(placing, member, place);
  if (known->retiring) return place_of_the_retiring(placing, *known, pool, place);
  const PlaceMemory* remembered = find_place(*known, pool.fingerprint);
  if (remembered != nullptr && remembered->ejected_at) return 0;
  if (member.state == MemberState::ready) return weight_now(pool, remembered, placing.observation.at);
  return place != nullptr ? std::optional{place->weight} : std::nullopt;
}

bool differs(const PoolMember* place, std::optional<std::int32_t> weight) {
  return weight.has_value() != (place != nullptr) || (place != nullptr && place->weight != *weight);
}

/// Of a retiring one that stands in no pool: it may have vanished from there, as when HAProxy is loaded anew while the
/// old one still serves what it had.
bool may_have_requests(const Placing& placing, const Member& member, const MemberMemory& known) {
  if (!known.busy || member.state == MemberState::failed) return false;
  Duration longest{};
  for (const Pool& pool : placing.workload.pools) longest = std::max(longest, pool.drain_timeout);
  return placing.observation.at - known.draining_since.value_or(placing.observation.at) < longest;
}

MemberPlan plan_member(const Placing& placing, const Member& member, const MemberMemory* known) {
  MemberPlan planned{.id = member.id};
  bool in_a_pool = false;
  for (std::size_t i = 0; i < placing.workload.pools.size(); ++i) {
    const PoolId pool{static_cast<std::uint16_t>(i)};
    const PoolMember* place = in_pool(member, pool);
    if (is_hidden(placing.observation, pool)) {
      in_a_pool = true;  // for all we know
      if (known != nullptr && known->contested)
        placing.plan.steps.push_back(step_of(member.id, Reason::member_contested));
      continue;
    }
    in_a_pool = in_a_pool || place != nullptr;
    const std::optional<std::int32_t> weight = place_in_pool(placing, member, known, pool);
    if (weight) planned.weights.push_back({pool, *weight});
    placing.plan.touch_pools = placing.plan.touch_pools || differs(place, weight);
  }
  if (known == nullptr || !known->retiring) return planned;
  const bool waits = in_a_pool || may_have_requests(placing, member, *known);
  planned.fate = waits ? Fate::retire : Fate::remove;
  return planned;
}

/// While the journal cannot be written nothing is taken away: weights and members stay, ready ones may join.
void undo_cuts(const Observation& observation, Plan& plan) {
  for (MemberPlan& planned : plan.members) {
    const Member& member = *std::ranges::find(observation.members, planned.id, &Member::id);
    if (planned.fate == Fate::remove) planned.fate = Fate::retire;
    for (const PoolMember& place : member.pools) {
      const auto weight = std::ranges::find(planned.weights, place.pool, &Weight::pool);
      if (weight == planned.weights.end())
        planned.weights.push_back({place.pool, place.weight});
      else
        weight->weight = std::max(weight->weight, place.weight);
    }
  }
}

}  // namespace

std::int32_t serving_told(const Memory& memory, const Observation& observation) {
  std::int32_t going = 0;
  for (const MemberMemory& member : memory.members) {
    if (!is_going(member)) continue;
    const auto seen = std::ranges::find(observation.members, member.id, &Member::id);
    if (seen != observation.members.end() && exists(*seen)) ++going;
  }
  const ObservedTarget& target = *observation.target;
  // One that dies while it shall be removed leaves another one beyond what the target was told.
  const auto existing = static_cast<std::int32_t>(std::ranges::count_if(observation.members, exists));
  const std::int32_t told = target.chooses_members ? std::max(target.desired, existing) : target.desired;
  return std::max(0, told - going);
}

void take_back_replacements(Memory& memory, const Observation& observation) {
  if (!observation.target || !memory.scale.intent) return;
  if (serving_told(memory, observation) >= *memory.scale.intent) return;
  for (MemberMemory& member : memory.members) member.replacing = member.replacing && member.retiring;
}

void keep_only_visible_retirements(const Workload& workload, Memory& memory, const Observation& observation) {
  for (MemberMemory& known : memory.members) {
    const auto seen = std::ranges::find(observation.members, known.id, &Member::id);
    const bool leaves =
        !workload.pools.empty() && seen != observation.members.end() && gets_nothing_new(*seen, observation);
    if (leaves) continue;
    known.retiring = false;
    known.draining_since.reset();
  }
}

void take_back_retirements(Memory& memory, const Observation& observation) {
  for (MemberMemory& known : memory.members) {
    if (!known.retiring || known.retiring_since < memory.scale.pending_at) continue;
    const auto seen = std::ranges::find(observation.members, known.id, &Member::id);
    const bool leaves =
        seen != observation.members.end() && !seen->pools.empty() && gets_nothing_new(*seen, observation);
    if (leaves) continue;
    known.retiring = false;
    known.draining_since.reset();
  }
}

void plan_members(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                  Plan& plan) {
  remember_members(workload, memory, observation, plan.steps);
  judge_members(workload, memory, observation, need, plan.steps);
  restart_next(workload, memory, observation, need, plan.steps);
  const ObservedTarget& target = *observation.target;
  const auto retiring = [&] {
    return std::ranges::count_if(memory.members, [](const MemberMemory& member) { return is_going(member); });
  };
  if (target.chooses_members) {
    keep_within(memory, plan.replicas, need.max_replicas);
    retire_replaced(workload, memory, observation, plan);
    const auto serving = static_cast<std::int64_t>(memory.members.size()) - retiring();
    const std::int64_t surplus = serving - plan.replicas;
    if (surplus > 0 && observation.journal_ok)
      retire_some(memory, observation, static_cast<std::size_t>(surplus), plan.steps);
    if (surplus < 0) bring_back(memory, static_cast<std::size_t>(-surplus), plan.steps);
  }
  const bool some_member_serves = std::ranges::any_of(observation.members, [&](const Member& member) {
    const MemberMemory* known = find(memory, member.id);
    return member.state == MemberState::ready && known != nullptr && !known->retiring;
  });
  const Placing placing{workload, observation, some_member_serves, plan};
  for (const Member& member : observation.members)
    plan.members.push_back(plan_member(placing, member, exists(member) ? find(memory, member.id) : nullptr));
  if (!observation.journal_ok) undo_cuts(observation, plan);
  const auto leaving = std::ranges::count(plan.members, Fate::remove, &MemberPlan::fate);
  const auto told = static_cast<std::int32_t>(plan.replicas + retiring() - leaving);
  if (told != target.desired || leaving > 0) plan.write = told;
}

}  // namespace ballast
