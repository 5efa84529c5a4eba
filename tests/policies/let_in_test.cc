// What was let in is not what was asked for: what follows for members, and who is told, while a pool refuses requests
// and until it is forgotten.
#include "policies/traffic/places.h"
#include "policies/traffic/shares.h"
#include "tests/policies/crowded.h"

namespace ballast {
namespace {

class LetIn : public Crowded {
 protected:
  /// More than half is refused, so that far fewer seem to be asked for.
  void refuse_half() {
    workload_.pools[0].overload = Overload{.utilization_above = 48, .max_percent = 60};
    wait(80);
    ASSERT_NEAR(*refused_, 54, 3);
  }
  /// For as long as it is looked at.
  void eject(std::uint32_t id) {
    workload_.pools[0].outlier_detection.emplace();
    PlaceMemory& place = place_of(memory_.members.at(id - 1), 7);
    place.ejected_at = story::at(second_ + 600);
    place.ejections = 1;
    out_ = id;
  }
  void shrink_at_once() {
    workload_.behavior = Behavior{};
    workload_.behavior->scale_down.stabilization_window_seconds = 0;
  }
};

TEST_F(LetIn, MoreAreStartedWhileItRefusesBelowItsMaximum) {
  workload_.max_replicas = 20;
  workload_.pools[0].overload->only_at_max_replicas = false;
  load_ = 1250;
  wait(8);
  EXPECT_GT(*refused_, 10);
  for (int i = 0; i < 60; ++i) members_ = std::max(members_, look().replicas);
  EXPECT_EQ(members_, 13);
  EXPECT_LE(*refused_, 4);
}

TEST_F(LetIn, NobodyGoesForWhatWasMeasuredWhileItRefused) {
  shrink_at_once();
  window_ = 60;
  refuse_half();
  const auto nobody_goes = [&] {
    for (int i = 0; i < 40; ++i) EXPECT_GE(look().replicas, 10) << i;
  };
  workload_.max_replicas = 20;  // lets in all
  nobody_goes();
  workload_.max_replicas = 10;
  refuse_half();
  workload_.pools[0].overload.reset();
  nobody_goes();
  refuse_half();
  workload_.pools[0].fingerprint = 8;  // another socket
  refused_ = 0;
  workload_.pools[0].overload.reset();
  nobody_goes();
}

TEST_F(LetIn, NobodyGoesBeforeFewerWereAskedForOverTheWholeWindow) {
  refuse_half();
  load_ = 400;
  while (*refused_ > 0) look();
  const int open = second_;
  while (look().replicas == 10) ASSERT_LT(second_, open + 1000);
  EXPECT_GE(second_, open + 295);
}

TEST_F(LetIn, DoesNotSwingWhenAMeasurementIsOlderThanItSays) {
  workload_.signals[0].proves_age = false;
  workload_.pools[0].overload->max_percent = 90;
  hidden_age_ = 50;
  std::int32_t most = 0;
  for (int i = 0; i < 400; ++i) {
    look();
    most = std::max(most, *refused_);
  }
  EXPECT_LE(most, 27);
  EXPECT_GE(*refused_, 24);
}

TEST_F(LetIn, AllIsLetInThatFitsWhenTheMaximumIsBelowThoseThatServe) {
  load_ = 900;
  workload_.max_replicas = 6;
  orders_ = {Order{.kind = OrderKind::freeze, .direction = Freeze::scale_down}};
  wait(20);
  EXPECT_EQ(refused_, 0);
}

TEST_F(LetIn, RefusesWhatTheOthersCannotCarryWhenOneFailed) {
  failed_ = {3};
  load_ = 1200;
  wait(40);
  EXPECT_NEAR(*refused_, 28, 3);  // 1 - 8.55 / 12
}

TEST_F(LetIn, RefusesNothingOfWhatTheOthersOfOneThatIsEjectedCarry) {
  load_ = 930;
  look();
  eject(3);
  wait(20);
  EXPECT_EQ(refused_, 0);
  load_ = 1200;
  wait(40);
  EXPECT_NEAR(*refused_, 20, 3);  // 1 - 9.5 / 12
}

TEST_F(LetIn, WhatAPoolDoesNotTellIsNotTakenForRefused) {
  refused_.reset();
  wait(20);
  EXPECT_TRUE(memory_.sheds.empty() || memory_.sheds[0].past.empty() || memory_.sheds[0].past.back().percent == 0);
}

TEST_F(LetIn, NobodySleepsForWhatIsQuietBecauseItIsRefused) {
  workload_.min_replicas = 0;
  workload_.signals[0].activation_milli = 2'000'000;  // more than is let in
  ShedMemory past{.pool = 7};
  note_share(past, story::at(0), 50);
  memory_.sheds = {past};
  refused_ = 50;
  for (int i = 0; i < 100; ++i) EXPECT_GT(look().replicas, 0) << i;
}

TEST_F(LetIn, NeitherIsMoreNorLessRefusedWhileOneThatFailedStarts) {
  failed_ = {1};
  load_ = 1200;
  wait(40);
  const auto before = refused_;
  failed_.clear();
  starting_ = 1;
  wait(20);
  EXPECT_EQ(refused_, before);
  starting_ = 0;
  wait(40);
  EXPECT_NEAR(*refused_, 20, 3);
}

TEST_F(LetIn, AllThatWereOfferedCountForThoseThatGoOut) {
  ShedMemory past{.pool = 7};
  note_share(past, story::at(0), 50);
  memory_.sheds = {past};
  const Demand demand{5, story::at(100), std::chrono::seconds{30}};
  EXPECT_EQ(offered_at_most(workload_, memory_, demand, 5), 10);
  note_share(memory_.sheds[0], story::at(65), 0);
  EXPECT_EQ(offered_at_most(workload_, memory_, demand, 5), 10) << "some of it was measured before";
  memory_.sheds = {ShedMemory{.pool = 7}};
  EXPECT_EQ(offered_at_most(workload_, memory_, demand, 5), 5);
}

TEST_F(LetIn, WhatCannotBeTakenBackIsTriedAgainAndTold) {
  wait(30);
  deaf_ = true;
  workload_.pools[0].overload.reset();
  wait(5);
  EXPECT_TRUE(overloaded());
  EXPECT_NE(said().find("still refuses"), std::string::npos) << said();
  EXPECT_NE(said().find("deaf"), std::string::npos) << said();
  EXPECT_EQ(look().sheds, (std::vector<Shed>{{PoolId{0}, 0}}));
  deaf_ = false;
  wait(2);
  EXPECT_EQ(refused_, 0);
  EXPECT_FALSE(overloaded());
}

TEST_F(LetIn, WhatAPoolRefusesThatIsNotSeenIsNotNothing) {
  wait(30);
  hidden_ = true;
  wait(5);
  EXPECT_TRUE(overloaded());
  EXPECT_NE(said().find("no answer"), std::string::npos) << said();
}

TEST_F(LetIn, WhatAPoolWasToldIsTakenBackUnderItsNewSettings) {
  wait(30);
  workload_.pools[0].fingerprint = 8;
  workload_.pools[0].overload.reset();
  wait(2);
  EXPECT_EQ(refused_, 0);
}

TEST_F(LetIn, ADryRunPoolHoldsNothingForWhatSomebodyElseRefuses) {
  shrink_at_once();
  workload_.pools[0].dry_run = true;
  refused_ = 40;
  load_ = 500;
  wait(20);
  EXPECT_EQ(look().replicas, 3);
}

TEST_F(LetIn, ADryRunPoolTakesNothingOverWhilePaused) {
  workload_.pools[0].dry_run = true;
  refused_ = 40;
  paused_ = true;
  EXPECT_TRUE(look().sheds.empty());
  wait(20);
  EXPECT_EQ(refused_, 40);
  EXPECT_FALSE(overloaded());
}

TEST_F(LetIn, ADryRunPoolTellsWhatItWouldRefuse) {
  workload_.pools[0].dry_run = true;
  wait(2);
  const Plan plan = look();
  ASSERT_TRUE(story::has(plan, Reason::overloaded));
  EXPECT_TRUE(plan.steps.back().dry_run);
  EXPECT_FALSE(overloaded());
  starting_ = 1;
  EXPECT_TRUE(story::has(look(), Reason::overload_waits));
  starting_ = 0;
  journal_ok_ = false;
  EXPECT_TRUE(story::has(look(), Reason::overload_unwritten));
}

TEST_F(LetIn, WhatADryRunLetsInAgainItLetsInInEarnest) {
  wait(30);
  workload_.mode = Mode::dry_run;
  const Plan plan = look();
  const auto fades = std::ranges::find(plan.steps, Reason::overload_fades, &Step::reason);
  ASSERT_NE(fades, plan.steps.end());
  EXPECT_FALSE(fades->dry_run);
  EXPECT_TRUE(overloaded());
  wait(15);
  EXPECT_EQ(refused_, 0);
  EXPECT_FALSE(overloaded());
}

TEST_F(LetIn, AnotherRetryAfterIsToldAtASteadyShare) {
  wait(30);
  ASSERT_TRUE(look().sheds.empty());
  workload_.pools[0].overload->retry_after = std::chrono::seconds{9};
  deaf_ = true;
  EXPECT_EQ(look().sheds, (std::vector<Shed>{{PoolId{0}, *refused_}}));
  deaf_ = false;
  EXPECT_FALSE(look().sheds.empty()) << "it did not hear";
  EXPECT_TRUE(look().sheds.empty());
}

}  // namespace
}  // namespace ballast
