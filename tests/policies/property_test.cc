// Laws of a decision, over random policies and histories: bounds, unknown never lowers, monotone in load, idempotent,
// and no number breaks the arithmetic. A failing seed is printed; run it alone with that seed as the first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/split_mix.h"
#include "policies/quality/grade.h"
#include "policies/scaling/bounds.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

constexpr std::uint64_t kSeeds = 4000;

class Chance : public SplitMix {
 public:
  using SplitMix::SplitMix;
  std::int32_t between(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::uint64_t n) { return next() % n == 0; }
};

template <class T, std::size_t N>
T any_of(Chance& chance, const T (&values)[N]) {
  return values[chance.next() % N];
}

ScalingRules random_rules(Chance& chance) {
  ScalingRules rules;
  if (chance.one_in(2)) rules.stabilization_window_seconds = any_of(chance, {0, 10, 30, 300});
  rules.select_policy =
      any_of(chance, {SelectPolicy::max, SelectPolicy::max, SelectPolicy::min, SelectPolicy::disabled});
  for (int n = chance.between(0, 2); n > 0; --n)
    rules.policies.push_back({any_of(chance, {PolicyType::pods, PolicyType::percent}),
                              any_of(chance, {1, 4, 50, 100, 1000}), any_of(chance, {1, 15, 60, 1800})});
  if (chance.one_in(3)) rules.tolerance = Quantity{any_of<std::int64_t>(chance, {0, 50, 500, 1'000'000})};
  return rules;
}

std::vector<Signal> random_signals(Chance& chance) {
  std::vector<Signal> signals;
  for (int n = chance.between(1, 3); n > 0; --n) {
    Signal& signal = signals.emplace_back(Signal{.fingerprint = static_cast<Fingerprint>(100 + n)});
    signal.target_type = any_of(chance, {TargetType::average_value, TargetType::value, TargetType::utilization});
    signal.target_milli = any_of<std::int64_t>(chance, {1, 1000, 80'000, 5'000'000});
    if (signal.target_type != TargetType::utilization)
      signal.activation_milli = any_of<std::int64_t>(chance, {0, 0, 3000, 1'000'000});
  }
  return signals;
}

Workload random_workload(Chance& chance) {
  Workload w{.name = "default/web", .target_kind = "process", .target_name = "web"};
  w.min_replicas = any_of(chance, {0, 1, 1, 3});
  w.max_replicas = w.min_replicas + any_of(chance, {1, 5, 40, 100'000});
  w.signals = random_signals(chance);
  if (chance.one_in(2)) w.behavior = Behavior{random_rules(chance), random_rules(chance)};
  w.combine = any_of(chance, {Combine::max, Combine::max, Combine::min});
  w.fallback = {.after = std::chrono::seconds{any_of(chance, {0, 20, 180})},
                .behavior = any_of(chance, {FallbackBehavior::current_replicas, FallbackBehavior::at_least}),
                .replicas = any_of(chance, {0, 7, 1'000'000}),
                .wake_from_zero = chance.one_in(2)};
  w.zero_cooldown = std::chrono::seconds{any_of(chance, {0, 30, 300})};
  w.schedules = {Schedule{.name = "a", .min_replicas = chance.between(0, 60)},
                 Schedule{.name = "b", .max_replicas = chance.between(0, 60)},
                 Schedule{.name = "c", .min_replicas = chance.between(0, 9), .max_replicas = chance.between(9, 99)}};
  return w;
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kExtreme[] = {std::numeric_limits<double>::quiet_NaN(),
                               kInfinity,
                               -kInfinity,
                               1e308,
                               -1e308,
                               std::numeric_limits<double>::denorm_min(),
                               -std::numeric_limits<double>::denorm_min(),
                               -0.0,
                               9223372036854775807.0,
                               -9223372036854775808.0,
                               9.3e15,
                               2147483648.0};

/// A story of random length: the target follows the plans, and each signal gives what it gives.
struct Story {
  Workload workload;
  Memory memory{};
  Observation last{};
  int second = 0;
  int replicas = 0;

  explicit Story(Chance& chance) : workload(random_workload(chance)) {
    replicas = chance.between(0, std::min(workload.max_replicas + 3, 80));
    for (int ticks = chance.between(0, 30); ticks > 0; --ticks) {
      next(chance, chance.one_in(8), chance.one_in(6));
      replicas = evaluate(workload, memory, last).replicas;
    }
  }

  void next(Chance& chance, bool extreme, bool broken) {
    second += any_of(chance, {1, 5, 5, 30, 120});
    last = story::seen(second, replicas);
    last.journal_ok = !chance.one_in(20);
    for (std::uint16_t i = 0; i < workload.schedules.size(); ++i)
      if (chance.one_in(6)) last.windows.push_back(i);
    for (const Signal& signal : workload.signals) {
      if (broken && chance.one_in(2))
        story::add_error(last, any_of(chance, {Errc::timeout, Errc::invalid, Errc::unavailable}), signal.fingerprint);
      else if (extreme && chance.one_in(2))
        story::add_value(last, any_of(chance, kExtreme), signal.fingerprint);
      else if (!broken || chance.one_in(2))
        story::add_value(last, static_cast<double>(signal.target_milli) / 1000 * chance.between(0, 300) / 10,
                         signal.fingerprint);
    }
  }
};

bool all_fresh(const Story& story) {
  return std::ranges::all_of(grade(story.workload, story.memory, story.last.at),
                             [](const GradedSignal& signal) { return signal.grade == Grade::fresh; });
}

TEST(Law, ReplicasStayWithinBoundsOnceTheyAre) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Chance chance(seed);
    Story story(chance);
    for (int i = 0; i < 10; ++i) {
      story.next(chance, true, i % 3 == 0);
      const Bounds bounds = bounds_now(story.workload, story.last);
      ASSERT_LE(bounds.min, bounds.max);
      ASSERT_LE(bounds.max, story.workload.max_replicas);
      const int before = story.replicas;
      story.replicas = evaluate(story.workload, story.memory, story.last).replicas;
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + std::to_string(before) + " to " +
                   std::to_string(story.replicas));
      ASSERT_GE(story.replicas, bounds.min);
      if (before <= bounds.max || story.last.journal_ok) {
        ASSERT_LE(story.replicas, bounds.max);
      }
    }
  }
}

TEST(Law, WhatIsUnknownNeverShrinks) {
  int unknown = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Chance chance(seed);
    Story story(chance);
    story.next(chance, seed % 2 == 0, true);
    const int before = story.replicas;
    const Plan plan = evaluate(story.workload, story.memory, story.last);
    if (all_fresh(story) || before > bounds_now(story.workload, story.last).max) continue;
    ++unknown;
    ASSERT_GE(plan.replicas, before) << "seed " << seed;
  }
  EXPECT_GT(unknown, 1000);
}

TEST(Law, MoreLoadNeverGivesFewerReplicas) {
  int shrinks = 0;
  int raises = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Chance chance(seed);
    Story story(chance);
    // A steady end, so that there is proof and shrinks are among what is compared.
    for (int i = 0; i < 70; ++i) {
      story.next(chance, false, false);
      for (Arrival& arrival : story.last.arrivals) arrival.reading->samples[0].value *= i < 69 ? 0.01 : 0.2;
      if (i < 69) evaluate(story.workload, story.memory, story.last);
    }
    Memory memory = story.memory;
    const int less = evaluate(story.workload, memory, story.last).replicas;
    shrinks += less < story.replicas ? 1 : 0;
    for (const double factor : {1.0, 1.01, 1.15, 2.0, 50.0, 1e9}) {
      Observation more = story.last;
      for (Arrival& arrival : more.arrivals) arrival.reading->samples[0].value *= factor;
      Memory other = story.memory;
      const int replicas = evaluate(story.workload, other, more).replicas;
      ASSERT_GE(replicas, less) << "seed " << seed << " factor " << factor;
      raises += replicas > less ? 1 : 0;
    }
  }
  EXPECT_GT(shrinks, 300);
  EXPECT_GT(raises, 1000);
}

