// What is refused of too much load, told as seconds passing: a plant behind a balancer that refuses what it is told to,
// measured late, over a window, and with noise.
#include "policies/traffic/overload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/split_mix.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

struct Measuring {
  int interval = 5;  ///< seconds between two looks
  int window = 0;    ///< a measurement is a mean over so many
  int delay = 0;     ///< and so old
  int hidden = 0;    ///< it says to be so much younger; its window is known to be no longer than a minute beyond that
  double noise = 0;  ///< it may be off by this part, either way
};

/// Ten members at most. `offered` is in members; what is measured is what was let in.
class Plant {
 public:
  Plant(Overload rules, Measuring measuring, std::function<double(int)> offered)
      : rules_(rules), measuring_(measuring), offered_(std::move(offered)) {}

  /// Looks until that second; what was refused at each of the looks.
  std::vector<std::int32_t> run_until(int end) {
    std::vector<std::int32_t> shares;
    for (; second_ < end; ++second_) {
      admitted_.push_back(offered_(second_) * (1 - percent_ / 100.0));
      if (second_ % measuring_.interval != 0) continue;
      look();
      shares.push_back(percent_);
    }
    return shares;
  }
  Crowd crowd{.capacity = 10, .serving = 10, .full = true, .echo = std::chrono::seconds{10}};
  bool knows = true;
  [[nodiscard]] std::int32_t percent() const { return percent_; }
  [[nodiscard]] Reason reason() const { return reason_; }
  /// Let in, in percent of what ten members carry.
  [[nodiscard]] double utilization() const { return 10 * admitted_.back(); }

 private:
  void look() {
    const int newest = second_ - measuring_.delay - measuring_.hidden;
    if (newest < measuring_.window) return;
    double sum = 0;
    const int seconds = std::max(1, measuring_.window);
    for (int i = 0; i < seconds; ++i) sum += admitted_[static_cast<std::size_t>(newest - i)];
    const double off = 1 + measuring_.noise * (static_cast<double>(chance_.next() % 2001) / 1000.0 - 1);
    crowd.demand.reset();
    const int reach = measuring_.window + (measuring_.hidden > 0 ? 60 : 0);
    if (knows)
      crowd.demand = Demand{sum / seconds * off, story::at(newest + measuring_.hidden), std::chrono::seconds{reach}};
    const RefusedShare refusal = refuse(rules_, memory_, crowd, percent_, story::at(second_));
    percent_ = refusal.percent;
    reason_ = refusal.reason;
  }

  Overload rules_;
  Measuring measuring_;
  std::function<double(int)> offered_;
  SplitMix chance_{7};
  ShedMemory memory_{};
  std::vector<double> admitted_{};
  int second_ = 0;
  std::int32_t percent_ = 0;
  Reason reason_ = Reason::none;
};

double thirteen(int /*second*/) { return 13; }

const std::vector<std::pair<const char*, Measuring>> kMeasurings = {
    {"at once", {}},
    {"late", {.delay = 10}},
    {"over a minute", {.window = 60}},
    {"over a minute, late", {.window = 60, .delay = 8}},
    {"noisy", {.noise = 0.05}},
    {"noisy, late", {.delay = 8, .noise = 0.05}},
    {"every second", {.interval = 1}},
    {"every second, over half a minute", {.interval = 1, .window = 30, .noise = 0.03}},
    {"each half minute, over a minute", {.interval = 30, .window = 60}},
    {"older than it says", {.hidden = 40}},
    {"over a minute, older than it says", {.window = 60, .hidden = 55}},
};

TEST(Refuse, LetsInAsMuchAsItMayAndDoesNotSwing) {
  for (const auto& [name, measuring] : kMeasurings) {
    SCOPED_TRACE(name);
    Plant plant({}, measuring, thirteen);
    const auto rising = plant.run_until(600);
    EXPECT_LE(*std::ranges::max_element(rising), 30);
    const auto settled = plant.run_until(1800);
    const auto [low, high] = std::ranges::minmax_element(settled);
    const std::int32_t room = measuring.noise > 0 ? 5 : 2;  // 1 - 9.5 / 13 is 26.9 %
    EXPECT_GE(*low, 27 - room);
    EXPECT_LE(*high, 27 + room);
  }
}

TEST(Refuse, NeverGoesBeyondWhatIsNeededWithoutNoise) {
  for (const auto& [name, measuring] : kMeasurings) {
    if (measuring.noise > 0) continue;
    SCOPED_TRACE(name);
    Plant plant({.max_percent = 90}, measuring, thirteen);
    for (const std::int32_t percent : plant.run_until(1200)) EXPECT_LE(percent, 27);
  }
}

