// A signal that is a mean over a minute, as a rate query gives it, in named worlds: with the surge stage and without.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>

#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr std::uint64_t kSeeds = 10;
constexpr Time kCalm = 400;  ///< long enough to have learned what is usual

/// `level` until `to`, give or take `noise` of it, anew each second.
void add_noisy(Demand& demand, Chance& chance, Time to, double level, double noise) {
  Time t = demand.points.empty() ? 0 : demand.points.back().first + 1;
  for (; t <= to; t += 1) demand.points.emplace_back(t, level * (1 + chance.real(-noise, noise)));
}

/// Ballast's own hold: up at once, down after 300 s.
Play of_a_mean(std::uint64_t seed, StageMode mode) {
  Play play = surge(seed);
  play.workload.behavior.reset();
  play.workload.surge.mode = mode;
  play.dialects = {Dialect::mean};
  play.world.demand.points.clear();
  play.world.initial_members = 3;
  return play;
}

/// Five times the load within a second; members need a minute or more.
Play sudden_surge_slow_starters(std::uint64_t seed, StageMode mode) {
  Play play = of_a_mean(seed, mode);
  Chance chance(seed + 3000);
  play.world.start_delay_min = 50;
  play.world.start_delay_max = 90;
  add_noisy(play.world.demand, chance, kCalm, 18, 0.05);
  add_noisy(play.world.demand, chance, kCalm + 400, 90, 0.05);
  play.world.demand.points.emplace_back(kCalm + 401, 90);
  play.quiet_from = kCalm + 420;
  play.length = kCalm + 1200;
  return play;
}

/// An hour of the same load, up to half more or less from second to second.
Play noisy_steady_load(std::uint64_t seed, StageMode mode) {
  Play play = of_a_mean(seed, mode);
  Chance chance(seed + 4000);
  play.world.initial_members = 11;
  add_noisy(play.world.demand, chance, 3600, 70, 0.5);
  play.world.demand.points.emplace_back(3601, 70);
  play.quiet_from = 3610;
  play.length = 4600;
  return play;
}

/// Ten times the load for three seconds.
Play one_sample_spike(std::uint64_t seed, StageMode mode) {
  Play play = of_a_mean(seed, mode);
  Chance chance(seed + 5000);
  add_noisy(play.world.demand, chance, kCalm, 18, 0.05);
  add_noisy(play.world.demand, chance, kCalm + 3, 180, 0.05);
  add_noisy(play.world.demand, chance, kCalm + 400, 18, 0.05);
  play.world.demand.points.emplace_back(kCalm + 401, 18);
  play.quiet_from = kCalm + 420;
  play.length = kCalm + 1200;
  return play;
}

Outcome clean(const Play& one) {
  Outcome outcome = play(one);
  EXPECT_TRUE(outcome.violations.empty()) << describe(one);
  return outcome;
}

std::int32_t peak(const Outcome& outcome) {
  std::int32_t most = outcome.services[0].initial;
  for (const Event& event : outcome.services[0].events)
    if (event.kind == Event::Kind::scaled) most = std::max(most, event.after);
  return most;
}

/// When so many had been told to serve.
Time told_at_least(const Outcome& outcome, std::int32_t members, Time from) {
  const ServiceOutcome& service = outcome.services[0];
  Time t = from;
  while (t < outcome.ended && told_to_serve(service.events, service.initial, t) < members) t += 1;
  return t;
}

/// When the service could serve its load: as many members have been ready as it takes.
Time served_from(const Play& one, const Outcome& outcome, std::int32_t members, Time from) {
  std::vector<Time> entered;
  for (const Event& event : outcome.services[0].events)
    if (event.kind == Event::Kind::weight_changed && event.after > 0 && event.at >= from) entered.push_back(event.at);
  const auto missing = static_cast<std::size_t>(members - one.world.initial_members);
  return entered.size() < missing ? outcome.ended : entered[missing - 1];
}

TEST(SurgeScenarios, SuddenSurgeWithSlowStartersIsMetSoonerAndNobodyIsAskedForTwice) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Play with = sudden_surge_slow_starters(seed, StageMode::enforce);
    const Play without = sudden_surge_slow_starters(seed, StageMode::off);
    const Outcome sooner = clean(with);
    const Outcome later = clean(without);
    constexpr std::int32_t kNeeded = 13;  // 90 at 7 each
    EXPECT_LE(peak(sooner), kNeeded * 1.2) << seed;
    const Time told = told_at_least(sooner, 9, kCalm);  // 90 at 10 each, what it takes to serve them
    EXPECT_LE(told, kCalm + 14) << seed;
    EXPECT_GE(told_at_least(later, 9, kCalm), told + 10) << seed;
    EXPECT_LE(served_from(with, sooner, 9, kCalm) + 10, served_from(without, later, 9, kCalm)) << seed;
  }
}

TEST(SurgeScenarios, NoisySteadyLoadDoesNotFlap) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Outcome with = clean(noisy_steady_load(seed, StageMode::enforce));
    const Outcome without = clean(noisy_steady_load(seed, StageMode::off));
    const auto changes = [](const Outcome& outcome) {
      return std::ranges::count(outcome.services[0].events, Event::Kind::scaled, &Event::kind);
    };
    EXPECT_LE(changes(with), 4) << "in an hour, seed " << seed;
    EXPECT_LE(changes(with), changes(without)) << seed;
    EXPECT_LE(peak(with), 12) << seed;
  }
}

TEST(SurgeScenarios, OneSampleSpikeRaisesNoMoreThanItsMean) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Outcome with = clean(one_sample_spike(seed, StageMode::enforce));
    const Outcome without = clean(one_sample_spike(seed, StageMode::off));
    EXPECT_EQ(peak(with), peak(without)) << seed;
    EXPECT_LT(peak(with), 6) << "not even doubled, seed " << seed;
  }
}

TEST(SurgeScenarios, DryRunPlaysAsOff) {
  const Outcome dry = clean(sudden_surge_slow_starters(1, StageMode::dry_run));
  const Outcome off = clean(sudden_surge_slow_starters(1, StageMode::off));
  EXPECT_EQ(dry.services[0].events.size(), off.services[0].events.size());
  EXPECT_EQ(peak(dry), peak(off));
  const auto said = [](const Outcome& outcome) {
    return std::ranges::any_of(outcome.services[0].told, [](const Told& told) {
      return told.reasons.test(static_cast<std::size_t>(Reason::surge_found));
    });
  };
  EXPECT_TRUE(said(dry));
  EXPECT_FALSE(said(off));
}

}  // namespace
}  // namespace ballast::sim
