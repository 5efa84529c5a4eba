// When an alert begins and ceases to fire: worked examples, and random histories against a slow reference that looks at
// the whole history each time.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "core/split_mix.h"
#include "policies/alerting/rule_state.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

using std::chrono::seconds;
using story::at;

constexpr std::uint64_t kAlert = 7;

struct Look {
  int second = 0;
  Holds holds = Holds::no;
  double value = 0;
};

/// The seconds at which it begins (positive) and ceases (negative) to fire.
std::vector<int> told(const std::vector<Look>& looks, AlertTiming timing) {
  std::vector<AlertMemory> memory;
  std::vector<AlertTransition> transitions;
  for (const Look& look : looks)
    look_at(kAlert, {look.holds, look.value}, timing, at(look.second), memory, transitions);
  std::vector<int> result;
  for (const AlertTransition& one : transitions) {
    const auto second = static_cast<int>(seconds{(one.at - story::kStart) / seconds{1}}.count());
    result.push_back(one.firing ? second : -second);
  }
  return result;
}

constexpr Holds kNo = Holds::no;
constexpr Holds kYes = Holds::yes;
constexpr Holds kUnknown = Holds::unknown;

TEST(RuleState, FiresAtOnceWithoutForAndEndsAtOnceWithoutKeepFiringFor) {
  EXPECT_EQ(told({{0, kNo}, {5, kYes}, {10, kYes}, {15, kNo}, {20, kNo}, {25, kYes}}, {}), (std::vector{5, -15, 25}));
}

TEST(RuleState, FiresOnceItHasHeldForLongEnoughAndForgetsWhatDidNotHoldMeanwhile) {
  EXPECT_EQ(told({{0, kYes}, {30, kYes}, {59, kYes}, {60, kYes}}, {.hold_for = seconds{60}}), (std::vector{60}));
  EXPECT_EQ(told({{0, kYes}, {50, kNo}, {60, kYes}, {110, kYes}, {120, kYes}}, {.hold_for = seconds{60}}),
            (std::vector{120}));
}

TEST(RuleState, DoesNotCountTimeInWhichNothingWasKnown) {
  EXPECT_EQ(told({{0, kYes}, {30, kYes}, {60, kUnknown}, {90, kYes}}, {.hold_for = seconds{60}}), (std::vector{90}));
  EXPECT_EQ(told({{0, kYes}, {30, kUnknown}, {60, kUnknown}, {90, kYes}, {119, kYes}, {120, kYes}},
                 {.hold_for = seconds{60}}),
            (std::vector{120}));
  EXPECT_TRUE(told({{0, kUnknown}, {3600, kUnknown}}, {}).empty()) << "unknown begins nothing";
}

TEST(RuleState, GoesOnFiringWhileNothingIsKnown) {
  EXPECT_EQ(told({{0, kYes}, {5, kUnknown}, {7200, kUnknown}, {7205, kNo}}, {}), (std::vector{0, -7205}));
}

TEST(RuleState, S70_CountsKeepFiringForFromTheFirstLookThatFoundItOver) {
  const AlertTiming timing{.keep_firing_for = seconds{60}};
  EXPECT_EQ(told({{0, kYes}, {50, kNo}, {109, kNo}, {110, kNo}}, timing), (std::vector{0, -110}));
  EXPECT_EQ(told({{0, kYes}, {50, kNo}, {100, kYes}, {150, kNo}, {209, kNo}, {210, kNo}}, timing),
            (std::vector{0, -210}))
      << "it holds again: counted anew";
  EXPECT_EQ(told({{0, kYes}, {3600, kNo}, {3601, kYes}}, timing), (std::vector{0})) << "nobody looked for an hour";
}

TEST(RuleState, IsNotKeptFiringForEverByASourceThatIsUnknownNowAndThen) {
  std::vector<Look> looks{{0, kYes}};
  for (int second = 10; second <= 300; second += 10) looks.push_back({second, second % 20 == 0 ? kUnknown : kNo});
  // Not holding is known of 10 s, and of the ten seconds before 30, 50, 70 and so on: the sixth of them ends at 130.
  EXPECT_EQ(told(looks, {.keep_firing_for = seconds{60}}), (std::vector{0, -130}));
}

