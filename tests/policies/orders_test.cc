// A person's word: what it beats, and what it does not.
#include "policies/scaling/orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/traffic/outlier.h"
#include "policies/traffic/restart.h"
#include "tests/policies/sick_pool.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using story::add_value;
using story::at;
using story::has;
using story::seen;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Order scale_to(std::int32_t replicas) {
  return {.kind = OrderKind::scale, .replicas = replicas, .given = at(0), .until = at(3600), .who = "ann"};
}

Observation ordered(int second, int replicas, std::vector<Order> orders) {
  Observation o = seen(second, replicas);
  add_value(o, 100.0 * replicas);
  o.orders.given = std::move(orders);
  return o;
}

TEST(Orders, ScaleBeatsSignalsAndSchedulesInBothDirections) {
  Workload w = story::workload();
  w.schedules = {Schedule{.name = "office", .min_replicas = 10}};
  Memory memory;
  Observation o = ordered(5, 4, {scale_to(8)});
  o.windows = {0};
  EXPECT_EQ(evaluate(w, memory, o).replicas, 8);
  o = ordered(10, 8, {scale_to(3)});
  o.windows = {0};
  const Plan plan = evaluate(w, memory, o);
  EXPECT_EQ(plan.replicas, 3) << "a person answers for it: no evidence is asked";
  EXPECT_TRUE(has(plan, Reason::ordered));
}

TEST(Orders, NothingBeatsTheBoundsOfThePolicy) {
  Memory memory;
  Plan plan = evaluate(story::workload(), memory, ordered(5, 4, {scale_to(50)}));
  EXPECT_EQ(plan.replicas, 20);
  EXPECT_TRUE(has(plan, Reason::ordered_beyond_bounds));
  plan = evaluate(story::workload(), memory, ordered(10, 4, {scale_to(0)}));
  EXPECT_EQ(plan.replicas, 1);
}

TEST(Orders, ACutNeedsWhatEveryCutNeeds) {
  Memory memory;
  Observation o = ordered(5, 8, {scale_to(3)});
  o.journal_ok = false;
  Plan plan = evaluate(story::workload(), memory, o);
  EXPECT_EQ(plan.replicas, 8);
  EXPECT_TRUE(has(plan, Reason::journal_unwritable));
  Workload up_only = story::workload();
  up_only.mode = Mode::scale_up_only;
  EXPECT_EQ(evaluate(up_only, memory, ordered(10, 8, {scale_to(3)})).replicas, 8);
}

TEST(Orders, FreezeBeatsScaleAndPauseBeatsBoth) {
  Memory memory;
  const Order freeze{.kind = OrderKind::freeze, .given = at(0)};
  Plan plan = evaluate(story::workload(), memory, ordered(5, 4, {freeze, scale_to(8)}));
  EXPECT_EQ(plan.replicas, 4);
  EXPECT_TRUE(has(plan, Reason::order_frozen));
  const Order pause{.kind = OrderKind::pause, .given = at(0)};
  plan = evaluate(story::workload(), memory, ordered(10, 4, {pause, freeze, scale_to(8)}));
  EXPECT_EQ(plan.replicas, 4);
  EXPECT_TRUE(has(plan, Reason::paused));
  EXPECT_FALSE(plan.write);
}

TEST(Orders, FreezeInOneDirectionLeavesTheOther) {
  Memory memory;
  Order freeze{.kind = OrderKind::freeze, .direction = Freeze::scale_down, .given = at(0)};
  EXPECT_EQ(evaluate(story::workload(), memory, ordered(5, 4, {freeze, scale_to(8)})).replicas, 8);
  EXPECT_EQ(evaluate(story::workload(), memory, ordered(10, 8, {freeze, scale_to(4)})).replicas, 8);
  freeze.direction = Freeze::scale_up;
  EXPECT_EQ(evaluate(story::workload(), memory, ordered(15, 8, {freeze, scale_to(9)})).replicas, 8);
  EXPECT_EQ(evaluate(story::workload(), memory, ordered(20, 8, {freeze, scale_to(4)})).replicas, 4);
}

