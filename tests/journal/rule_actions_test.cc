// What rules do, over restarts and disks that fail: the real dispatcher and journal, and somebody who does it.
#include "controller/actions/rule_actions.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <utility>

#include "tests/journal/on_lossy_disk.h"
#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::uint64_t kAlert = 7;

/// Keeps what it is told; fails as it is told to.
class Doer final : public Notifier {
 public:
  Doer(std::vector<std::string>& did, const std::optional<Error>& failure, bool& throws)
      : did_(did), failure_(failure), throws_(throws) {}
  Task<Delivery> deliver(Notification notification) override {
    did_.push_back(notification.key);
    if (std::exchange(throws_, false)) throw std::runtime_error("a bug");
    co_return Delivery{.failure = failure_};
  }

 private:
  std::vector<std::string>& did_;
  const std::optional<Error>& failure_;
  bool& throws_;
};

Workload workload() {
  Workload workload{.name = "shop/monitor:jobs"};
  workload.signals.push_back({.name = "queue"});
  workload.alerts.push_back({.alert = "Stuck", .fingerprint = kAlert});
  return workload;
}

class RuleActionsTest : public OnLossyDisk {
 protected:
  void SetUp() override { again(); }
  void TearDown() override { end(); }
  void end() {
    tasks_.clear();
    actions_.reset();
    alerts_.reset();
  }
  /// Another life of the daemon; no alert has a route.
  void again() {
    end();
    open();
    alerts_ = std::make_unique<AlertDispatcher>(clock_, *journal_);
    actions_ = std::make_unique<RuleActions>(
        clock_, *journal_, *alerts_,
        ActionEvents{.trouble = [this](const std::string& what) { troubles_.push_back(what); }});
    rule("0:do");
    tasks_.spawn(alerts_->run());
    tasks_.spawn(actions_->run());
    clock_.run_for(1s);
  }
  void rule(const std::string& name) {
    ActionNotifiers notifiers;
    notifiers.emplace(std::pair{kAlert, name}, std::make_shared<Doer>(did_, failure_, throws_));
    actions_->configure({{kAlert, {{name, true}}}}, std::move(notifiers));
  }
  void report(bool firing, TimePoint started) {
    alerts_->take(workload(), {}, {{.alert = kAlert, .firing = firing, .started = started, .at = clock_.now()}});
    actions_->wake();
  }
  SimClock clock_{};
  std::vector<std::string> did_{};
  std::optional<Error> failure_{};
  bool throws_ = false;  ///< the next time
  std::vector<std::string> troubles_{};
  std::unique_ptr<AlertDispatcher> alerts_{};
  std::unique_ptr<RuleActions> actions_{};
  TaskGroup tasks_{};
};

TEST_F(RuleActionsTest, DoesItOnceForEachFiringWithoutARoute) {
  const TimePoint first = clock_.now();
  report(true, first);
  clock_.run_for(1h);
  EXPECT_THAT(did_, SizeIs(1));
  report(false, first);
  clock_.run_for(1min);
  EXPECT_THAT(actions_->book(), IsEmpty());
  report(true, clock_.now());
  clock_.run_for(1h);
  ASSERT_THAT(did_, SizeIs(2));
  EXPECT_NE(did_[0], did_[1]);
}

TEST_F(RuleActionsTest, WhatAnActionThrowsIsItsFailureAndItIsTriedAgain) {
  throws_ = true;
  report(true, clock_.now());
  clock_.run_for(1h);
  ASSERT_THAT(did_, SizeIs(2));
  EXPECT_EQ(did_[0], did_[1]);
}

TEST_F(RuleActionsTest, DoesNotDoItAgainAfterARestart) {
  report(true, clock_.now());
  clock_.run_for(10s);
  again();
  clock_.run_for(1h);
  EXPECT_THAT(did_, SizeIs(1));
  EXPECT_THAT(actions_->book(), SizeIs(1)) << "it still fires";
}

