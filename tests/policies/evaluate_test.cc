#include "policies/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/policies/story.h"

namespace ballast {
namespace {

using story::add_error;
using story::add_value;
using story::has;
using story::kLoad;
using story::seen;

/// Ticks every 5 s from `from` to `to` with one value; returns the last plan. The target follows the plans.
Plan play(const Workload& w, Memory& memory, int& replicas, int from, int to, double value) {
  Plan plan;
  for (int second = from; second <= to; second += 5) {
    Observation o = seen(second, replicas);
    add_value(o, value);
    plan = evaluate(w, memory, o);
    replicas = plan.replicas;
  }
  return plan;
}

TEST(Evaluate, RaisesAtOnceToWhatTheLoadNeeds) {
  Memory memory;
  int replicas = 2;
  const Plan plan = play(story::workload(), memory, replicas, 5, 5, 950);
  EXPECT_EQ(plan.replicas, 10);
  EXPECT_EQ(plan.write, 10);
  EXPECT_TRUE(has(plan, Reason::value_above_target));
}

TEST(Evaluate, ShrinksOnlyAfterTheWholeWindowOfFreshSamples) {
  Memory memory;
  int replicas = 10;
  EXPECT_EQ(play(story::workload(), memory, replicas, 5, 300, 100).replicas, 10);
  EXPECT_EQ(play(story::workload(), memory, replicas, 305, 310, 100).replicas, 1);
}

TEST(Evaluate, RestartForgetsTheRightToShrink) {
  Memory memory;
  int replicas = 10;
  play(story::workload(), memory, replicas, 5, 290, 100);
  Workload w = story::workload();
  for (int second = 295; second <= 590; second += 5) {
    Observation o = seen(second, replicas);
    o.evidence_from = story::at(290);
    add_value(o, 100);
    EXPECT_EQ(evaluate(w, memory, o).replicas, 10) << second;
  }
  Observation o = seen(600, replicas);
  o.evidence_from = story::at(290);
  add_value(o, 100);
  EXPECT_EQ(evaluate(w, memory, o).replicas, 1);
}

struct Unknown {
  const char* name;
  Errc code;
  double value;
  bool reading;
  Reason reason;
};
class EvaluateUnknown : public testing::TestWithParam<Unknown> {};

TEST_P(EvaluateUnknown, HoldsForAsLongAsItLasts) {
  Memory memory;
  int replicas = 10;
  play(story::workload(), memory, replicas, 5, 400, 1000);
  for (int second = 405; second <= 1200; second += 5) {
    Observation o = seen(second, replicas);
    if (GetParam().reading)
      add_value(o, GetParam().value);
    else
      add_error(o, GetParam().code);
    const Plan plan = evaluate(story::workload(), memory, o);
    ASSERT_EQ(plan.replicas, 10) << second;
    ASSERT_TRUE(has(plan, GetParam().reason));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EvaluateUnknown,
                         testing::Values(Unknown{"no_answer", Errc::timeout, 0, false, Reason::signal_missing},
                                         Unknown{"not_a_number", Errc::invalid, 0, false, Reason::signal_invalid},
                                         Unknown{"nan", Errc::bug, std::nan(""), true, Reason::signal_invalid},
                                         Unknown{"infinite", Errc::bug, std::numeric_limits<double>::infinity(), true,
                                                 Reason::signal_invalid}),
                         [](const auto& test) { return test.param.name; });

TEST(Evaluate, ASourceThatRepeatsOneSampleIsFrozen) {
  Memory memory;
  int replicas = 10;
  play(story::workload(), memory, replicas, 5, 400, 1000);
  Plan plan;
  for (int second = 405; second <= 1200; second += 5) {
    Observation o = seen(second, 10);
    const TimePoint then = story::at(402);
    o.arrivals = {Arrival{.signal = kLoad, .at = o.at, .reading = Reading{then, {}, {Sample{.value = 1, .at = then}}}}};
    plan = evaluate(story::workload(), memory, o);
    ASSERT_EQ(plan.replicas, 10) << second;
  }
  EXPECT_TRUE(has(plan, Reason::signal_frozen));
}

TEST(Evaluate, OneUnknownSignalForbidsShrinkingButNotRaising) {
  Workload w = story::workload();
  w.signals.push_back(
      Signal{.name = "queue", .fingerprint = 12, .target_type = TargetType::average_value, .target_milli = 10'000});
  Memory memory;
  for (int second = 5; second <= 900; second += 5) {
    Observation o = seen(second, 10);
    add_value(o, 100);
    add_error(o, Errc::unavailable, 12);
    const Plan plan = evaluate(w, memory, o);
    ASSERT_EQ(plan.replicas, 10);
    ASSERT_TRUE(has(plan, Reason::hold_unknown_signal));
  }
  Observation o = seen(905, 10);
  add_value(o, 1500);
  add_error(o, Errc::unavailable, 12);
  EXPECT_EQ(evaluate(w, memory, o).replicas, 15);
}

TEST(Evaluate, AnUnwritableJournalTakesNothingAwayButStillRaises) {
  Memory memory;
  int replicas = 10;
  play(story::workload(), memory, replicas, 5, 300, 100);
  Observation low = seen(305, 10);
  low.journal_ok = false;
  add_value(low, 100);
  const Plan held = evaluate(story::workload(), memory, low);
  EXPECT_EQ(held.replicas, 10);
  EXPECT_TRUE(has(held, Reason::journal_unwritable));
  Observation high = seen(310, 10);
  high.journal_ok = false;
  add_value(high, 1500);
  EXPECT_EQ(evaluate(story::workload(), memory, high).replicas, 15);
}

TEST(Evaluate, StaysWithinBoundsAndBringsATargetBackIntoThem) {
  Workload w = story::workload();
  w.min_replicas = 3;
  Memory memory;
  int replicas = 4;
  EXPECT_EQ(play(w, memory, replicas, 5, 5, 1e308).replicas, 20);
  EXPECT_EQ(evaluate(w, memory, seen(10, 0)).replicas, 3);
  EXPECT_EQ(evaluate(w, memory, seen(15, 25)).replicas, 20);
}

TEST(Evaluate, DryRunDecidesAndDoesNothing) {
  Workload w = story::workload();
  w.mode = Mode::dry_run;
  Memory memory;
  Observation o = seen(5, 2);
  add_value(o, 950);
  const Plan plan = evaluate(w, memory, o);
  EXPECT_EQ(plan.replicas, 10);
  EXPECT_EQ(plan.write, std::nullopt);
  EXPECT_FALSE(plan.touch_pools);
  for (const Step& step : plan.steps) EXPECT_TRUE(step.dry_run);
}

TEST(Evaluate, ScaleUpOnlyTakesNothingAwayNotEvenAboveTheMaximum) {
  Workload w = story::workload();
  w.mode = Mode::scale_up_only;
  Memory memory;
  int replicas = 25;
  EXPECT_EQ(play(w, memory, replicas, 5, 700, 100).replicas, 25);
}

TEST(Evaluate, AValueAboveItsTargetNeverAsksForFewer) {
  Workload w = story::workload();
  w.signals[0].target_type = TargetType::value;
  w.signals[0].target_milli = 100'000;
  Memory memory;
  for (int second = 5; second <= 900; second += 5) {
    Observation o = seen(second, 10);
    o.target->ready = 3;  // the others fell over
    add_value(o, 120);
    ASSERT_EQ(evaluate(w, memory, o).replicas, 10) << second;
  }
}

TEST(Evaluate, MembersOfARolloutAreNoBaseToMultiply) {
  Workload w = story::workload();
  w.signals[0].target_type = TargetType::value;
  w.signals[0].target_milli = 100'000;
  Memory memory;
  for (int second = 5; second <= 60; second += 5) {
    Observation o = seen(second, 13);  // 10 were told, it was raised to 13, and those are still starting
    o.target->existing = 17;           // 4 more of the new version
    o.target->ready = 14;              // 10 that serve and those 4
    add_value(o, 130);
    ASSERT_EQ(evaluate(w, memory, o).replicas, 13) << second;
  }
}

TEST(Evaluate, WhatMembersUseToStartIsNoUtilization) {
  Workload w = story::workload();
  w.signals[0].target_type = TargetType::utilization;
  w.signals[0].target_milli = 70'000;
  Memory memory;
  Observation o = seen(5, 3);
  o.target->ready = 2;
  for (const auto& [id, state] :
       {std::pair{1, MemberState::ready}, {2, MemberState::ready}, {3, MemberState::starting}})
    o.members.push_back(Member{.id = MemberId(id), .state = state});
  Reading reading{o.at, {}, {}};
  for (const auto& [id, value] : {std::pair{1, 105.0}, {2, 105.0}, {3, 400.0}})
    reading.samples.push_back({.member = MemberId(id), .value = value, .at = o.at});
  o.arrivals = {Arrival{.signal = kLoad, .at = o.at, .reading = reading}};
  EXPECT_EQ(evaluate(w, memory, o).replicas, 3);  // two at 1.5 times the target

  reading.samples.erase(reading.samples.begin(), reading.samples.begin() + 2);
  o.arrivals = {Arrival{.signal = kLoad, .at = o.at, .reading = reading}};
  const Plan plan = evaluate(w, memory, o);
  EXPECT_TRUE(has(plan, Reason::signal_missing));
  EXPECT_EQ(plan.replicas, 3);
}

TEST(Evaluate, APauseBeatsEverything) {
  Memory memory;
  Observation o = seen(5, 30);
  o.orders.paused = true;
  add_value(o, 950);
  const Plan plan = evaluate(story::workload(), memory, o);
  EXPECT_EQ(plan.replicas, 30);
  EXPECT_EQ(plan.write, std::nullopt);
}

TEST(Evaluate, ATargetThatCannotBeSeenIsLeftAlone) {
  Memory memory;
  int replicas = 4;
  play(story::workload(), memory, replicas, 5, 5, 900);
  Observation o{.at = story::at(10)};
  o.hidden = Failure{Error{Errc::unavailable, "no answer"}, story::at(8)};
  add_value(o, 100);
  const Plan plan = evaluate(story::workload(), memory, o);
  EXPECT_EQ(plan.replicas, 9);
  EXPECT_EQ(plan.write, std::nullopt);
  EXPECT_FALSE(plan.touch_pools);
}

TEST(Evaluate, ARateLimitCountsChangesThatWereMadeOnly) {
  Workload w = story::workload();
  w.behavior = Behavior{};
  w.behavior->scale_up.policies = {{PolicyType::pods, 2, 60}};
  Memory memory;
  Observation first = seen(5, 2);
  add_value(first, 950);
  EXPECT_EQ(evaluate(w, memory, first).replicas, 4);
  Observation refused = seen(10, 2);  // the write failed: nothing was used up
  refused.outcomes = {Outcome{ActionKind::scale, Error{Errc::denied, "no"}, story::at(5)}};
  add_value(refused, 950);
  EXPECT_EQ(evaluate(w, memory, refused).replicas, 4);
  Observation done = seen(15, 4);
  done.outcomes = {Outcome{ActionKind::scale, std::nullopt, story::at(10)}};
  add_value(done, 950);
  const Plan plan = evaluate(w, memory, done);
  EXPECT_EQ(plan.replicas, 4);
  EXPECT_TRUE(has(plan, Reason::scale_up_limit));
}

TEST(Report, KeepsATransitionTimeWhileAConditionKeepsItsValue) {
  const Workload w = story::workload();
  Memory memory;
  Status status;
  for (int second : {5, 10, 15}) {
    Observation o = seen(second, 2);
    if (second == 15)
      add_error(o, Errc::timeout);
    else
      add_value(o, 200);
    const Plan plan = evaluate(w, memory, o);
    status = report(w, status, o, memory, plan);
    for (const Condition& condition : status.conditions) {
      if (condition.type != ConditionType::metrics_available) continue;
      EXPECT_EQ(condition.value, second != 15);
      EXPECT_EQ(condition.since, story::at(second == 15 ? 15 : 5));
    }
  }
  ASSERT_EQ(status.signals.size(), 1U);
  EXPECT_EQ(status.signals[0].value, std::nullopt);  // unknown is not zero
}

TEST(Evaluate, WhatMembersOnTheirWayOutCarryIsAskedForOnlyWhereTheToldOnesCannotCarryIt) {
  const auto asked = [](int told, int existing, double load) {
    Memory memory;
    Observation o = seen(5, told);
    o.target->existing = o.target->ready = existing;
    add_value(o, load);
    return evaluate(story::workload(), memory, o).replicas;
  };
  EXPECT_EQ(asked(10, 12, 1190), 12);  // within tolerance of 12, far above that of 10
  EXPECT_EQ(asked(10, 11, 1050), 10);  // a rollout's surge is no reason for more
  EXPECT_EQ(asked(12, 10, 1000), 12);  // two are still to come
}

TEST(Evaluate, AChangeCountsWhenItWasDecidedHoweverLateItsOutcomeIsKnown) {
  Memory memory;
  int replicas = 2;
  EXPECT_EQ(play(story::workload(), memory, replicas, 5, 5, 500).replicas, 5);
  Observation after_restart = seen(600, replicas);
  add_value(after_restart, 500);
  evaluate(story::workload(), memory, after_restart);
  ASSERT_EQ(memory.scale.ups.size(), 1U);
  EXPECT_EQ(memory.scale.ups[0].at, story::at(5));
}

}  // namespace
}  // namespace ballast
