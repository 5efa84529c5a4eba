#include "policies/traffic/members.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/policies/story.h"

namespace ballast {
namespace {

using story::add_value;
using story::has;
using story::seen;

constexpr PoolId kPool{0};

Workload pooled() {
  Workload w = story::workload();
  w.pools = {Pool{.name = "haproxy:web", .fingerprint = 7}};
  w.behavior = Behavior{};
  w.behavior->scale_down.stabilization_window_seconds = 0;
  return w;
}

Member worker(std::uint32_t id, MemberState state, std::optional<PoolMember> place = std::nullopt) {
  Member member{.id = MemberId{id}, .state = state, .since = story::at(1), .started = story::at(static_cast<int>(id))};
  if (place) member.pools = {*place};
  return member;
}

Observation with(int second, std::vector<Member> members, int desired) {
  Observation o = seen(second, desired);
  o.target->chooses_members = true;
  o.target->existing = static_cast<int>(members.size());
  o.target->ready = static_cast<int>(std::ranges::count(members, MemberState::ready, &Member::state));
  o.members = std::move(members);
  return o;
}

const MemberPlan& of(const Plan& plan, std::uint32_t id) {
  return *std::ranges::find(plan.members, MemberId{id}, &MemberPlan::id);
}

PoolMember serving(int in_flight = 1) { return {kPool, 100, in_flight}; }

Memory shrinkable() {
  Memory memory;
  for (int second = 1; second <= 4; ++second) {
    Observation o =
        with(second, {worker(1, MemberState::ready, serving()), worker(2, MemberState::ready, serving())}, 2);
    add_value(o, 200);
    evaluate(pooled(), memory, o);
  }
  return memory;
}

TEST(Members, AReadyWorkerJoinsThePoolAndAStartingOneDoesNot) {
  Memory memory;
  const Plan plan =
      evaluate(pooled(), memory, with(5, {worker(1, MemberState::ready), worker(2, MemberState::starting)}, 2));
  EXPECT_TRUE(plan.touch_pools);
  EXPECT_EQ(of(plan, 1).weights, (std::vector<Weight>{{kPool, 100}}));
  EXPECT_TRUE(of(plan, 2).weights.empty());
}

TEST(Members, ARetiringWorkerDrainsThenLeavesThePoolThenStops) {
  Memory memory = shrinkable();
  const auto first = worker(1, MemberState::ready, serving(5));
  Observation o = with(10, {first, worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  Plan plan = evaluate(pooled(), memory, o);
  EXPECT_EQ(plan.replicas, 1);
  EXPECT_EQ(of(plan, 2).fate, Fate::retire);  // fewest in flight
  EXPECT_EQ(of(plan, 2).weights, (std::vector<Weight>{{kPool, 0}}));
  EXPECT_EQ(plan.write, std::nullopt);  // both still exist

  plan = evaluate(pooled(), memory, with(11, {first, worker(2, MemberState::ready, PoolMember{kPool, 0, 2})}, 2));
  EXPECT_EQ(of(plan, 2).fate, Fate::retire);
  EXPECT_EQ(of(plan, 2).weights, (std::vector<Weight>{{kPool, 0}}));

  plan = evaluate(pooled(), memory, with(12, {first, worker(2, MemberState::ready, PoolMember{kPool, 0, 0})}, 2));
  EXPECT_EQ(of(plan, 2).fate, Fate::retire);  // still stands in the pool: not stopped before it left
  EXPECT_TRUE(of(plan, 2).weights.empty());

  plan = evaluate(pooled(), memory, with(13, {first, worker(2, MemberState::ready)}, 2));
  EXPECT_EQ(of(plan, 2).fate, Fate::remove);
  EXPECT_EQ(plan.write, 1);
}

TEST(Members, ADrainEndsAtItsTimeout) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  evaluate(pooled(), memory, o);
  const auto drained = [](int second) {
    return with(second,
                {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, PoolMember{kPool, 0, 3})}, 2);
  };
  EXPECT_FALSE(of(evaluate(pooled(), memory, drained(11)), 2).weights.empty());
  const Plan plan = evaluate(pooled(), memory, drained(41));
  EXPECT_TRUE(of(plan, 2).weights.empty());
  EXPECT_TRUE(story::has(plan, Reason::member_drain_deadline));
}

TEST(Members, WhoVanishesFromItsPoolWithRequestsInFlightHasItsTimeForThem) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  evaluate(pooled(), memory, o);
  const auto seen_as = [](int second, MemberState state, std::optional<PoolMember> place = std::nullopt) {
    return with(second, {worker(1, MemberState::ready, serving(5)), worker(2, state, place)}, 2);
  };
  evaluate(pooled(), memory, seen_as(11, MemberState::ready, PoolMember{kPool, 0, 2}));
  for (const int second : {12, 20, 40}) {  // a new HAProxy does not know it; the old one still serves its requests
    const Plan plan = evaluate(pooled(), memory, seen_as(second, MemberState::ready));
    EXPECT_EQ(of(plan, 2).fate, Fate::retire) << second;
    EXPECT_EQ(plan.write, std::nullopt) << second;
  }
  Memory dead = memory;
  EXPECT_EQ(of(evaluate(pooled(), dead, seen_as(40, MemberState::failed)), 2).fate, Fate::remove);
  EXPECT_EQ(of(evaluate(pooled(), memory, seen_as(41, MemberState::ready)), 2).fate, Fate::remove);
}

TEST(Members, ADrainTimeoutCountsFromWeightZeroNotFromTheWish) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  evaluate(pooled(), memory, o);
  for (int second = 11; second < 200; second += 5) {  // every write to the pool fails
    const Plan plan = evaluate(
        pooled(), memory,
        with(second, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2));
    ASSERT_EQ(of(plan, 2).weights, (std::vector<Weight>{{kPool, 0}})) << second;
  }
}