TEST(Law, TheSameAgainChangesNothing) {
  int changes = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Chance chance(seed);
    Story story(chance);
    story.next(chance, seed % 4 == 0, seed % 3 == 0);
    const Plan plan = evaluate(story.workload, story.memory, story.last);
    // Brought into its bounds without a look at signals, as by the HPA: those come with the next observation.
    const Bounds bounds = bounds_now(story.workload, story.last);
    if (story.replicas < bounds.min || story.replicas > bounds.max) continue;
    changes += plan.replicas != story.replicas ? 1 : 0;
    Observation again = story.last;
    again.arrivals.clear();
    again.target->desired = plan.replicas;  // told, and nobody has come or gone yet
    ASSERT_EQ(evaluate(story.workload, story.memory, again).replicas, plan.replicas) << "seed " << seed;
  }
  EXPECT_GT(changes, 300);
}

TEST(Law, NoNumberBreaksTheArithmetic) {
  constexpr std::int64_t kWide[] = {std::numeric_limits<std::int64_t>::min(), -1, 0, 1,
                                    std::numeric_limits<std::int64_t>::max()};
  constexpr std::int32_t kCounts[] = {0, 1, 2, 100'000, std::numeric_limits<std::int32_t>::max()};
  for (std::uint64_t seed = 1; seed <= 4 * kSeeds; ++seed) {
    Chance chance(seed);
    Story story(chance);
    for (Signal& signal : story.workload.signals) {
      signal.target_milli = any_of(chance, kWide);
      if (signal.activation_milli) signal.activation_milli = any_of(chance, kWide);
    }
    story.next(chance, true, false);
    for (Arrival& arrival : story.last.arrivals)
      if (chance.one_in(2)) arrival.reading->samples.push_back({.value = any_of(chance, kExtreme), .at = arrival.at});
    story.last.target->desired = any_of(chance, kCounts);
    story.last.target->existing = any_of(chance, kCounts);
    story.last.target->ready = any_of(chance, kCounts);
    const Bounds bounds = bounds_now(story.workload, story.last);
    const Plan plan = evaluate(story.workload, story.memory, story.last);
    ASSERT_GE(plan.replicas, 0) << "seed " << seed;
    ASSERT_LE(plan.replicas, std::max(story.last.target->desired, bounds.max)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace ballast
