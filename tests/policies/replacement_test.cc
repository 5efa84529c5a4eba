// A sick member that is needed: another one comes before it goes. What is out costs capacity.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/policies/sick_pool.h"

namespace ballast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Replaced = Sick;

TEST_F(Replaced, IsReplacedWhereTheOthersCouldNotCarryTheLoad) {
  load_ = 500;
  wait(2);
  for (int i = 0; i < 3; ++i) look({2});
  EXPECT_THAT(out(), ElementsAre(2)) << "4 carry what 5 shall";
  members(2);
  memory_ = {};
  load_ = 200;
  wait(2);
  look({2});
  EXPECT_THAT(out(), IsEmpty()) << "1 does not carry what 2 shall";
  EXPECT_TRUE(tells(Reason::member_replaced));
  EXPECT_EQ(last_.replicas, 2);
  EXPECT_EQ(last_.write, 3) << "another one first";
  worlds_[3] = {.state = MemberState::starting, .in_pool = false};
  look({2});
  EXPECT_THAT(out(), IsEmpty());
  worlds_[3].state = MemberState::ready;
  worlds_[3].in_pool = true;
  look({2});
  EXPECT_THAT(out(), ElementsAre(2));
  EXPECT_EQ(std::ranges::find(last_.members, MemberId{2}, &MemberPlan::id)->fate, Fate::retire);
}

TEST_F(Replaced, IsNotTakenAwayWhereTheOtherOneWasNeverStarted) {
  members(2);
  load_ = 200;
  wait(2);
  look({2});
  ASSERT_EQ(last_.write, 3);
  for (int i = 0; i < 60; ++i) {  // the target refuses it each time
    look({2});
    EXPECT_EQ(last_.replicas, 2);
    EXPECT_THAT(out(), IsEmpty());
  }
}

TEST_F(Replaced, GoesOnAfterARestartWithTheOneThatWasStarted) {
  members(2);
  load_ = 200;
  wait(2);
  look({2});
  ASSERT_EQ(last_.write, 3);
  worlds_[3] = {.state = MemberState::starting, .in_pool = false};
  restart();
  look({2});
  EXPECT_EQ(last_.replicas, 2);
  EXPECT_EQ(last_.write, std::nullopt) << "a third one is no need";
  worlds_[3].state = MemberState::ready;
  worlds_[3].in_pool = true;
  look();
  EXPECT_THAT(out(), ElementsAre(2));
}

TEST_F(Replaced, StaysAfterARestartBeforeWhichTheOtherOneWasNeverStarted) {
  members(2);
  load_ = 200;
  wait(2);
  look({2});
  ASSERT_EQ(last_.write, 3);
  restart();
  wait(10);
  EXPECT_EQ(last_.replicas, 2);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Replaced, IsNotTakenAwayBeforeTheOtherOneCarriesItsShare) {
  workload_.pools[0].slow_start.emplace();
  members(2);
  load_ = 200;
  wait(2);
  look({2});
  ASSERT_TRUE(tells(Reason::member_replaced));
  worlds_[3] = {.state = MemberState::starting, .in_pool = false};
  look({2});
  worlds_[3].state = MemberState::ready;
  look({2});
  worlds_[3].in_pool = true;
  EXPECT_EQ(weight(3), 10);
  wait(16, {2});
  EXPECT_THAT(out(), IsEmpty()) << "1 and 0.57 do not carry what 2 shall";
  wait(14, {2});
  EXPECT_THAT(out(), ElementsAre(2));
}

TEST_F(Replaced, NobodyIsReplacedWhereAStartOrAnEndIsForbidden) {
  members(2);
  load_ = 200;
  workload_.mode = Mode::scale_up_only;
  wait(2);
  wait(3, {2});
  EXPECT_FALSE(last_.write);
  EXPECT_TRUE(tells(Reason::ejection_no_capacity));
  workload_.mode = Mode::enforce;
  workload_.behavior->scale_down.select_policy = SelectPolicy::disabled;
  wait(3, {2});
  EXPECT_FALSE(last_.write);
}

TEST_F(Replaced, AnUnknownLoadIsNoSmallOne) {
  members(2);
  load_ = 50;
  wait(2);
  knows_load_ = false;
  look({2});
  EXPECT_THAT(out(), IsEmpty()) << "two shall serve, and what they carry is not known";
  EXPECT_TRUE(tells(Reason::member_replaced));
}

TEST_F(Replaced, AtTheMaximumOneThatIsNeededIsLeft) {
  members(2);
  workload_.max_replicas = 2;
  load_ = 200;
  wait(2);
  look({2});
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_TRUE(tells(Reason::ejection_no_capacity));
  EXPECT_FALSE(last_.write);
}

TEST_F(Replaced, IsNoReasonForMoreWorkersWhileTheOthersCarryTheLoad) {
  load_ = 450;
  wait(2);
  for (int i = 0; i < 20; ++i) {
    look({2});
    EXPECT_EQ(last_.replicas, 5);
  }
  load_ = 560;
  look({2});
  EXPECT_EQ(last_.replicas, 7) << "six shall serve, and one is out";
  EXPECT_TRUE(tells(Reason::ejected_capacity));
}

TEST_F(Replaced, GoesFirstWhenOneMustGo) {
  wait(2);
  look({2});
  workload_.max_replicas = 4;
  look();
  EXPECT_EQ(std::ranges::find(last_.members, MemberId{2}, &MemberPlan::id)->fate, Fate::retire);
}

/// Who is replaced is on the way out already: a shrink takes others, or it would leave one too many, which goes later
/// without evidence of its own.
TEST_F(Replaced, IsNotOneOfThoseThatAShrinkTakes) {
  workload_.behavior->scale_down.stabilization_window_seconds = 0;
  members(3);
  load_ = 300;
  wait(5);
  look({2});
  ASSERT_TRUE(tells(Reason::member_replaced));
  ASSERT_EQ(last_.write, 4);
  worlds_[4] = {.state = MemberState::starting, .in_pool = false};
  worlds_[3].healthy = false;
  load_ = 200;
  look({2});
  ASSERT_EQ(last_.replicas, 2);
  const auto fate = [&](std::uint32_t id) {
    return std::ranges::find(last_.members, MemberId{id}, &MemberPlan::id)->fate;
  };
  EXPECT_EQ(fate(4), Fate::remove) << "it does not serve yet";
  EXPECT_EQ(fate(2), Fate::keep) << "until others serve in its place";
  EXPECT_EQ(last_.write, 3) << "two to serve, and it";
}

}  // namespace
}  // namespace ballast