TEST(Orders, ThatAreOverLeaveNoTrace) {
  Memory memory;
  EXPECT_EQ(evaluate(story::workload(), memory, ordered(5, 4, {scale_to(8)})).replicas, 8);
  const Plan plan = evaluate(story::workload(), memory, ordered(10, 8, {}));
  EXPECT_EQ(plan.replicas, 8) << "a shrink must be earned, as ever";
  EXPECT_FALSE(has(plan, Reason::ordered));
}

TEST(Orders, ThatAreOverProveNothingAboutTheTimeBefore) {
  for (const Order& order : {scale_to(12), Order{.kind = OrderKind::pause, .given = at(0)}}) {
    Memory memory;
    const auto look = [&](int second, double load, std::vector<Order> orders) {
      Observation o = seen(second, 12);
      add_value(o, load);
      o.orders.given = std::move(orders);
      return evaluate(story::workload(), memory, o);
    };
    for (int second = 0; second <= 1200; second += 5) ASSERT_EQ(look(second, 1000, {order}).replicas, 12);
    const Plan plan = look(1205, 100, {});
    EXPECT_EQ(plan.replicas, 12) << "one low sample is no reason to take 11 away";
    EXPECT_TRUE(has(plan, Reason::evidence_missing));
  }
}

using Restart = Sick;

TEST_F(Restart, ReplacesOneAfterTheOtherAndEachOnlyOnceAnotherServes) {
  members(2);
  load_ = 200;
  wait(2);
  orders_.given = {{.kind = OrderKind::restart, .given = at(second_)}};
  look();
  EXPECT_TRUE(tells(Reason::restart_ordered));
  EXPECT_EQ(last_.write, 3) << "another one first";
  EXPECT_THAT(out(), IsEmpty());
  worlds_[3] = {.state = MemberState::starting, .in_pool = false, .started = second_ + 1};
  look();
  EXPECT_THAT(out(), IsEmpty());
  worlds_[3].state = MemberState::ready;
  worlds_[3].in_pool = true;
  look();
  EXPECT_THAT(out(), ElementsAre(1)) << "drained, not killed";
  EXPECT_FALSE(tells(Reason::restart_ordered)) << "one at a time";
  worlds_.erase(1);
  look();
  EXPECT_TRUE(tells(Reason::restart_ordered));
  worlds_[4] = {.started = second_ + 1};
  look();
  EXPECT_THAT(out(), ElementsAre(2));
  worlds_.erase(2);
  look();
  EXPECT_FALSE(tells(Reason::restart_ordered));
  EXPECT_EQ(last_.write, std::nullopt);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Restart, WaitsWhereThereIsNoRoomForOneMore) {
  workload_.max_replicas = 5;
  wait(2);
  orders_.given = {{.kind = OrderKind::restart, .given = at(second_)}};
  load_ = 500;
  wait(3);
  EXPECT_TRUE(tells(Reason::restart_waits));
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(last_.replicas, 5);
}

TEST_F(Restart, GoesOnBeyondTheMaximumOfAScheduleWhereAPersonOrderedSo) {
  workload_.schedules = {Schedule{.name = "night", .max_replicas = 3}};
  wait(2);
  windows_ = {0};
  orders_.given = {scale_to(5), {.kind = OrderKind::restart, .given = at(second_)}};
  look();
  EXPECT_TRUE(tells(Reason::restart_ordered));
  EXPECT_EQ(last_.write, 6);
}

TEST_F(Restart, WaitsForTheJournal) {
  wait(2);
  orders_.given = {{.kind = OrderKind::restart, .given = at(second_)}};
  journal_ok_ = false;
  look();
  EXPECT_FALSE(tells(Reason::restart_ordered));
}