TEST(Members, ADrainBeginsAnewForWhoGotLoadAgain) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  evaluate(pooled(), memory, o);
  const auto look = [&memory](int second, PoolMember second_place) {
    return evaluate(
        pooled(), memory,
        with(second, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, second_place)}, 2));
  };
  PoolMember held{kPool, 0, 0};
  held.contested = true;  // somebody took it out, for longer than a drain may last
  look(11, held);
  look(60, held);
  EXPECT_EQ(of(look(61, serving(3)), 2).weights, (std::vector<Weight>{{kPool, 0}})) << "and gave it back";
  EXPECT_FALSE(of(look(62, PoolMember{kPool, 0, 3}), 2).weights.empty()) << "with work that it may finish";
  EXPECT_TRUE(of(look(93, PoolMember{kPool, 0, 3}), 2).weights.empty());
}

TEST(Members, OneMoreThanTheTargetWasToldTakesNobodyElseAway) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  ASSERT_EQ(evaluate(pooled(), memory, o).replicas, 1);
  // A third one came in the place of one that died while it was to be removed.
  const std::vector<Member> three{worker(1, MemberState::ready, serving(5)),
                                  worker(2, MemberState::ready, PoolMember{kPool, 0, 3}),
                                  worker(3, MemberState::ready, serving(5))};
  o = with(12, three, 2);
  o.evidence_from = story::at(11);
  const Plan plan = evaluate(pooled(), memory, o);
  EXPECT_EQ(plan.replicas, 2);
  EXPECT_EQ(of(plan, 1).fate, Fate::keep);
  EXPECT_EQ(of(plan, 3).fate, Fate::keep);
}

TEST(Members, ARestartForgetsARetirementThatNeverBegan) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  EXPECT_EQ(evaluate(pooled(), memory, o).replicas, 1);
  Observation restarted =
      with(12, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  restarted.evidence_from = story::at(11);
  const Plan plan = evaluate(pooled(), memory, restarted);
  EXPECT_EQ(plan.replicas, 2);
  EXPECT_FALSE(plan.touch_pools);
}

