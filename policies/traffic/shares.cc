#include "policies/traffic/shares.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

#include "policies/traffic/places.h"

namespace ballast {
namespace {

constexpr std::size_t kMostPast = 128;                     // changes; one that is forgotten makes a cut bolder
constexpr Duration kRemembered = std::chrono::minutes{5};  // several signals may be measured at different times

/// The first of `past` that was in force at `from` or later.
auto since(const std::vector<ShedChange>& past, TimePoint from) {
  const auto later = std::ranges::find_if(past, [&](const ShedChange& change) { return change.at > from; });
  return later == past.begin() ? later : std::prev(later);
}

std::int32_t last_of(const ShedMemory& memory) { return memory.past.empty() ? 0 : memory.past.back().percent; }

bool is_there(const Workload& workload, const ShedMemory& memory) {
  return std::ranges::find(workload.pools, memory.pool, &Pool::fingerprint) != workload.pools.end();
}

/// A pool that is seen, and what is remembered of it.
void remember_seen(const Workload& workload, const Pool& pool, std::int32_t percent, TimePoint now, Memory& memory) {
  ShedMemory* known = find_shed(memory, pool.fingerprint);
  const bool ours = refuses_in_earnest(workload, pool);
  if (known == nullptr && percent > 0 && ours) known = &memory.sheds.emplace_back(ShedMemory{.pool = pool.fingerprint});
  if (known == nullptr && percent > 0) {
    const auto lost = std::ranges::find_if(
        memory.sheds, [&](const ShedMemory& other) { return !is_there(workload, other) && last_of(other) == percent; });
    if (lost == memory.sheds.end()) return;
    lost->pool = pool.fingerprint;
    known = &*lost;
  }
  if (known != nullptr && (ours || last_of(*known) > 0)) note_share(*known, now, percent);
}

/// Nobody steers what is not there any more: it was let in as it went.
void end_lost(const Workload& workload, const Observation& observation, Memory& memory) {
  if (!observation.hidden_pools.empty()) return;  // one of those may be it
  for (ShedMemory& known : memory.sheds)
    if (!is_there(workload, known) && last_of(known) > 0) note_share(known, observation.at, 0);
}

void forget(const Workload& workload, TimePoint now, Memory& memory) {
  Duration longest{};
  for (const Signal& spec : workload.signals)
    if (const SignalMemory* known = find(memory, spec.fingerprint); known != nullptr && known->newest)
      longest = std::max(longest, reach(spec, *known->newest));
  for (ShedMemory& known : memory.sheds)
    known.past.erase(known.past.begin(), since(known.past, now - std::max(kRemembered, 2 * longest)));
  std::erase_if(memory.sheds,
                [&](const ShedMemory& known) { return known.past.size() <= 1 && last_of(known) == 0 && !known.over; });
}

/// Of the requests that came since `from`, in any case.
std::int32_t least_refused(const Workload& workload, const Memory& memory, const Observation& observation,
                           TimePoint from) {
  std::int32_t least = 99;
  for (std::size_t i = 0; i < workload.pools.size(); ++i) {
    const ShedMemory* known = find_shed(memory, workload.pools[i].fingerprint);
    const bool hidden = is_hidden(observation, PoolId{static_cast<std::uint16_t>(i)});
    least = std::min(least, known == nullptr || hidden ? 0 : shares_since(known->past, from).least);
  }
  return workload.pools.empty() ? 0 : least;
}

Subject subject_of(const Workload& workload, const ShedMemory& memory) {
  const auto pool = std::ranges::find(workload.pools, memory.pool, &Pool::fingerprint);
  if (pool == workload.pools.end()) return {};
  return {Subject::Kind::pool, static_cast<std::uint32_t>(pool - workload.pools.begin())};
}

}  // namespace

Duration echo_of(const Workload& workload) {
  return std::max<Duration>(std::chrono::seconds{5}, 2 * workload.interval);
}

std::optional<std::int32_t> seen_share(const Observation& observation, PoolId pool) {
  const auto seen = std::ranges::find(observation.sheds, pool, &Shed::pool);
  return seen == observation.sheds.end() ? std::nullopt : std::optional{seen->percent};
}

const ShedMemory* find_shed(const Memory& memory, Fingerprint pool) {
  const auto at = std::ranges::find(memory.sheds, pool, &ShedMemory::pool);
  return at == memory.sheds.end() ? nullptr : &*at;
}
ShedMemory* find_shed(Memory& memory, Fingerprint pool) {
  const auto at = std::ranges::find(memory.sheds, pool, &ShedMemory::pool);
  return at == memory.sheds.end() ? nullptr : &*at;
}

void note_share(ShedMemory& memory, TimePoint now, std::int32_t percent) {
  auto& past = memory.past;
  if (!past.empty() && past.back().percent == percent) return;
  past.push_back({now, percent});
  if (past.size() > kMostPast) past.erase(past.begin());
}

Shares shares_since(const std::vector<ShedChange>& past, TimePoint from) {
  if (past.empty()) return {};
  const auto [low, high] = std::ranges::minmax_element(since(past, from), past.end(), {}, &ShedChange::percent);
  return {low->percent, high->percent};
}

bool refuses_in_earnest(const Workload& workload, const Pool& pool) {
  return pool.overload && !pool.dry_run && workload.mode != Mode::dry_run;
}

void remember_sheds(const Workload& workload, Memory& memory, const Observation& observation) {
  for (const Shed& seen : observation.sheds) {
    const auto pool = static_cast<std::size_t>(seen.pool);
    if (pool < workload.pools.size())
      remember_seen(workload, workload.pools[pool], seen.percent, observation.at, memory);
  }
  end_lost(workload, observation, memory);
  for (const Outcome& outcome : observation.outcomes)
    if (outcome.action == ActionKind::shed && outcome.failure)
      for (ShedMemory& known : memory.sheds) known.retry_after = {};  // who knows what it was told
  forget(workload, observation.at, memory);
}

std::int32_t refused_share(const Workload& workload, const Memory& memory, const Observation& observation,
                           PoolId pool) {
  const Pool& spec = workload.pools[static_cast<std::size_t>(pool)];
  const ShedMemory* known = find_shed(memory, spec.fingerprint);
  const std::int32_t remembered = known == nullptr ? 0 : last_of(*known);
  if (remembered == 0 && !refuses_in_earnest(workload, spec)) return 0;
  return seen_share(observation, pool).value_or(remembered);
}

std::optional<std::int32_t> with_refused(const Workload& workload, const Memory& memory, const Observation& observation,
                                         const std::optional<Demand>& demand, std::int32_t current,
                                         std::optional<std::int32_t> proposal, std::int32_t max_replicas,
                                         std::vector<Step>& steps) {
  if (!demand || current >= max_replicas) return proposal;
  const TimePoint from = demand->at - demand->window - echo_of(workload);
  const std::int32_t least = least_refused(workload, memory, observation, from);
  const double offered = demand->members / (1 - least / 100.0);
  const auto asked = static_cast<std::int32_t>(std::min(std::ceil(offered), 1e9));
  const std::int32_t before = proposal.value_or(current);
  if (least == 0 || asked <= std::max(before, current)) return proposal;
  steps.push_back(
      Step{Stage::overload, {}, before, asked, Reason::overload_asks, {static_cast<double>(least), offered}});
  return asked;
}

std::optional<std::int32_t> offered_at_most(const Workload& workload, const Memory& memory,
                                            const std::optional<Demand>& demand, std::optional<std::int32_t> proposal) {
  if (!demand || !proposal) return proposal;
  const TimePoint from = demand->at - demand->window - echo_of(workload);
  std::int32_t most = 0;
  for (const ShedMemory& known : memory.sheds) most = std::max(most, shares_since(known.past, from).most);
  if (most == 0) return proposal;
  const double offered = demand->members / (1 - std::min(most, 99) / 100.0);
  return std::max(*proposal, static_cast<std::int32_t>(std::min(std::ceil(offered), 1e9)));
}

std::optional<RefusedLately> refused_lately(const Workload& workload, const Memory& memory, TimePoint now) {
  if (memory.sheds.empty()) return std::nullopt;
  const TimePoint from = measured_since(workload, memory, now) - echo_of(workload);
  for (const ShedMemory& known : memory.sheds)
    if (const std::int32_t most = shares_since(known.past, from).most; most > 0) return RefusedLately{&known, most};
  return std::nullopt;
}

std::optional<std::int32_t> unless_refusing(const Workload& workload, const Memory& memory, TimePoint now,
                                            std::int32_t current, std::optional<std::int32_t> proposal,
                                            std::vector<Step>& steps) {
  if (!proposal || *proposal >= current) return proposal;
  const auto refused = refused_lately(workload, memory, now);
  if (!refused) return proposal;
  steps.push_back(Step{Stage::overload,
                       subject_of(workload, *refused->pool),
                       *proposal,
                       current,
                       Reason::overload_holds,
                       {static_cast<double>(refused->most)}});
  return current;
}

}  // namespace ballast
