// To zero and back.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/policies/story.h"

namespace ballast {
namespace {

using story::add_error;
using story::add_value;
using story::has;
using story::kLoad;
using story::seen;

constexpr Fingerprint kCpu = 12;

/// `load` wakes above 2, 100 a replica; `cpu` of members cannot wake. 0 to 20 replicas, cooldown 5 min.
Workload sleeper() {
  Workload w = story::workload();
  w.min_replicas = 0;
  w.signals[0].activation_milli = 2'000;
  w.signals.push_back(
      Signal{.name = "cpu", .fingerprint = kCpu, .target_type = TargetType::utilization, .target_milli = 60'000});
  return w;
}

Plan tick(const Workload& w, Memory& memory, int second, int replicas, double load) {
  Observation o = seen(second, replicas);
  add_value(o, load);
  if (replicas > 0) add_value(o, 0, kCpu);
  return evaluate(w, memory, o);
}

bool is(const Status& status, ConditionType type, bool value, Reason reason) {
  const auto at = std::ranges::find(status.conditions, type, &Condition::type);
  return at != status.conditions.end() && at->value == value && at->reason == reason;
}

TEST(Zero, StaysAtZeroUntilASignalIsStrictlyAboveItsThreshold) {
  Memory memory;
  EXPECT_EQ(tick(sleeper(), memory, 5, 0, 0).replicas, 0);
  const Plan at_threshold = tick(sleeper(), memory, 10, 0, 2);
  EXPECT_EQ(at_threshold.replicas, 0);
  EXPECT_TRUE(has(at_threshold, Reason::scaler_not_active));
  const Plan above = tick(sleeper(), memory, 15, 0, 2.001);
  EXPECT_EQ(above.replicas, 1);
  EXPECT_EQ(above.write, 1);
  ASSERT_TRUE(has(above, Reason::scaler_active));
}

TEST(Zero, WakesToWhatTheSignalsAskFor) {
  Memory memory;
  EXPECT_EQ(tick(sleeper(), memory, 5, 0, 650).replicas, 7);
}

TEST(Zero, NoRateAndNoWindowKeepsTheFirstReplicaFromWaking) {
  Workload w = sleeper();
  w.behavior = Behavior{};
  w.behavior->scale_up = {.stabilization_window_seconds = 600, .policies = {{PolicyType::percent, 100, 60}}};
  Memory memory;
  EXPECT_EQ(tick(w, memory, 5, 0, 0).replicas, 0);
  EXPECT_EQ(tick(w, memory, 10, 0, 650).replicas, 1);
}

TEST(Zero, SleepsOnceNothingWasActiveForTheCooldownPeriod) {
  Memory memory;
  int replicas = 1;
  for (int second = 5; second <= 300; second += 5) {
    const Plan plan = tick(sleeper(), memory, second, replicas, 0);
    ASSERT_EQ(plan.replicas, 1) << second;
    ASSERT_TRUE(has(plan, Reason::zero_cooldown));
  }
  const Plan plan = tick(sleeper(), memory, 305, replicas, 0);
  EXPECT_EQ(plan.replicas, 0);
  EXPECT_TRUE(has(plan, Reason::scaled_to_zero));
}

TEST(Zero, ActivityBelowTheTargetKeepsAwake) {
  Memory memory;
  for (int second = 5; second <= 2000; second += 5) {
    const double load = second % 250 == 0 ? 3 : 0;
    ASSERT_GE(tick(sleeper(), memory, second, 1, load).replicas, 1) << second;
  }
}

TEST(Zero, AnInactiveSignalGoesToZeroEvenWhereItsTargetAsksForMore) {
  Workload w = sleeper();
  w.signals[0].activation_milli = 500'000;  // 400 would be 4 replicas
  Memory memory;
  int replicas = 4;
  for (int second = 5; second <= 310; second += 5) replicas = tick(w, memory, second, replicas, 400).replicas;
  EXPECT_EQ(replicas, 0);
}

TEST(Zero, ACooldownShorterThanTheWindowCounts) {
  Workload w = sleeper();
  w.zero_cooldown = std::chrono::seconds{60};
  Memory memory;
  int replicas = 5;
  int second = 5;
  for (; replicas == 5 && second < 1000; second += 5) replicas = tick(w, memory, second, replicas, 0).replicas;
  EXPECT_EQ(replicas, 0);
  EXPECT_EQ(second, 70);  // decided at 65: 60 s after the first sample
}

TEST(Zero, RatesHoldOnTheWayDown) {
  Workload w = sleeper();
  w.behavior = Behavior{};
  w.behavior->scale_down.policies = {{PolicyType::pods, 2, 60}};
  Memory memory;
  int replicas = 5;
  std::vector<int> seen_replicas{5};
  for (int second = 5; second <= 700; second += 5) {
    replicas = tick(w, memory, second, replicas, 0).replicas;
    if (replicas != seen_replicas.back()) seen_replicas.push_back(replicas);
  }
  EXPECT_EQ(seen_replicas, (std::vector{5, 3, 1, 0}));
}

TEST(Zero, WhatIsGoingToZeroIsNotRaisedByWhatIsNotActive) {
  Workload w = sleeper();
  w.signals[0].activation_milli = 5'000'000;
  w.zero_cooldown = std::chrono::seconds{60};
  w.behavior = Behavior{};
  w.behavior->scale_down.policies = {{PolicyType::pods, 1, 60}};
  Memory memory;
  int replicas = 12;
  int before = 12;
  for (int second = 5; second <= 1500; second += 5) {
    replicas = tick(w, memory, second, replicas, 1200).replicas;  // 12 replicas' worth, all below the threshold
    ASSERT_LE(replicas, before) << second;
    before = replicas;
  }
  EXPECT_EQ(replicas, 0);
}

TEST(Zero, ForbiddenShrinksForbidZero) {
  Workload w = sleeper();
  w.behavior = Behavior{};
  w.behavior->scale_down.select_policy = SelectPolicy::disabled;
  Memory memory;
  for (int second = 5; second <= 900; second += 5) ASSERT_EQ(tick(w, memory, second, 2, 0).replicas, 2);
}

TEST(Zero, AnUnknownSignalNeverPutsToSleep) {
  for (const Fingerprint unknown : {kLoad, kCpu}) {
    Memory memory;
    for (int second = 5; second <= 2000; second += 5) {
      Observation o = seen(second, 1);
      add_value(o, 0, unknown == kLoad ? kCpu : kLoad);
      add_error(o, Errc::unavailable, unknown);
      ASSERT_EQ(evaluate(sleeper(), memory, o).replicas, 1) << second;
    }
  }
}

TEST(Zero, ARestartBeginsTheCooldownAnew) {
  Memory memory;
  for (int second = 5; second <= 290; second += 5) tick(sleeper(), memory, second, 1, 0);
  for (int second = 295; second <= 590; second += 5) {
    Observation o = seen(second, 1);
    o.evidence_from = story::at(290);
    add_value(o, 0);
    add_value(o, 1, kCpu);
    ASSERT_EQ(evaluate(sleeper(), memory, o).replicas, 1) << second;
  }
}

TEST(Zero, TheCooldownBeginsWhenItWokeAndNotWhileItSlept) {
  Memory memory;
  for (int second = 5; second <= 600; second += 5) tick(sleeper(), memory, second, 0, 0);
  // A person made it one.
  for (int second = 605; second < 900; second += 5) ASSERT_EQ(tick(sleeper(), memory, second, 1, 0).replicas, 1);
}

TEST(Zero, UnknownAtZeroWakesOnlyAsFallback) {
  Workload w = sleeper();
  Memory memory;
  for (int second = 5; second < 185; second += 5) {
    Observation o = seen(second, 0);
    add_error(o, Errc::timeout);
    const Plan plan = evaluate(w, memory, o);
    ASSERT_EQ(plan.replicas, 0) << second;
    ASSERT_TRUE(has(plan, Reason::unknown_at_zero));
  }
  Observation o = seen(185, 0);
  add_error(o, Errc::timeout);
  Memory copy = memory;
  const Plan woken = evaluate(w, memory, o);
  EXPECT_EQ(woken.replicas, 1);
  EXPECT_TRUE(has(woken, Reason::fallback_wakes));
  w.fallback.wake_from_zero = false;
  EXPECT_EQ(evaluate(w, copy, o).replicas, 0);
}

TEST(Zero, AFallbackWithReplicasWakesToThem) {
  Workload w = sleeper();
  w.fallback.behavior = FallbackBehavior::at_least;
  w.fallback.replicas = 6;
  Memory memory;
  Plan plan;
  for (int second = 5; second <= 185; second += 5) {
    Observation o = seen(second, 0);
    add_error(o, Errc::timeout);
    plan = evaluate(w, memory, o);
  }
  EXPECT_EQ(plan.replicas, 6);
}

TEST(Zero, ASignalOfMembersIsNotMissedWhileThereAreNone) {
  Workload w = sleeper();
  w.fallback.behavior = FallbackBehavior::at_least;
  w.fallback.replicas = 15;
  Memory memory;
  Status status;
  for (int second = 5; second <= 900; second += 5) {
    Observation o = seen(second, 0);
    add_value(o, 0);
    add_error(o, Errc::not_found, kCpu);
    const Plan plan = evaluate(w, memory, o);
    ASSERT_EQ(plan.replicas, 0);
    status = report(w, status, o, memory, plan);
  }
  EXPECT_TRUE(is(status, ConditionType::scaled_to_zero, true, Reason::scaled_to_zero));
  EXPECT_TRUE(is(status, ConditionType::scaling_active, true, Reason::signal_fresh));
  EXPECT_TRUE(is(status, ConditionType::fallback, false, Reason::no_fallback));
  Observation o = seen(905, 0);
  add_value(o, 100);
  add_error(o, Errc::not_found, kCpu);
  EXPECT_EQ(evaluate(w, memory, o).replicas, 1);  // and not the 15 of a fallback
}

TEST(Zero, AScheduleThatAllowsNoneKeepsItAsleep) {
  Workload w = sleeper();
  w.schedules = {Schedule{.name = "closed", .max_replicas = 0}};
  Memory memory;
  Observation o = seen(5, 0);
  o.windows = {0};
  add_value(o, 500);
  EXPECT_EQ(evaluate(w, memory, o).replicas, 0);
}

TEST(Zero, ZeroIsOffOnlyWhereThePolicyNeverGoesThere) {
  Memory memory;
  Observation o = seen(5, 0);
  o.target->zero_is_off = true;
  add_value(o, 500);
  EXPECT_EQ(evaluate(sleeper(), memory, o).replicas, 5);
  Workload w = sleeper();
  w.min_replicas = 1;
  Memory other;
  EXPECT_EQ(evaluate(w, other, o).replicas, 0);
}

}  // namespace
}  // namespace ballast
