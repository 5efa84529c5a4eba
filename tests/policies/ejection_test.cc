// Sick members of a pool: out, back, and when they are left in.
#include "policies/traffic/ejection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "policies/evaluate.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using story::add_value;

/// A pool that answers as the test says, a look a second. Weights are those of the last plan.
class Sick : public testing::Test {
 protected:
  void SetUp() override {
    workload_ = story::workload();
    workload_.min_replicas = 1;
    workload_.max_replicas = 20;
    workload_.behavior = Behavior{};
    Pool pool{.name = "haproxy:web", .fingerprint = 7};
    pool.outlier_detection.emplace();
    workload_.pools = {pool};
    members(5);
  }
  void members(std::uint32_t count) {
    worlds_.clear();
    for (std::uint32_t id = 1; id <= count; ++id) worlds_[id] = {};
  }
  struct Served {
    std::int32_t weight = 100;
    Counters counters{};
    bool healthy = true;
    bool contested = false;
    MemberState state = MemberState::ready;
    bool in_pool = true;
  };
  OutlierDetection& rules() { return *workload_.pools[0].outlier_detection; }

  /// Each second those with weight answer `good` times, but for the sick, who fail.
  Plan look(std::vector<std::uint32_t> failing = {}, std::int64_t answers = 10) {
    for (auto& [id, member] : worlds_) {
      if (member.weight == 0) continue;
      member.counters.answers += answers;
      if (std::ranges::find(failing, id) != failing.end()) member.counters.failures += answers;
    }
    return look_as_it_is();
  }
  Plan look_as_it_is() {
    Observation o = story::seen(++second_, static_cast<int>(worlds_.size()));
    o.target->chooses_members = true;
    o.target->existing = o.target->ready = static_cast<int>(worlds_.size());
    o.journal_ok = journal_ok_;
    for (const auto& [id, member] : worlds_) {
      Member seen{.id = MemberId{id}, .state = member.state, .since = story::at(1), .started = story::at(1)};
      if (member.in_pool)
        seen.pools = {{PoolId{0}, member.weight, 0, member.healthy, member.contested, member.counters}};
      o.members.push_back(std::move(seen));
    }
    add_value(o, load_);
    Plan plan = evaluate(workload_, memory_, o);
    for (const MemberPlan& member : plan.members)
      for (const Weight& weight : member.weights) worlds_[static_cast<std::uint32_t>(member.id)].weight = weight.weight;
    last_ = plan;
    return plan;
  }
  [[nodiscard]] std::int32_t weight(std::uint32_t id) const { return worlds_.at(id).weight; }
  [[nodiscard]] std::vector<std::uint32_t> out() const {
    std::vector<std::uint32_t> list;
    for (const auto& [id, member] : worlds_)
      if (member.weight == 0) list.push_back(id);
    return list;
  }
  [[nodiscard]] bool tells(Reason reason) const { return story::has(last_, reason); }
  void wait(int seconds, const std::vector<std::uint32_t>& failing = {}) {
    for (int i = 0; i < seconds; ++i) look(failing);
  }

  Workload workload_{};
  Memory memory_{};
  std::map<std::uint32_t, Served> worlds_{};
  int second_ = 100;
  double load_ = 450;  // four carry what five shall
  bool journal_ok_ = true;
  Plan last_{};
};

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

TEST_F(Sick, IsReplacedWhereTheOthersCouldNotCarryTheLoad) {
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

TEST_F(Sick, AtTheMaximumOneThatIsNeededIsLeft) {
  members(2);
  workload_.max_replicas = 2;
  load_ = 200;
  wait(2);
  look({2});
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_TRUE(tells(Reason::ejection_no_capacity));
  EXPECT_FALSE(last_.write);
}

TEST_F(Sick, IsNoReasonForMoreWorkersWhileTheOthersCarryTheLoad) {
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

TEST_F(Sick, GoesFirstWhenOneMustGo) {
  wait(2);
  look({2});
  workload_.max_replicas = 4;
  look();
  EXPECT_EQ(std::ranges::find(last_.members, MemberId{2}, &MemberPlan::id)->fate, Fate::retire);
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
