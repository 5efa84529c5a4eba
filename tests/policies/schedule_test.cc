// Schedules as policies see them: windows that are open, with floors, ceilings and freezes.
#include <gtest/gtest.h>

#include "policies/scaling/bounds.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

using story::add_value;
using story::has;
using story::seen;

/// Window 0 `office`: at least 10. Window 1 `night`: at most 4. Window 2 `sale`: at least 15, no shrink.
Workload with_schedules() {
  Workload w = story::workload();
  w.schedules = {Schedule{.name = "office", .min_replicas = 10}, Schedule{.name = "night", .max_replicas = 4},
                 Schedule{.name = "sale", .min_replicas = 15, .freeze = Freeze::scale_down}};
  return w;
}

Observation in_windows(int second, int replicas, std::vector<std::uint16_t> windows) {
  Observation o = seen(second, replicas);
  o.windows = std::move(windows);
  return o;
}

TEST(Bounds, TakeTheHighestFloorAndTheLowestCeiling) {
  const Workload w = with_schedules();
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {})), (Bounds{1, 20, {}, {}}));
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {0})), (Bounds{10, 20, 0, {}}));
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {0, 2})), (Bounds{15, 20, 2, {}}));
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {7})), (Bounds{1, 20, {}, {}}));  // a window of another document
}

TEST(Bounds, AFloorNeverBeatsAMaximum) {
  Workload w = with_schedules();
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {0, 1})), (Bounds{4, 4, 0, 1}));
  w.schedules[0].min_replicas = 1'000'000;
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {0})).max, 20);
  EXPECT_EQ(bounds_now(w, in_windows(5, 1, {0})).min, 20);
  Memory memory;
  const Plan plan = evaluate(w, memory, in_windows(5, 20, {0, 1}));
  EXPECT_EQ(plan.replicas, 4);
  EXPECT_TRUE(has(plan, Reason::schedule_capped));
}

TEST(Schedules, AFloorRaisesAtOnceAndIsNamed) {
  Memory memory;
  Observation o = in_windows(5, 2, {0});
  add_value(o, 100);
  const Plan plan = evaluate(with_schedules(), memory, o);
  EXPECT_EQ(plan.replicas, 10);
  ASSERT_TRUE(has(plan, Reason::schedule_min));
  EXPECT_EQ(plan.steps[0].subject, (Subject{Subject::Kind::window, 0}));
}

TEST(Schedules, TheEndOfAWindowIsNoEvidence) {
  const Workload w = with_schedules();
  Memory memory;
  int replicas = 10;
  for (int second = 5; second <= 100; second += 5) {
    Observation o = in_windows(second, replicas, {0});
    add_value(o, 1000);
    replicas = evaluate(w, memory, o).replicas;
  }
  // The window ends when the load does: 300 s of both must pass.
  for (int second = 105; second < 400; second += 5) {
    Observation o = in_windows(second, replicas, {});
    add_value(o, 100);
    replicas = evaluate(w, memory, o).replicas;
    ASSERT_EQ(replicas, 10) << second;
  }
  Observation o = in_windows(400, replicas, {});
  add_value(o, 100);
  EXPECT_EQ(evaluate(w, memory, o).replicas, 1);
}

TEST(Schedules, NothingKnownAtTheEndOfAWindowHolds) {
  Memory memory;
  for (int second = 5; second <= 1000; second += 5)
    ASSERT_EQ(evaluate(with_schedules(), memory, in_windows(second, 10, {})).replicas, 10);
}

TEST(Schedules, AFreezeHoldsWhatTheSignalsProveAndLetsTheOtherWayGo) {
  const Workload w = with_schedules();
  Memory memory;
  Plan plan;
  for (int second = 5; second <= 700; second += 5) {
    Observation o = in_windows(second, 18, {2});
    add_value(o, 100);
    plan = evaluate(w, memory, o);
    ASSERT_EQ(plan.replicas, 18) << second;
    ASSERT_EQ(plan.write, std::nullopt);
  }
  EXPECT_TRUE(has(plan, Reason::schedule_frozen));
  Observation o = in_windows(705, 18, {2});
  add_value(o, 2000);
  EXPECT_EQ(evaluate(w, memory, o).replicas, 20);
}

