// The wall clock is set by a day, forth and back, while the world goes on: decisions follow the steady clock alone, and
// schedules the wall clock alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "formats/window.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr Time kDay = 86'400;

/// Forth in the surge, back beyond where it began as the load falls, and to where it should be.
std::vector<std::pair<Time, Time>> there_and_back() { return {{80, kDay}, {200, -2 * kDay}, {320, kDay}}; }

class WallSteps : public testing::TestWithParam<std::string> {};

TEST_P(WallSteps, ChangeNoDecisionAndNoTimeOfOne) {
  const auto scenario = std::ranges::find(scenarios(), GetParam(), &Scenario::name);
  ASSERT_NE(scenario, scenarios().end());
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Play steady = scenario->make(seed);
    Play stepped = steady;
    stepped.faults.wall_steps = there_and_back();
    const Outcome outcome = play(stepped);
    EXPECT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << describe(stepped);
    EXPECT_EQ(outcome.digest, play(steady).digest) << "seed " << seed;
    EXPECT_GT(outcome.ended, there_and_back().back().first);
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, WallSteps,
                         testing::Values("surge_and_calm", "S12_frozen_metric", "S18_restart_as_the_load_falls",
                                         "S20_restart_within_rate", "S11_counter_resets"),
                         [](const auto& test) { return test.param; });

WallTime wall_at(Time t) { return WallTime{(kBegan + from_seconds(t)).time_since_epoch()}; }

Window between(Time from, Time to) {
  Window window;
  window.from = wall_at(from);
  window.to = wall_at(to);
  return window;
}

/// What the surge needs at its height is the floor while the window is open, also when nobody needs it any more.
Play with_floor(std::uint64_t seed, const Window& window) {
  Play play = surge(seed);
  play.workload.schedules = {Schedule{.name = "sale", .min_replicas = most_for(play, 200)}};
  play.windows = [window](WallTime now) {
    OpenWindows open{.windows = {}, .tzdata = "test"};
    if (is_open(window, now)) open.windows.push_back(0);
    return open;
  };
  return play;
}

TEST(WallStepsAndSchedules, AWindowIsOpenByTheWallClockHoweverItStepped) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    // Open tomorrow: for as long as the clock says that it is tomorrow.
    Play play_of = with_floor(seed, between(kDay + 100, kDay + 2000));
    play_of.faults.wall_steps = {{150, kDay}, {450, -kDay}};
    const std::int32_t floor = *play_of.workload.schedules.front().min_replicas;
    play_of.expected = {serves(least_for(play_of, 149), floor, 149), serves(floor, floor, 160),
                        does_not_shrink(60, 450), serves(2, 2, 450 + 100), turns_at_most(0)};
    const Outcome outcome = play(play_of);
    EXPECT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << describe(play_of);
  }
}

TEST(WallStepsAndSchedules, ADailyWindowDoesNotNoticeAWholeDay) {
  const auto daily = parse_window("15 22 * * *", "22 22 * * *", "UTC");
  ASSERT_TRUE(daily) << daily.error().message;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Play steady = with_floor(seed, *daily);
    Play stepped = steady;
    stepped.faults.wall_steps = there_and_back();
    const Outcome outcome = play(stepped);
    EXPECT_EQ(outcome.digest, play(steady).digest) << "seed " << seed;
    EXPECT_NE(outcome.digest, play(surge(seed)).digest) << "the window was open";
  }
}

}  // namespace
}  // namespace ballast::sim