TEST(RestartIsDone, OnceEverybodyWasStartedAfterIt) {
  const Order order{.kind = OrderKind::restart, .given = at(10)};
  Observation o = seen(20, 2);
  o.members = {{.id = MemberId{1}, .state = MemberState::ready, .started = at(11)},
               {.id = MemberId{2}, .state = MemberState::ready, .started = at(9)}};
  EXPECT_FALSE(restart_is_done(order, o));
  o.members[1].started = at(10);
  EXPECT_TRUE(restart_is_done(order, o));
  o.target.reset();
  EXPECT_FALSE(restart_is_done(order, o)) << "who is not seen is not known";
}

using MemberSignals = Sick;

TEST_F(MemberSignals, EjectTheOneWhoseValueIsFarAboveTheOthers) {
  workload_.signals.push_back({.name = "web.errors", .fingerprint = 77, .stale_after = 5s});
  workload_.pools[0].member_signals = {{.signal = 77, .factor = 3, .minimum_hosts = 3, .at_least = 5}};
  values_ = {{1, 2}, {2, 2}, {3, 1}, {4, 9}, {5, 2}};
  wait(11);
  EXPECT_THAT(out(), ElementsAre(4));
  EXPECT_TRUE(tells(Reason::ejected_signal));
}

TEST_F(MemberSignals, OfBeforeAMemberReturnedDoNotEjectItAgain) {
  workload_.signals.push_back({.name = "web.errors", .fingerprint = 77, .stale_after = 300s});
  workload_.pools[0].member_signals = {{.signal = 77, .factor = 3, .minimum_hosts = 3, .at_least = 5}};
  rules().base_ejection_time = 5s;
  values_ = {{1, 2}, {2, 2}, {3, 1}, {4, 9}, {5, 2}};
  wait(11);
  ASSERT_THAT(out(), ElementsAre(4));
  EXPECT_TRUE(is_ejection(Reason::ejected_signal));
  values_.clear();
  wait(60);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(MemberSignals, ThatAreSmallOrFewOrOldEjectNobody) {
  workload_.signals.push_back({.name = "web.errors", .fingerprint = 77, .stale_after = 5s});
  workload_.pools[0].member_signals = {{.signal = 77, .factor = 3, .minimum_hosts = 3, .at_least = 5}};
  values_ = {{1, 0}, {2, 0}, {3, 0}, {4, 4}, {5, 0}};
  wait(11);
  EXPECT_THAT(out(), IsEmpty()) << "below atLeast";
  values_ = {{1, 1}, {4, 100}};
  wait(11);
  EXPECT_THAT(out(), IsEmpty()) << "two are too few to compare";
  values_ = {{1, 2}, {2, 2}, {3, 1}, {4, 2}, {5, 2}};
  look();
  values_.clear();
  wait(8);
  EXPECT_THAT(out(), IsEmpty()) << "what is old says nothing";
}

TEST(SignalOutliers, AreFarAboveTheMedian) {
  const MemberSignal rule{.factor = 3, .minimum_hosts = 3, .at_least = 5};
  const auto found = [&](std::vector<double> values) {
    std::vector<MemberValue> members;
    for (std::uint32_t i = 0; i < values.size(); ++i) members.push_back({MemberId{i + 1}, values[i]});
    std::vector<std::uint32_t> ids;
    for (const Outlier& outlier : outliers(rule, members)) ids.push_back(static_cast<std::uint32_t>(outlier.id));
    return ids;
  };
  EXPECT_THAT(found({1, 2, 2, 9}), ElementsAre(4));
  EXPECT_THAT(found({0, 0, 0, 4}), IsEmpty());
  EXPECT_THAT(found({0, 0, 0, 5}), ElementsAre(4));
  EXPECT_THAT(found({3, 9, 3}), IsEmpty()) << "three times is not more than three times";
  EXPECT_THAT(found({1, 100}), IsEmpty());
}

}  // namespace
}  // namespace ballast