TEST_F(RuleActionsTest, GoesOnTryingAfterARestartWithTheSameKey) {
  failure_ = Error{Errc::unavailable, "not now"};
  report(true, clock_.now());
  clock_.run_for(20s);
  const std::size_t tries = did_.size();
  EXPECT_GE(tries, 3U);
  again();
  failure_.reset();
  clock_.run_for(1h);
  ASSERT_EQ(did_.size(), tries + 1);
  EXPECT_EQ(did_.back(), did_.front());
}

TEST_F(RuleActionsTest, DoesNotDoWhatEndedWhileBallastWasAway) {
  failure_ = Error{Errc::conflict, "somebody paused it"};
  const TimePoint started = clock_.now();
  report(true, started);
  clock_.run_for(5s);
  const std::size_t tries = did_.size();
  clock_.run_for(0s);
  failure_.reset();
  again();
  clock_.run_for(30s);
  EXPECT_EQ(did_.size(), tries) << "nobody has looked yet whether it still fires";
  report(false, started);
  clock_.run_for(1h);
  EXPECT_EQ(did_.size(), tries);
}

TEST_F(RuleActionsTest, DoesWhatFiredJustBeforeAKill) {
  report(true, clock_.now());
  disk_.crash_at(disk_.points() + 2, false);
  clock_.run_for(1ms);
  ASSERT_TRUE(disk_.crashed());
  const TimePoint started = alerts_->book().episodes.begin()->first.started;
  end();
  journal_.reset();
  disk_.power_cycle(LossyDisk::Loss::some);
  again();
  report(true, started);  // as the memory of the workload has it
  clock_.run_for(2min);
  EXPECT_GE(did_.size(), 1U);
  EXPECT_LE(did_.size(), 2U);
  EXPECT_EQ(did_.front(), did_.back());
}

TEST_F(RuleActionsTest, DoesNothingForAnAlertThatEndedWhileItWaited) {
  failure_ = Error{Errc::rate_limited, "not so often"};
  const TimePoint started = clock_.now();
  report(true, started);
  clock_.run_for(5s);
  const std::size_t tries = did_.size();
  report(false, started);
  failure_.reset();
  clock_.run_for(1h);
  EXPECT_EQ(did_.size(), tries);
  EXPECT_THAT(actions_->book(), IsEmpty());
}

TEST_F(RuleActionsTest, GoesOnWhenTheDiskIsFullAndWritesLater) {
  disk_.fail_writes(LossyDisk::Fault::full);
  report(true, clock_.now());
  clock_.run_for(20s);
  EXPECT_THAT(did_, SizeIs(1));
  EXPECT_THAT(troubles_, SizeIs(1));
  disk_.fail_writes(LossyDisk::Fault::none);
  clock_.run_for(11s);
  again();
  clock_.run_for(1h);
  EXPECT_THAT(did_, SizeIs(1));
}

TEST_F(RuleActionsTest, NamesARowThatCannotBeReadAndKeepsTheOthers) {
  report(true, clock_.now());
  clock_.run_for(10s);
  ASSERT_TRUE(await(journal_->put({{"action/x", "{]"}}, Durability::full)));
  ASSERT_TRUE(await(journal_->put({{"action/y", R"({"alert": "{}", "action": "a"})"}}, Durability::full)));
  again();
  EXPECT_THAT(troubles_, SizeIs(2));
  EXPECT_THAT(actions_->book(), SizeIs(1));
}

TEST(ActionRows, AreReadAsTheyWereWritten) {
  const ActionKey key{{"shop/monitor:jobs", kAlert, TimePoint{5s}}, "0:restart"};
  WantedAction action{.alert = {.labels = {{"alertname", "Stuck"}}, .starts_at = WallTime{5s}}};
  action.batch = {.key = key_of(key),
                  .begun = TimePoint{6s},
                  .next_try = TimePoint{7s},
                  .not_before = TimePoint{8s},
                  .failures = 3};
  for (const bool done : {false, true}) {
    action.done = done;
    const auto read = read_action_row(action_row(key, action));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->first, key);
    EXPECT_EQ(read->second, action);
  }
  EXPECT_EQ(action_row_key(key), "action/shop/monitor:jobs/0000000000000007@5000000/0:restart");
}

}  // namespace
}  // namespace ballast
