#include "io/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/task.h"
#include "io/wall_watch.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

Task<void> note_at(Loop& loop, TimePoint when, std::string* trace, char name) {
  co_await Sleep(loop, when);
  *trace += name;
  if (name == 'z') loop.stop();
}

Task<void> sleep_in_the_past_for_ever(Loop& loop) {
  for (;;) co_await Sleep(loop, loop.now() - 1s);
}

Task<void> ask_executor(Loop& loop, Executor& executor, std::thread::id* worked_on, std::thread::id* resumed_on) {
  const std::function<std::thread::id()> work = [] { return std::this_thread::get_id(); };
  *worked_on = co_await OnExecutor<std::thread::id>(executor, work);
  *resumed_on = std::this_thread::get_id();
  loop.stop();
}

TEST(Loop, WakesSleepersInTheOrderOfTheirTimesAndKeepsTheOrderOfEqualOnes) {
  const auto loop = make_loop();
  const TimePoint soon = loop->now() + 20ms;
  std::string trace;
  TaskGroup group;
  group.spawn(note_at(*loop, soon + 2ms, &trace, 'z'));
  group.spawn(note_at(*loop, soon, &trace, 'a'));
  group.spawn(note_at(*loop, soon, &trace, 'b'));
  group.spawn(note_at(*loop, soon - 1ms, &trace, '0'));
  loop->run();
  EXPECT_EQ(trace, "0abz");
  EXPECT_GE(loop->now(), soon + 2ms);
}

TEST(Loop, DoesNotResumeATaskThatWasDestroyedInItsSleep) {
  const auto loop = make_loop();
  std::string trace;
  TaskGroup kept;
  {
    TaskGroup group;
    group.spawn(note_at(*loop, loop->now() + 1ms, &trace, 'a'));
  }
  kept.spawn(note_at(*loop, loop->now() + 5ms, &trace, 'z'));
  loop->run();
  EXPECT_EQ(trace, "z");
}

TEST(Loop, GoesOnWhileATaskAlwaysSleepsUntilThePast) {
  const auto loop = make_loop();
  std::string trace;
  TaskGroup group;
  group.spawn(sleep_in_the_past_for_ever(*loop));
  loop->post([&] { loop->post([&] { loop->stop(); }); });
  loop->run();
}

TEST(Loop, StartsEngineTimeAtUtcAndNotBelowWhatIsJournaled) {
  const auto loop = make_loop();
  const Duration apart = loop->now().time_since_epoch() - loop->wall().time_since_epoch();
  EXPECT_LT(std::chrono::abs(apart), 1s);
  loop->start_not_before(loop->now() - 1h);
  EXPECT_LT(loop->now().time_since_epoch() - loop->wall().time_since_epoch(), 1s);
  const TimePoint journaled = loop->now() + 1h;
  loop->start_not_before(journaled);
  EXPECT_GE(loop->now(), journaled);
  EXPECT_LT(loop->now(), journaled + 1min);
}

TEST(Loop, RunsBlockingWorkElsewhereAndResumesOnItsOwnThread) {
  const auto loop = make_loop();
  const auto executor = loop->make_executor();
  std::thread::id worked_on;
  std::thread::id resumed_on;
  TaskGroup group;
  group.spawn(ask_executor(*loop, *executor, &worked_on, &resumed_on));
  loop->run();
  EXPECT_NE(worked_on, std::this_thread::get_id());
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
}

TEST(Loop, KeepsTheOrderOfWorkOfOneExecutorAndRunsAllOfIt) {
  const auto loop = make_loop();
  std::vector<int> order;
  {
    const auto executor = loop->make_executor();
    for (int i = 0; i < 1000; ++i) executor->run([&order, i] { order.push_back(i); }, [] {});
  }
  ASSERT_EQ(order.size(), 1000U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(Loop, DoesNotHoldUpOneExecutorForAnother) {
  const auto loop = make_loop();
  const auto slow = loop->make_executor();
  const auto quick = loop->make_executor();
  std::promise<void> release;
  slow->run([&] { release.get_future().wait(); }, [&] { loop->stop(); });
  quick->run([] {}, [&] { release.set_value(); });
  loop->run();
}

TEST(Loop, BringsOutWhatEscapedFromWork) {
  const auto loop = make_loop();
  const auto executor = loop->make_executor();
  executor->run([] { throw std::runtime_error("disk"); }, [] {});
  EXPECT_THROW(loop->run(), std::runtime_error);
  loop->post([&] { loop->stop(); });
  loop->run();
}

TEST(Loop, RunsAgainAfterAStopWithNothingElseToDo) {
  const auto loop = make_loop();
  int ran = 0;
  for (int i = 0; i < 3; ++i) {
    std::thread other([&] {
      loop->post([&] {
        ++ran;
        loop->stop();
      });
    });
    loop->run();
    other.join();
  }
  EXPECT_EQ(ran, 3);
}

TEST(Loop, CallsBackOnSignals) {
  const auto loop = make_loop();
  std::string trace;
  loop->on_signals(
      [&] {
        trace += "stop ";
        loop->stop();
      },
      [&] {
        trace += "reload ";
        raise(trace == "reload " ? SIGHUP : SIGTERM);
      });
  loop->post([] {
    raise(SIGPIPE);
    raise(SIGHUP);
  });
  loop->run();
  EXPECT_EQ(trace, "reload reload stop ");
}

TEST(WallWatch, ReportsStepsAndAccumulatedDriftButNotSmallChanges) {
  const TimePoint engine{1000s};
  const WallTime wall{5000s};
  WallWatch watch(engine, wall);
  EXPECT_EQ(watch.see(engine + 10s, wall + 10s), std::nullopt);
  EXPECT_EQ(watch.see(engine + 20s, wall + 21s), std::nullopt);
  EXPECT_EQ(watch.see(engine + 30s, wall + 32500ms), std::optional<Duration>(2500ms));
  EXPECT_EQ(watch.see(engine + 40s, wall + 42500ms), std::nullopt);
  EXPECT_EQ(watch.see(engine + 50s, wall + 42500ms - 1h), std::optional<Duration>(-1h - 10s));
}

}  // namespace
}  // namespace ballast
