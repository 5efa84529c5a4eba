#include "tests/sim/sim_clock.h"

#include <gtest/gtest.h>

#include <string>

#include "core/task.h"
#include "tests/inline_executor.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

Task<void> note_after(SimClock& clock, Duration span, std::string* trace, char name) {
  co_await Sleep(clock, clock.now() + span);
  *trace += name;
}

Task<void> note_on_executor(Executor& executor, int* out) {
  const std::function<int()> work = [] { return 42; };
  *out = co_await OnExecutor<int>(executor, work);
}

TEST(SimClock, RunsSleepersInTheOrderOfTheirTimesAndKeepsTheOrderOfEqualOnes) {
  SimClock clock;
  const TimePoint start = clock.now();
  std::string trace;
  TaskGroup group;
  group.spawn(note_after(clock, 3s, &trace, 'c'));
  group.spawn(note_after(clock, 1s, &trace, 'a'));
  group.spawn(note_after(clock, 3s, &trace, 'd'));
  group.spawn(note_after(clock, 2s, &trace, 'b'));
  clock.run_for(2s);
  EXPECT_EQ(trace, "ab");
  EXPECT_EQ(clock.now() - start, 2s);
  clock.run_for(10s);
  EXPECT_EQ(trace, "abcd");
  EXPECT_EQ(clock.now() - start, 12s);
}

TEST(SimClock, ForgetsATaskThatIsDestroyedInItsSleep) {
  SimClock clock;
  std::string trace;
  {
    TaskGroup group;
    group.spawn(note_after(clock, 1s, &trace, 'a'));
    group.spawn(note_after(clock, -1s, &trace, 'b'));  // due already
    EXPECT_EQ(clock.sleepers(), 2U);
  }
  EXPECT_EQ(clock.sleepers(), 0U);
  clock.run_for(2s);
  EXPECT_EQ(trace, "");
}

TEST(SimClock, StopsAtTheLastSleeperWhenAskedTo) {
  SimClock clock;
  const TimePoint start = clock.now();
  std::string trace;
  TaskGroup group;
  group.spawn(note_after(clock, 5s, &trace, 'a'));
  clock.run_while_sleepers(start + 1h);
  EXPECT_EQ(clock.now() - start, 5s);
}

TEST(SimClock, StepsTheWallClockAlone) {
  SimClock clock;
  const TimePoint start = clock.now();
  clock.step_wall(-1h);
  EXPECT_EQ(clock.now(), start);
  EXPECT_EQ(clock.wall(), WallTime{start.time_since_epoch() - 1h});
}

TEST(InlineExecutor, GivesTheResultToTheWaiterAtOnce) {
  InlineExecutor executor;
  int out = 0;
  TaskGroup group;
  group.spawn(note_on_executor(executor, &out));
  EXPECT_EQ(out, 42);
}

}  // namespace
}  // namespace ballast
