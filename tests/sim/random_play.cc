#include <algorithm>

#include "tests/sim/run.h"

namespace ballast::sim {
namespace {

ScalingRules random_rules(Chance& chance, bool down) {
  ScalingRules rules;
  constexpr std::int32_t kWindows[] = {0, 15, 30, 60, 120};
  if (down || chance.one_in(4))
    rules.stabilization_window_seconds = down ? kWindows[chance.below(5)] : kWindows[chance.below(2)];
  const std::int32_t count = chance.below(3);
  for (std::int32_t i = 0; i < count; ++i) {
    const bool percent = chance.one_in(2);
    rules.policies.push_back({percent ? PolicyType::percent : PolicyType::pods,
                              percent ? chance.between(20, 300) : chance.between(1, 10), chance.between(5, 60)});
  }
  return rules;
}

Workload random_workload(Chance& chance) {
  Workload workload{.name = "sim/web", .target_kind = "sim", .target_name = "web", .document = 7};
  workload.min_replicas = chance.between(1, 4);
  workload.max_replicas = workload.min_replicas + chance.between(0, 30);
  workload.interval = std::chrono::seconds{chance.between(1, 10)};
  const std::int32_t signals = chance.between(1, 3);
  for (std::int32_t i = 0; i < signals; ++i) {
    Signal signal{.name = "load" + std::to_string(i), .fingerprint = static_cast<Fingerprint>(100 + i)};
    signal.target_type = TargetType::average_value;
    signal.target_milli = 7000;
    signal.interval = workload.interval;
    signal.stale_after = std::max<Duration>(std::chrono::seconds{20}, 3 * workload.interval);
    workload.signals.push_back(signal);
  }
  workload.behavior = Behavior{random_rules(chance, false), random_rules(chance, true)};
  return workload;
}

/// Steps, ramps and spikes, then a constant from `quiet` on.
Demand random_demand(Chance& chance, Time quiet, std::int32_t max_replicas) {
  Demand demand;
  const double top = 7.0 * max_replicas * 1.2;
  Time t = 0;
  while (t < quiet - 60) {
    const double level = chance.real(0, top);
    demand.points.emplace_back(t, level);
    t += chance.real(20, 120);
    demand.points.emplace_back(t, chance.one_in(2) ? level : chance.real(0, top));
    t += chance.real(0, 10);
  }
  demand.points.emplace_back(quiet, chance.real(1, top));
  return demand;
}

void add_troubles(Chance& chance, const Play& play, FaultPlan& plan) {
  const std::int32_t count = chance.below(7);
  for (std::int32_t i = 0; i < count; ++i) {
    Trouble trouble;
    trouble.target = static_cast<Target>(chance.below(4));
    trouble.from = chance.real(1, play.quiet_from - 60);
    trouble.to =
        std::min(play.quiet_from, trouble.from + (chance.one_in(3) ? chance.real(30, 200) : chance.real(1, 20)));
    if (trouble.target == Target::source) {
      trouble.fault = kSourceFaults[chance.below(static_cast<std::int32_t>(std::size(kSourceFaults)))];
      const auto signals = static_cast<std::int32_t>(play.workload.signals.size());
      if (chance.one_in(2)) trouble.signal = "load" + std::to_string(chance.below(signals));
    } else if (trouble.target == Target::disk) {
      trouble.fault = Fault::disk_full;
    } else {
      trouble.fault = kPortFaults[chance.below(static_cast<std::int32_t>(std::size(kPortFaults)))];
    }
    plan.troubles.push_back(trouble);
  }
}

/// Sick members in a pool that looks for them. All are back before it is quiet.
void add_sickness(Chance& chance, Play& play) {
  OutlierDetection rules;
  rules.interval = std::chrono::seconds{chance.between(2, 12)};
  rules.base_ejection_time = std::chrono::seconds{chance.between(5, 20)};
  rules.max_ejection_time = std::chrono::seconds{chance.between(20, 40)};
  rules.max_ejection_percent = chance.between(0, 100);
  rules.always_eject_one_host = chance.one_in(2);
  Pool& pool = play.workload.pools.front();
  pool.outlier_detection = rules;
  if (chance.one_in(2)) pool.slow_start.emplace();
  if (chance.one_in(3)) pool.balance.by = chance.one_in(2) ? BalanceBy::load : BalanceBy::latency;
  for (std::int32_t count = chance.between(1, 6); count > 0; --count) {
    const Time from = chance.real(1, play.quiet_from - 120);
    const Time to =
        std::min(from + (chance.one_in(2) ? chance.real(1, 10) : chance.real(10, 100)), play.quiet_from - 100);
    const auto how = chance.one_in(2) ? Sickness::fails : Sickness::slow;
    play.faults.sick.push_back({from, to, how, chance.one_in(4) ? chance.between(2, 20) : 1});
  }
}

/// More load than all members carry is refused, in part.
void add_overload(Chance& chance, Play& play) {
  Overload rules;
  rules.utilization_above = chance.between(50, 96);  // of 1.25 times the targets; the load goes up to 1.2 times
  rules.max_percent = chance.between(5, 60);
  play.workload.pools.front().overload = rules;
}

}  // namespace

Play random_play(std::uint64_t seed) {
  Chance chance(seed);
  Play play;
  play.workload = random_workload(chance);
  play.quiet_from = chance.real(200, 900);
  const Time window = *play.workload.behavior->scale_down.stabilization_window_seconds;
  // Rates may need many periods from one end of the bounds to the other.
  play.length = play.quiet_from + 2 * window + 60.0 * 30 + 30 * seconds(play.workload.interval);
  play.world.seed = seed;
  play.world.capacity = 10;
  play.world.start_delay_max = chance.real(1, 60);
  play.world.finish_time = chance.real(0, 5);
  play.world.has_pool = !chance.one_in(3);
  play.world.chooses_members = play.world.has_pool || chance.one_in(2);
  play.world.initial_members = chance.between(0, play.workload.max_replicas + 2);
  if (play.world.has_pool)
    play.workload.pools = {
        Pool{.name = "pool", .fingerprint = 9, .drain_timeout = std::chrono::seconds{chance.between(5, 40)}}};
  play.world.demand = random_demand(chance, play.quiet_from, play.workload.max_replicas);
  add_troubles(chance, play, play.faults);
  const std::int32_t kills = chance.below(4);
  for (std::int32_t i = 0; i < kills; ++i) play.faults.kills.push_back(chance.real(1, play.quiet_from));
  play.faults.restart_after = chance.one_in(2) ? 0 : chance.real(0, 10);
  play.full_length = chance.one_in(20);
  const std::int32_t failures = chance.below(3);
  for (std::int32_t i = 0; i < failures; ++i) play.faults.failures.push_back(chance.real(1, play.quiet_from));
  if (play.world.has_pool && chance.one_in(2)) add_sickness(chance, play);
  for (std::int32_t words = chance.below(3); words > 0; --words) {
    const Time from = chance.real(1, play.quiet_from - 100);
    const Time to = std::min(from + chance.real(5, 120), play.quiet_from - 60);
    play.faults.words.push_back({from, to, chance.one_in(2)});
  }
  if (play.world.has_pool && chance.one_in(2)) add_overload(chance, play);
  return play;
}

}  // namespace ballast::sim