struct Frozen {
  const char* name;
  Freeze freeze;
  int replicas;
  double load;
  int expected;
};
class ScheduleFreeze : public testing::TestWithParam<Frozen> {};

TEST_P(ScheduleFreeze, HoldsItsDirection) {
  Workload w = story::workload();
  w.min_replicas = 2;
  w.behavior = Behavior{};
  w.behavior->scale_down.stabilization_window_seconds = 0;
  w.schedules = {Schedule{.name = "x", .freeze = GetParam().freeze}};
  Memory memory;
  int replicas = GetParam().replicas;
  for (int second = 5; second <= 30; second += 5) {
    Observation o = in_windows(second, replicas, {0});
    add_value(o, GetParam().load);
    replicas = evaluate(w, memory, o).replicas;
  }
  EXPECT_EQ(replicas, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Directions, ScheduleFreeze,
                         testing::Values(Frozen{"up_holds_a_raise", Freeze::scale_up, 3, 600, 3},
                                         Frozen{"up_lets_down", Freeze::scale_up, 3, 200, 2},
                                         Frozen{"up_beats_the_minimum", Freeze::scale_up, 1, 600, 1},
                                         Frozen{"down_beats_the_maximum", Freeze::scale_down, 25, 100, 25},
                                         Frozen{"down_lets_up", Freeze::scale_down, 3, 600, 6},
                                         Frozen{"all_holds_up", Freeze::all, 3, 600, 3},
                                         Frozen{"all_holds_down", Freeze::all, 6, 200, 6}),
                         [](const auto& test) { return test.param.name; });

TEST(Schedules, APauseBeatsAFloor) {
  Memory memory;
  Observation o = in_windows(5, 2, {0});
  o.orders.paused = true;
  EXPECT_EQ(evaluate(with_schedules(), memory, o).replicas, 2);
}

TEST(Schedules, ABudgetBeatsAFloorButNotTheMinimum) {
  Workload w = with_schedules();
  w.min_replicas = 3;
  Memory memory;
  Observation o = in_windows(5, 1, {0});
  o.allowance = 6;
  EXPECT_EQ(evaluate(w, memory, o).replicas, 6);
  o.allowance = 2;
  Memory other;
  EXPECT_EQ(evaluate(w, other, o).replicas, 3);
  w.schedules[0].max_replicas = 2;  // and a maximum beats both
  w.schedules[0].min_replicas = 2;
  w.min_replicas = 1;
  Memory third;
  Observation low = in_windows(5, 0, {0});
  low.allowance = 1;
  EXPECT_EQ(evaluate(w, third, low).replicas, 1);
}

TEST(Schedules, ACeilingBelowTheMinimumCounts) {
  Workload w = with_schedules();
  w.min_replicas = 6;
  w.schedules[0] = Schedule{.name = "tiny", .min_replicas = 7, .max_replicas = 2};
  Memory memory;
  EXPECT_EQ(evaluate(w, memory, in_windows(5, 1, {0})).replicas, 2);
}

TEST(Schedules, AFloorDoesNotOverruleAPersonsOff) {
  Memory memory;
  Observation o = in_windows(5, 0, {0});
  o.target->zero_is_off = true;
  const Plan plan = evaluate(with_schedules(), memory, o);
  EXPECT_EQ(plan.replicas, 0);
  EXPECT_TRUE(has(plan, Reason::scaling_disabled));
}

TEST(Report, ShowsTheBoundsThatHoldNow) {
  const Workload w = with_schedules();
  Memory memory;
  const Observation o = in_windows(5, 10, {0});
  const Plan plan = evaluate(w, memory, o);
  const Status status = report(w, {}, o, memory, plan);
  EXPECT_EQ(status.min_replicas, 10);
  EXPECT_EQ(status.max_replicas, 20);
}

}  // namespace
}  // namespace ballast