TEST(Members, ASurgeBringsRetiringWorkersBackBeforeItStartsNewOnes) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  evaluate(pooled(), memory, o);
  Observation surge =
      with(11, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, PoolMember{kPool, 0, 3})}, 2);
  add_value(surge, 250);
  const Plan plan = evaluate(pooled(), memory, surge);
  EXPECT_EQ(plan.replicas, 3);
  EXPECT_EQ(plan.write, 3);
  EXPECT_EQ(of(plan, 2).fate, Fate::keep);
  EXPECT_EQ(of(plan, 2).weights, (std::vector<Weight>{{kPool, 100}}));
}

TEST(Members, WhatAPersonSetIsLeftAlone) {
  Memory memory;
  PoolMember set_by_hand{kPool, 0, 0, true, true};
  const Plan plan = evaluate(pooled(), memory, with(5, {worker(1, MemberState::ready, set_by_hand)}, 1));
  EXPECT_FALSE(plan.touch_pools);
  EXPECT_EQ(of(plan, 1).weights, (std::vector<Weight>{{kPool, 0}}));
  EXPECT_TRUE(story::has(plan, Reason::member_contested));
  const Status status = report(pooled(), {}, with(5, {}, 1), memory, plan);
  const auto told = std::ranges::find(status.conditions, ConditionType::member_contested, &Condition::type);
  ASSERT_NE(told, status.conditions.end());
  EXPECT_TRUE(told->value);
}

TEST(Members, ADeadWorkerLeavesThePoolAtOnce) {
  Memory memory;
  const Plan plan =
      evaluate(pooled(), memory,
               with(5, {worker(1, MemberState::failed, serving()), worker(2, MemberState::ready, serving())}, 2));
  EXPECT_TRUE(of(plan, 1).weights.empty());
}

TEST(Members, AbsenceAloneNeverEmptiesAPool) {
  Memory memory;
  Plan plan = evaluate(pooled(), memory, with(5, {worker(1, MemberState::gone, serving())}, 1));
  EXPECT_EQ(of(plan, 1).weights, (std::vector<Weight>{{kPool, 100}}));
  plan =
      evaluate(pooled(), memory, with(6, {worker(1, MemberState::gone, serving()), worker(2, MemberState::ready)}, 1));
  EXPECT_TRUE(of(plan, 1).weights.empty());
}

TEST(Members, APoolThatCannotBeSeenIsNotTouchedAndKeepsItsMembers) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready), worker(2, MemberState::ready)}, 2);
  o.hidden_pools = {HiddenPool{kPool, Failure{Error{Errc::unavailable, "socket"}, story::at(9)}}};
  add_value(o, 50);
  const Plan plan = evaluate(pooled(), memory, o);
  EXPECT_FALSE(plan.touch_pools);
  EXPECT_EQ(plan.replicas, 2);
  for (const MemberPlan& member : plan.members) EXPECT_EQ(member.fate, Fate::keep);
}

PoolMember contested() { return {.pool = kPool, .weight = 0, .contested = true}; }

TEST(Members, WhomAPersonHoldsIsToldOfWhileItLastsAndOnceWhenItEnds) {
  Memory memory = shrinkable();
  const auto tick = [&](int second, PoolMember place, bool hidden = false) {
    Observation o = with(second, {worker(1, MemberState::ready, serving()), worker(2, MemberState::ready, place)}, 2);
    if (hidden) o.hidden_pools = {HiddenPool{kPool, Failure{Error{Errc::unavailable, "socket"}, story::at(second)}}};
    if (hidden) o.members[1].pools.clear();
    add_value(o, 200);
    return evaluate(pooled(), memory, o);
  };
  for (const int second : {5, 6}) {
    const Plan plan = tick(second, contested());
    EXPECT_TRUE(has(plan, Reason::member_contested));
    EXPECT_FALSE(has(plan, Reason::member_released));
  }
  const Plan hidden = tick(7, {}, true);
  EXPECT_TRUE(has(hidden, Reason::member_contested)) << "what is not seen is as it was";
  EXPECT_FALSE(has(hidden, Reason::member_released));
  const Plan released = tick(8, serving());
  EXPECT_FALSE(has(released, Reason::member_contested));
  EXPECT_TRUE(has(released, Reason::member_released));
  EXPECT_FALSE(has(tick(9, serving()), Reason::member_released));
}