TEST(RuleState, S69_TellsWhenItBeganAlsoWhenItEndsAndWhatWasFound) {
  std::vector<AlertMemory> memory;
  std::vector<AlertTransition> transitions;
  look_at(kAlert, {kYes, 12, MemberId{3}}, {}, at(0), memory, transitions);
  look_at(kAlert, {kNo, 4, MemberId{5}}, {}, at(9), memory, transitions);
  EXPECT_EQ(transitions, (std::vector<AlertTransition>{{kAlert, true, at(0), at(0), 12, MemberId{3}},
                                                       {kAlert, false, at(0), at(9), 4, MemberId{5}}}));
  EXPECT_TRUE(memory.empty()) << "what neither waits nor fires is not remembered";
}

TEST(RuleState, TakesALookAtTheSameTimeForOneWithoutTimeBetween) {
  EXPECT_EQ(told({{0, kYes}, {0, kUnknown}, {0, kYes}, {60, kYes}, {60, kNo}}, {.hold_for = seconds{60}}),
            (std::vector{60, -60}));
  EXPECT_TRUE(told({{0, kYes}, {60, kUnknown}, {60, kYes}}, {.hold_for = seconds{60}}).empty());
}

TEST(RuleState, KeepsAlertsApart) {
  std::vector<AlertMemory> memory;
  std::vector<AlertTransition> transitions;
  look_at(1, {kYes}, {}, at(0), memory, transitions);
  look_at(2, {kYes}, {.hold_for = seconds{60}}, at(0), memory, transitions);
  look_at(1, {kNo}, {}, at(60), memory, transitions);
  look_at(2, {kYes}, {.hold_for = seconds{60}}, at(60), memory, transitions);
  ASSERT_EQ(transitions.size(), 3U);
  EXPECT_EQ(transitions[2].alert, 2U);
  EXPECT_TRUE(transitions[2].firing);
  EXPECT_EQ(memory.size(), 1U);
}

/// The same from the whole history: known time is the sum of the steps that end with a look that knows.
class Reference {
 public:
  Reference(const std::vector<Look>& looks, AlertTiming timing) : looks_(looks), timing_(timing) {
    for (std::size_t i = 0; i < looks.size(); ++i) firing_.push_back(fires(i));
  }
  [[nodiscard]] std::vector<int> told() const {
    std::vector<int> result;
    for (std::size_t i = 0; i < looks_.size(); ++i)
      if (firing_[i] != (i > 0 && firing_[i - 1])) result.push_back(firing_[i] ? looks_[i].second : -looks_[i].second);
    return result;
  }

 private:
  /// The first look at or before `i` that found `what`, without one that found `breaks` after it.
  [[nodiscard]] std::size_t run_of(std::size_t i, Holds what, Holds breaks) const {
    std::size_t first = i;
    for (std::size_t j = i + 1; j-- > 0 && looks_[j].holds != breaks;)
      if (looks_[j].holds == what) first = j;
    return first;
  }
  [[nodiscard]] int known_between(std::size_t first, std::size_t last) const {
    int known = 0;
    for (std::size_t j = first + 1; j <= last; ++j)
      if (looks_[j].holds != kUnknown) known += looks_[j].second - looks_[j - 1].second;
    return known;
  }
  [[nodiscard]] bool fires(std::size_t i) const {
    const bool before = i > 0 && firing_[i - 1];
    if (looks_[i].holds == kUnknown) return before;
    if (looks_[i].holds == kYes) return before || seconds{known_between(run_of(i, kYes, kNo), i)} >= timing_.hold_for;
    return before && seconds{known_between(run_of(i, kNo, kYes), i)} < timing_.keep_firing_for;
  }

  const std::vector<Look>& looks_;
  AlertTiming timing_;
  std::vector<bool> firing_{};
};

TEST(RuleState, S69_IsThatOfASlowReferenceInRandomHistories) {
  std::size_t changes = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    SplitMix chance(seed);
    const auto below = [&chance](std::uint64_t n) { return static_cast<int>(chance.next() % n); };
    AlertTiming timing;
    timing.hold_for = seconds{below(3) == 0 ? 0 : below(90)};
    timing.keep_firing_for = seconds{below(3) == 0 ? 0 : below(90)};
    std::vector<Look> looks;
    int second = 0;
    Holds holds = kNo;
    for (int i = 0; i < 120; ++i) {
      if (below(4) == 0) holds = static_cast<Holds>(below(3));
      looks.push_back({second, below(8) == 0 ? kUnknown : holds, 1.0 * i});
      second += below(20) == 0 ? 0 : 1 + below(15);
    }
    const auto expected = Reference(looks, timing).told();
    changes += expected.size();
    ASSERT_EQ(told(looks, timing), expected) << "seed " << seed;
  }
  EXPECT_GT(changes, 10'000U) << "histories in which nothing happens test nothing";
}

}  // namespace
}  // namespace ballast
