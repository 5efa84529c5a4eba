#include "policies/detection/watch.h"

#include <gtest/gtest.h>

#include "tests/policies/mean_story.h"

namespace ballast {
namespace {

using namespace story;

TEST(Watch, TurnsAMeanIntoItsNewestStretch) {
  Workload w = story::workload();
  Memory memory;
  const auto load = [](int second) { return second < 600 ? 100.0 : 500.0; };
  double first = 0;
  for (int second = 310; second <= 640; second += 5) {
    Observation o = seen(second, 1);
    add_mean(o, mean_of(load, second));
    watch_arrivals(w, memory, o);
    const FastMemory& fast = find_watch(memory, kLoad)->fast;
    if (second == 605) first = fast.fast;
    if (second < 610) continue;
    EXPECT_NEAR(fast.fast, 500, 1e-6) << second;
    EXPECT_LT(fast.value, 400);
  }
  // Nothing had changed for long: the first change may be up to half a window old, so it is told too low.
  EXPECT_GT(first, 130);
  EXPECT_LT(first, 500);
}

TEST(Watch, AScrapeThatIsReadThriceIsOneStretch) {
  Workload w = story::workload();
  Memory memory;
  const auto load = [](int second) { return (second < 600 ? 100.0 : 500.0) + wave(second); };
  for (int second = 300; second <= 690; second += 5) {
    Observation o = seen(second, 1);
    add_mean(o, mean_of(load, second - second % 15));  // scraped each 15 s
    watch_arrivals(w, memory, o);
    const FastMemory& fast = find_watch(memory, kLoad)->fast;
    EXPECT_LT(fast.fast, 560) << second;
    if (second >= 615 && second < 660) {
      EXPECT_GT(fast.fast, 440) << second;
    }
  }
}

TEST(Watch, ARateBetweenTwoPollsIsItsOwnStretchHoweverTheyJitter) {
  Workload w = story::workload();
  Memory memory;
  int before = 0;
  for (int i = 1; i <= 200; ++i) {
    const int second = 5 * i + i % 3;  // 5 s, sometimes 6, sometimes 3
    const Duration window = std::chrono::seconds{second - before};
    Observation o = seen(second, 1);
    const double value = 100 + wave(second) + (i == 150 ? 500 : 0);
    o.arrivals = {Arrival{.signal = kLoad,
                          .at = o.at,
                          .reading = Reading{o.at, window, {Sample{.value = value, .at = o.at, .window = window}}}}};
    watch_arrivals(w, memory, o);
    before = second;
    const WatchMemory& watch = *find_watch(memory, kLoad);
    EXPECT_EQ(watch.fast.fast, value) << i;
    EXPECT_EQ(watch.detector.samples, i);
  }
}

TEST(Watch, PollsThatAreFarApartAreNotStretched) {
  Workload w = story::workload();
  Memory memory;
  const auto load = [](int second) { return (second < 600 ? 100.0 : 500.0) + wave(second); };
  for (int second = 60; second <= 900; second += 45) {
    Observation o = seen(second, 1);
    add_mean(o, mean_of(load, second));
    watch_arrivals(w, memory, o);
    EXPECT_LE(find_watch(memory, kLoad)->fast.fast, 540) << second;
  }
}

TEST(Watch, NeverShowsMoreThanThereIsWhileTheLoadGrowsSteadily) {
  Workload w = story::workload();
  Memory memory;
  const auto load = [](int second) { return second < 600 ? 100.0 : 100 + 2.0 * (second - 600); };
  for (int second = 300; second <= 1500; second += 5) {
    Observation o = seen(second, 1);
    add_mean(o, mean_of(load, second));
    watch_arrivals(w, memory, o);
    EXPECT_LE(find_watch(memory, kLoad)->fast.fast, load(second) + 1e-6) << second;
  }
}

}  // namespace
}  // namespace ballast
