#include "policies/traffic/places.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ballast {

namespace {

template <class M>
auto* find_in(M& member, Fingerprint pool) {
  const auto at = std::ranges::find(member.places, pool, &PlaceMemory::pool);
  return at == member.places.end() ? nullptr : &*at;
}

/// Members that would serve and stay out at `now`.
std::int32_t count_ejected(const Workload& workload, const Memory& memory, TimePoint now) {
  const auto stays_out = [&](const PlaceMemory& place) {
    const auto pool = std::ranges::find(workload.pools, place.pool, &Pool::fingerprint);
    return place.ejected_at && pool != workload.pools.end() && pool->outlier_detection &&
           !is_due(*pool->outlier_detection, place, now);
  };
  return static_cast<std::int32_t>(std::ranges::count_if(memory.members, [&](const MemberMemory& member) {
    return !is_going(member) && std::ranges::any_of(member.places, stays_out);
  }));
}

}  // namespace

const PoolMember* in_pool(const Member& member, PoolId pool) {
  const auto at = std::ranges::find(member.pools, pool, &PoolMember::pool);
  return at == member.pools.end() ? nullptr : &*at;
}

bool is_hidden(const Observation& observation, PoolId pool) {
  return std::ranges::any_of(observation.hidden_pools, [&](const HiddenPool& hidden) { return hidden.pool == pool; });
}

PlaceMemory& place_of(MemberMemory& member, Fingerprint pool) {
  PlaceMemory* known = find_in(member, pool);
  return known != nullptr ? *known : member.places.emplace_back(PlaceMemory{.pool = pool});
}

PlaceMemory& tried_place_of(MemberMemory& member, Fingerprint pool) {
  const auto at = std::ranges::find(member.tried, pool, &PlaceMemory::pool);
  return at != member.tried.end() ? *at : member.tried.emplace_back(PlaceMemory{.pool = pool});
}

const PlaceMemory* find_place(const MemberMemory& member, Fingerprint pool) { return find_in(member, pool); }

void end_ejection(PlaceMemory& place) {
  place.ejected_at.reset();
  place.cause = Reason::none;
}

bool is_due(const OutlierDetection& rules, const PlaceMemory& place, TimePoint now) {
  const Duration time = std::min(rules.base_ejection_time * place.ejections, rules.max_ejection_time);
  return now - *place.ejected_at >= time;
}

void keep_only_visible_ejections(const Workload& workload, Memory& memory, const Observation& observation) {
  for (const Member& seen : observation.members) {
    const auto member = std::ranges::find(memory.members, seen.id, &MemberMemory::id);
    if (member == memory.members.end()) continue;
    for (const PoolMember& at : seen.pools) {
      const auto index = static_cast<std::size_t>(at.pool);
      if (index >= workload.pools.size()) continue;  // a frame of an older document may name one that is gone
      PlaceMemory* place = find_in(*member, workload.pools[index].fingerprint);
      if (place != nullptr && at.weight != 0) end_ejection(*place);
    }
  }
}

bool is_ejection(Reason reason) {
  switch (reason) {
    case Reason::ejected_consecutive_5xx:
    case Reason::ejected_success_rate:
    case Reason::ejected_failure_percentage:
    case Reason::ejected_latency:
    case Reason::ejected_signal:
    case Reason::ejection_limit:
    case Reason::ejection_no_capacity:
    case Reason::member_replaced:
      return true;
    default:
      return false;
  }
}

bool is_going(const MemberMemory& member) { return member.retiring || member.replacing; }

bool is_ejected(const MemberMemory& member) {
  return std::ranges::any_of(member.places, [](const PlaceMemory& place) { return place.ejected_at.has_value(); });
}

std::int32_t with_lost_capacity(const Workload& workload, const Memory& memory, TimePoint now, std::int32_t current,
                                std::int32_t asked, std::vector<Step>& steps) {
  const std::int32_t out = count_ejected(workload, memory, now);
  const std::int32_t serve = std::max(0, current - out);
  if (out == 0 || asked <= kHeadroom * serve) return asked;
  const auto more = static_cast<std::int32_t>(
      std::min<std::int64_t>(std::int64_t{asked} + out, std::numeric_limits<std::int32_t>::max()));
  steps.push_back(Step{Stage::redistribute,
                       {},
                       asked,
                       more,
                       Reason::ejected_capacity,
                       {static_cast<double>(out), static_cast<double>(serve)}});
  return more;
}

double slow_start_share(const SlowStart& rules, Duration since) {
  const double least = rules.min_weight_percent / 100.0;
  if (since >= rules.window) return 1;
  if (since <= Duration{}) return least;
  return std::max(least, std::pow(seconds(since) / seconds(rules.window), 1 / rules.aggression));
}

std::int32_t weight_now(const Pool& pool, const PlaceMemory* place, TimePoint now) {
  if (place == nullptr) return pool.full_weight;
  double share = place->share;
  if (place->begins_at) share *= slow_start_share(pool.slow_start.value_or(SlowStart{}), now - *place->begins_at);
  return std::max(1, static_cast<std::int32_t>(std::lround(pool.full_weight * share)));
}

void begin_slowly(const Pool& pool, MemberMemory& member, TimePoint now) {
  if (pool.slow_start) place_of(member, pool.fingerprint).begins_at = now;
}

}  // namespace ballast