TEST(Members, AShrinkHeldByAPoolThatIsNotSeenSaysWhichPool) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready), worker(2, MemberState::ready)}, 2);
  const Failure failure{Error{Errc::unavailable, "/run/x.sock: no such file"}, story::at(9)};
  o.hidden_pools = {HiddenPool{kPool, failure}};
  add_value(o, 50);
  const Plan plan = evaluate(pooled(), memory, o);
  ASSERT_TRUE(has(plan, Reason::pool_hidden));
  EXPECT_FALSE(has(plan, Reason::target_unknown)) << "the target is seen very well";
  const Status status = report(pooled(), Status{}, o, memory, plan);
  const auto ready = std::ranges::find(status.conditions, ConditionType::ready, &Condition::type);
  ASSERT_NE(ready, status.conditions.end());
  EXPECT_FALSE(ready->value);
  EXPECT_EQ(ready->reason, Reason::pool_hidden);
  EXPECT_EQ(ready->message, failure.error.message);
}

TEST(Members, AnUnwritableJournalEndsNoDrain) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  evaluate(pooled(), memory, o);
  Observation drained = with(11, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready)}, 2);
  drained.journal_ok = false;
  const Plan plan = evaluate(pooled(), memory, drained);
  EXPECT_EQ(of(plan, 2).fate, Fate::retire);
  EXPECT_EQ(plan.write, std::nullopt);
}

/// Two members serve, the second retires in the tick at 10 s.
Memory shrinking(const Workload& workload) {
  Memory memory = shrinkable();
  Observation o = with(10, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  add_value(o, 50);
  EXPECT_EQ(evaluate(workload, memory, o).replicas, 1);
  return memory;
}

TEST(Members, AShrinkThatWasNotMadeRetiresNobody) {
  Memory memory = shrinking(pooled());
  Observation o = with(11, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  o.outcomes = {Outcome{.failure = Error{Errc::cancelled, "not written down, so not done"}, .at = story::at(10)}};
  o.journal_ok = false;
  const Plan plan = evaluate(pooled(), memory, o);
  EXPECT_EQ(of(plan, 2).fate, Fate::keep);
  EXPECT_TRUE(memory.scale.downs.empty());
}

TEST(Members, AShrinkThatTheBalancerRefusedIsDecidedAnew) {
  Memory memory = shrinking(pooled());
  Observation o = with(11, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  o.outcomes = {
      Outcome{.action = ActionKind::weights, .failure = Error{Errc::unavailable, "refused"}, .at = story::at(10)}};
  story::add_error(o, Errc::timeout);
  const Plan plan = evaluate(pooled(), memory, o);
  EXPECT_EQ(of(plan, 2).fate, Fate::keep);
  EXPECT_EQ(plan.replicas, 2);
  EXPECT_TRUE(memory.scale.downs.empty());
}

TEST(Members, WhoBeganToLeaveGoesOnWhenTheTargetRefusesTheRest) {
  Memory memory = shrinking(pooled());
  Observation o =
      with(11, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, PoolMember{kPool, 0, 3})}, 2);
  o.outcomes = {Outcome{.failure = Error{Errc::denied, "no right"}, .at = story::at(10)}};
  const Plan plan = evaluate(pooled(), memory, o);
  EXPECT_EQ(of(plan, 2).fate, Fate::retire);
}

TEST(Members, AfterARestartOnlyWhoIsSeenLeavingIsLeaving) {
  Memory memory = shrinking(pooled());
  Observation draining =
      with(11, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, PoolMember{kPool, 0, 3})}, 2);
  evaluate(pooled(), memory, draining);
  Memory other = memory;
  draining.at = story::at(12);
  draining.evidence_from = story::at(12);
  EXPECT_EQ(of(evaluate(pooled(), memory, draining), 2).fate, Fate::retire);

  Observation back =
      with(12, {worker(1, MemberState::ready, serving(5)), worker(2, MemberState::ready, serving(3))}, 2);
  back.evidence_from = story::at(12);
  EXPECT_EQ(of(evaluate(pooled(), other, back), 2).fate, Fate::keep);
}

}  // namespace
}  // namespace ballast
