// Sick members of a pool: out, back, and when they are left in.
#include "policies/traffic/ejection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policies/sick_pool.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using story::add_value;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(Sick, OneThatOnlyFailsIsOutAtTheFirstLookWithEnoughAnswers) {
  wait(3);
  EXPECT_THAT(out(), IsEmpty());
  look({2}, 4);
  EXPECT_THAT(out(), IsEmpty()) << "four in a row";
  look({2}, 1);
  EXPECT_THAT(out(), ElementsAre(2)) << "five in a row, over two looks";
  EXPECT_TRUE(tells(Reason::ejected_consecutive_5xx));
}

TEST_F(Sick, OneOtherAnswerEndsTheRow) {
  wait(2);
  look({2}, 4);
  look({}, 1);
  look({2}, 4);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Sick, ReturnsAfterTheBaseTimeTimesHowOftenAndStartsSlowly) {
  wait(2);
  look({2});
  ASSERT_THAT(out(), ElementsAre(2));
  wait(29);
  EXPECT_THAT(out(), ElementsAre(2));
  look();
  EXPECT_TRUE(tells(Reason::member_returned));
  EXPECT_EQ(weight(2), 10) << "minWeightPercent of its full weight";
  look({2});
  ASSERT_THAT(out(), ElementsAre(2)) << "sick as before";
  wait(59);
  EXPECT_THAT(out(), ElementsAre(2)) << "twice the base time";
  look();
  EXPECT_EQ(weight(2), 10);
  wait(15);
  EXPECT_EQ(weight(2), 50);
  wait(15);
  EXPECT_EQ(weight(2), 100);
}

TEST_F(Sick, StaysOutAtMostForTheLongestTimeAndIsForgivenWhenItBehaves) {
  rules().max_ejection_time = 60s;
  wait(2);
  for (int i = 0; i < 5; ++i) {
    look({2});
    ASSERT_THAT(out(), ElementsAre(2)) << i;
    wait(60);
    ASSERT_THAT(out(), IsEmpty()) << i;
  }
  wait(10 * 12);
  look({2});
  wait(29);
  EXPECT_THAT(out(), ElementsAre(2));
  look();
  EXPECT_THAT(out(), IsEmpty()) << "the first time again";
}

TEST_F(Sick, IsComparedAtTheEndOfAnInterval) {
  rules().consecutive_5xx = 0;
  wait(11);
  for (int i = 0; i < 9; ++i) look({4}, 20);
  EXPECT_THAT(out(), IsEmpty());
  look({4}, 20);
  EXPECT_THAT(out(), ElementsAre(4));
  EXPECT_TRUE(tells(Reason::ejected_success_rate));
}

TEST_F(Sick, IsSlowComparedWithTheOthers) {
  for (int i = 0; i < 40 && out().empty(); ++i) {
    for (auto& [id, member] : worlds_) {
      member.counters.timed += 10;
      member.counters.answering += 10 * (id == 3 && i > 12 ? 400ms : 50ms);
    }
    look();
    if (i <= 12) {
      ASSERT_THAT(out(), IsEmpty());
    }
  }
  EXPECT_THAT(out(), ElementsAre(3));
  EXPECT_TRUE(tells(Reason::ejected_latency));
}

