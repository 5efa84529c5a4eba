// A pool that refuses what is too much, look by look: what is told, what is held, and what becomes of it.
#include "tests/policies/crowded.h"

namespace ballast {
namespace {

TEST_F(Crowded, RefusesAShareAndSaysSo) {
  wait(30);
  EXPECT_NEAR(*refused_, 27, 2);
  EXPECT_TRUE(story::has(look(), Reason::overloaded));
  EXPECT_TRUE(overloaded());
  load_ = 700;
  wait(30);
  EXPECT_EQ(refused_, 0);
  EXPECT_FALSE(overloaded());
}

TEST_F(Crowded, TakesNoMemberAwayBecauseLessWasLetIn) {
  workload_.behavior = Behavior{};
  workload_.behavior->scale_down.stabilization_window_seconds = 0;
  workload_.pools[0].overload = Overload{.utilization_above = 48, .max_percent = 60};
  for (int i = 0; i < 60; ++i) EXPECT_EQ(look().replicas, 10);
  EXPECT_NEAR(*refused_, 54, 3);
  EXPECT_TRUE(story::has(look(), Reason::overload_holds));
  load_ = 300;
  wait(120);
  EXPECT_EQ(refused_, 0);
  EXPECT_EQ(look().replicas, 3);
}

TEST_F(Crowded, WritesOnlyWhatIsNotSoAlready) {
  wait(30);
  EXPECT_TRUE(look().sheds.empty());
  refused_ = 0;  // HAProxy was restarted
  look();
  EXPECT_FALSE(look().sheds.empty());
}

TEST_F(Crowded, RefusesNothingBelowItsMaximum) {
  workload_.max_replicas = 20;
  members_ = 13;
  wait(10);
  EXPECT_EQ(refused_, 0);
  members_ = 10;
  wait(10);
  EXPECT_EQ(refused_, 0);
}

TEST_F(Crowded, RefusesNothingWhileOneStarts) {
  starting_ = 1;
  wait(10);
  EXPECT_EQ(refused_, 0);
  starting_ = 0;
  wait(30);
  EXPECT_GE(*refused_, 24);
}

TEST_F(Crowded, LetsInAllWhenAPersonPausesOrTriesOnly) {
  for (const Mode mode : {Mode::enforce, Mode::dry_run, Mode::scale_up_only}) {
    workload_.mode = Mode::enforce;
    paused_ = false;
    wait(30);
    EXPECT_GE(*refused_, 24);
    workload_.mode = mode;
    paused_ = mode == Mode::enforce;
    wait(15);
    EXPECT_EQ(refused_, 0) << static_cast<int>(mode);
    EXPECT_FALSE(overloaded());
  }
}

TEST_F(Crowded, TellsInADryRunWhatItWouldRefuse) {
  workload_.mode = Mode::dry_run;
  EXPECT_FALSE(story::has(look(), Reason::overloaded)) << "one measurement is none";
  const Plan plan = look();
  ASSERT_TRUE(story::has(plan, Reason::overloaded));
  EXPECT_TRUE(plan.sheds.empty());
  EXPECT_EQ(plan.steps.back().numbers[0], 26);
  EXPECT_TRUE(plan.steps.back().dry_run);
  EXPECT_FALSE(overloaded());
}

TEST_F(Crowded, LetsInAllWhenTheTargetIsNotSeenForAMinute) {
  wait(30);
  target_seen_ = false;
  wait(13);
  EXPECT_EQ(refused_, 0);
}

TEST_F(Crowded, TakesBackOnceWhatItsDocumentDoesNotAskForAnyMore) {
  wait(30);
  workload_.pools[0].overload.reset();
  EXPECT_EQ(look().sheds, (std::vector<Shed>{{PoolId{0}, 0}}));
  EXPECT_TRUE(look().sheds.empty());
  refused_ = 40;  // somebody else's: another pool may refuse by the same variable
  EXPECT_TRUE(look().sheds.empty());
}

TEST_F(Crowded, GoesOnAfterARestartFromWhatIsRefusedNow) {
  wait(30);
  const auto before = refused_;
  memory_ = {};
  wait(3);
  EXPECT_NEAR(*refused_, *before, 2);
}

TEST_F(Crowded, RaisesNothingWithoutAJournal) {
  journal_ok_ = false;
  wait(10);
  EXPECT_EQ(refused_, 0);
  EXPECT_TRUE(story::has(look(), Reason::overload_unwritten));
}

}  // namespace
}  // namespace ballast