TEST(Refuse, EndsSoonAfterTheLoadFell) {
  for (const auto& [name, measuring] : kMeasurings) {
    SCOPED_TRACE(name);
    Plant plant({}, measuring, [](int second) { return second < 600 ? 13.0 : 8.0; });
    plant.run_until(600);
    EXPECT_GE(plant.percent(), 20);
    const auto falling = plant.run_until(600 + measuring.delay + 8 * measuring.hidden + 2 * measuring.window +
                                         4 * measuring.interval + 60);
    EXPECT_EQ(plant.percent(), 0);
    EXPECT_TRUE(std::ranges::is_sorted(falling, std::greater{})) << "it does not come again";
  }
}

TEST(Refuse, DoesNotBeginForWhatIsHardlyTooMuch) {
  // 9.9 of 10: 4 % would do, which is not worth it.
  Plant plant({}, {}, [](int) { return 9.9; });
  for (const std::int32_t percent : plant.run_until(600)) EXPECT_EQ(percent, 0);
}

TEST(Refuse, DoesNotBeginForOneMeasurement) {
  Plant plant({}, {}, [](int second) { return second == 300 ? 100.0 : 8.0; });
  for (const std::int32_t percent : plant.run_until(600)) EXPECT_EQ(percent, 0);
}

TEST(Refuse, TakesNoMoreThanItsMaximumAndTenPercentAtATime) {
  Plant plant({.max_percent = 25}, {}, [](int) { return 100.0; });
  std::int32_t before = 0;
  for (const std::int32_t percent : plant.run_until(300)) {
    EXPECT_LE(percent, before + 10);
    before = percent;
  }
  EXPECT_GE(before, 24);
}

TEST(Refuse, UsesTheRoomThatTargetsLeaveWhenItIsToldTo) {
  Plant plant({.utilization_above = 125}, {}, thirteen);
  plant.run_until(300);
  EXPECT_EQ(plant.percent(), 0);
}

TEST(Refuse, FollowsALoadThatGrowsAndShrinks) {
  Plant plant({.max_percent = 60}, {.window = 10}, [](int second) { return 13 + 5 * std::sin(second / 200.0); });
  plant.run_until(100);
  for (int second = 200; second < 2000; second += 5) {
    plant.run_until(second);
    EXPECT_LT(plant.utilization(), 110) << second;
    EXPECT_GT(plant.utilization(), 70) << second;
  }
}

TEST(Refuse, FallsToNothingInAMinuteWhenTheLoadIsUnknown) {
  Plant plant({}, {}, thirteen);
  plant.run_until(300);
  const std::int32_t before = plant.percent();
  ASSERT_GE(before, 24);
  plant.knows = false;
  plant.run_until(331);
  EXPECT_EQ(plant.reason(), Reason::overload_fades);
  EXPECT_NEAR(plant.percent(), before / 2.0, 2);
  plant.run_until(366);
  EXPECT_EQ(plant.percent(), 0);
  plant.run_until(600);
  EXPECT_EQ(plant.percent(), 0) << "nor does it begin again";
  plant.knows = true;
  plant.run_until(900);
  EXPECT_GE(plant.percent(), 24);
}

TEST(Refuse, WaitsWhileNotAllOfThemServe) {
  Plant plant({}, {}, thirteen);
  plant.crowd.serving = 9;
  plant.run_until(300);
  EXPECT_EQ(plant.percent(), 0);
  EXPECT_EQ(plant.reason(), Reason::overload_waits);
  plant.crowd.serving = 10;
  plant.run_until(600);
  const std::int32_t all = plant.percent();
  EXPECT_GE(all, 24);
  plant.crowd.serving = 8;  // two died: it is no reason to send more to the others
  plant.run_until(700);
  EXPECT_EQ(plant.percent(), all);
}

TEST(Refuse, IsNeverMoreThanItsMaximumOnceThatIsLowered) {
  Overload rules{.max_percent = 30};
  ShedMemory memory;
  Crowd crowd{.demand = Demand{20, story::at(5)}, .capacity = 10, .serving = 10, .full = true};
  EXPECT_EQ(refuse(rules, memory, crowd, 30, story::at(5)).percent, 30);
  rules.max_percent = 29;
  EXPECT_EQ(refuse(rules, memory, crowd, 30, story::at(6)).percent, 29);
}

TEST(Refuse, IsTakenBackAtOnceWhenThereCanBeMore) {
  Plant plant({}, {}, thirteen);
  plant.run_until(300);
  plant.crowd.full = false;
  plant.run_until(306);
  EXPECT_EQ(plant.percent(), 0);
}

TEST(Refuse, IsNotRaisedWithoutAJournalButLowered) {
  Plant plant({}, {}, [](int second) { return second < 300 ? 13.0 : 11.0; });
  plant.crowd.may_raise = false;
  plant.run_until(150);
  EXPECT_EQ(plant.percent(), 0);
  EXPECT_EQ(plant.reason(), Reason::overload_unwritten);
  plant.crowd.may_raise = true;
  plant.run_until(300);
  EXPECT_GE(plant.percent(), 24);
  plant.crowd.may_raise = false;
  plant.run_until(600);
  EXPECT_NEAR(plant.percent(), 14, 3);
}

}  // namespace
}  // namespace ballast