TEST_F(Sick, OnlyOneAndNoMoreThanTheShareGo) {
  wait(2);
  wait(3, {1, 2, 3});
  EXPECT_THAT(out(), ElementsAre(1)) << "one, though it is 20 %";
  EXPECT_TRUE(tells(Reason::ejection_limit));
  members(20);
  rules().max_ejection_percent = 20;
  load_ = 1000;
  wait(2);
  wait(3, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(out().size(), 4U);
}

TEST_F(Sick, NoneGoesWithoutAlwaysEjectOneHostNorIfTooFewWouldBeLeft) {
  rules().always_eject_one_host = false;
  wait(2);
  wait(3, {1});
  EXPECT_THAT(out(), IsEmpty());
  rules().always_eject_one_host = true;
  members(1);
  load_ = 50;
  wait(2);
  wait(3, {1});
  EXPECT_THAT(out(), IsEmpty()) << "the only one";
  members(2);
  wait(2);
  wait(3, {1});
  EXPECT_THAT(out(), ElementsAre(1)) << "half is left, which is minHealthPercent";
}

TEST_F(Sick, AllOfThemMeansThatTheDetectorIsWrong) {
  wait(2);
  wait(60, {1, 2, 3, 4, 5});
  EXPECT_EQ(out().size(), 1U);
}

TEST_F(Sick, TheEjectedReturnWhenTooFewAreLeftForAnotherReason) {
  wait(2);
  look({2});
  ASSERT_THAT(out(), ElementsAre(2));
  for (const std::uint32_t id : {1U, 3U, 4U}) worlds_[id].healthy = false;
  look();
  EXPECT_TRUE(tells(Reason::outliers_distrusted));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Sick, OneThatAPersonHoldsDoesNotCountAsServing) {
  members(2);
  load_ = 50;
  wait(2);
  worlds_[1].contested = true;
  wait(3, {2});
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Sick, OldFailuresOfOneThatDidNotServeAreForgotten) {
  wait(2);
  worlds_[2].healthy = false;
  look({2});
  worlds_[2].healthy = true;
  look_as_it_is();
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Sick, AFrameOfAnOlderDocumentMayNameAPoolThatIsGone) {
  wait(2);
  workload_.pools.clear();
  Observation o = story::seen(++second_, 5);
  o.evidence_from = o.at;
  for (const auto& [id, member] : worlds_)
    o.members.push_back({.id = MemberId{id}, .state = member.state, .pools = {{PoolId{3}, 100}}});
  evaluate(workload_, memory_, o);
  EXPECT_EQ(memory_.members.size(), 5U);
}

TEST_F(Sick, NobodyIsEjectedWithoutAJournalOrAgainstAPerson) {
  wait(2);
  journal_ok_ = false;
  wait(5, {2});
  EXPECT_THAT(out(), IsEmpty());
  journal_ok_ = true;
  worlds_[2].contested = true;
  wait(5, {2});
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Sick, CountersThatBeganAnewTellNothing) {
  wait(2);
  for (auto& [id, member] : worlds_) member.counters = {};
  worlds_[2].counters = {.answers = 9, .failures = 9};
  look_as_it_is();
  EXPECT_THAT(out(), IsEmpty());
  wait(11);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Sick, FlappingEverySecondStaysWithinTheLimits) {
  wait(2);
  for (int i = 0; i < 600; ++i) {
    look(i % 2 == 0 ? std::vector<std::uint32_t>{1, 2, 3} : std::vector<std::uint32_t>{3, 4, 5});
    EXPECT_LE(out().size(), 1U);
  }
}

TEST_F(Sick, NobodyIsEjectedWithoutOutlierDetectionAndTheEjectedReturn) {
  wait(2);
  look({2});
  ASSERT_THAT(out(), ElementsAre(2));
  workload_.pools[0].outlier_detection.reset();
  look({2});
  EXPECT_THAT(out(), IsEmpty());
  wait(5, {2});
  EXPECT_THAT(out(), IsEmpty());
}

TEST(SlowStartShare, IsEnvoys) {
  EXPECT_DOUBLE_EQ(slow_start_share({}, 0s), 0.1);
  EXPECT_DOUBLE_EQ(slow_start_share({}, 1s), 0.1);
  EXPECT_DOUBLE_EQ(slow_start_share({}, 15s), 0.5);
  EXPECT_DOUBLE_EQ(slow_start_share({}, 30s), 1);
  EXPECT_DOUBLE_EQ(slow_start_share({.aggression = 2}, 7500ms), 0.5);
  EXPECT_DOUBLE_EQ(slow_start_share({.window = 0s}, 0s), 1);
}

TEST_F(Sick, ANewMemberStartsSlowlyOnlyWhereItIsWritten) {
  wait(2);
  for (const bool slowly : {false, true}) {
    if (slowly) workload_.pools[0].slow_start.emplace();
    const std::uint32_t id = slowly ? 7 : 6;
    Observation o = story::seen(++second_, 6);
    o.target->chooses_members = true;
    o.members = {
        {.id = MemberId{id}, .state = MemberState::ready, .since = story::at(second_), .started = story::at(1)}};
    add_value(o, load_);
    const Plan plan = evaluate(workload_, memory_, o);
    ASSERT_EQ(plan.members.size(), 1U);
    EXPECT_EQ(plan.members[0].weights.at(0).weight, slowly ? 10 : 100);
  }
}

}  // namespace
}  // namespace ballast
