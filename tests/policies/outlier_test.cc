// Envoy's statistics with its own worked example, and ours of latency.
#include "policies/traffic/outlier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace ballast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

OutlierDetection only(auto change) {
  OutlierDetection rules;
  rules.success_rate.stdev_factor = 0;
  rules.failure_percentage.threshold = 0;
  rules.latency.factor = 0;
  change(rules);
  return rules;
}

std::vector<Answered> rates(const std::vector<int>& good_percent, std::int64_t answers = 100) {
  std::vector<Answered> members;
  for (const int good : good_percent)
    members.push_back({.id = MemberId{static_cast<std::uint32_t>(members.size() + 1)},
                       .answers = answers,
                       .failures = answers * (100 - good) / 100});
  return members;
}

std::vector<Answered> means(const std::vector<Duration>& each, std::int64_t answers = 20, Duration error = {}) {
  std::vector<Answered> members;
  for (const Duration mean : each)
    members.push_back({.id = MemberId{static_cast<std::uint32_t>(members.size() + 1)},
                       .answers = answers,
                       .timed = answers,
                       .answering = mean * answers,
                       .answering_error = error});
  return members;
}

std::vector<std::uint32_t> ids(const std::vector<Outlier>& found) {
  std::vector<std::uint32_t> list;
  for (const Outlier& outlier : found) list.push_back(static_cast<std::uint32_t>(outlier.id));
  return list;
}

const auto kRate = only([](OutlierDetection& rules) { rules.success_rate = {}; });
const auto kFailures = only([](OutlierDetection& rules) { rules.failure_percentage = {}; });
const auto kLatency = only([](OutlierDetection& rules) { rules.latency = {}; });

TEST(SuccessRateThreshold, IsThatOfEnvoysExample) {
  const std::vector<double> rates{50, 100, 100, 100, 100};
  const auto threshold = success_rate_threshold(rates, 1.9);
  EXPECT_DOUBLE_EQ(threshold->mean, 90);
  EXPECT_DOUBLE_EQ(threshold->threshold, 52);
  EXPECT_FALSE(success_rate_threshold({}, 1.9));
}

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(median({}), std::nullopt);
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1}), 5);
  EXPECT_EQ(median({9, 1, 2}), 2);
}

TEST(SuccessRateOutlier, IsFarBelowTheMeanOfEnough) {
  const auto found = outliers(kRate, rates({50, 100, 100, 100, 100}));
  ASSERT_THAT(ids(found), ElementsAre(1));
  EXPECT_EQ(found[0].reason, Reason::ejected_success_rate);
  EXPECT_THAT(found[0].numbers, ElementsAre(50, testing::DoubleEq(52), 90, 100));
  EXPECT_THAT(outliers(kRate, rates({53, 100, 100, 100, 100})), Not(IsEmpty()));
  EXPECT_THAT(outliers(kRate, rates({50, 100, 100, 100})), IsEmpty()) << "fewer than minimumHosts";
  EXPECT_THAT(outliers(kRate, rates({50, 100, 100, 100, 100}, 98)), IsEmpty()) << "fewer than requestVolume";
  EXPECT_THAT(outliers(kRate, rates({50, 50, 100, 100, 100})), IsEmpty()) << "two of five are no outliers";
}

TEST(SuccessRateOutlier, IsNobodyWhereAllAreAlike) {
  for (int good = 0; good <= 100; ++good)
    EXPECT_THAT(outliers(kRate, rates({good, good, good, good, good, good, good}, 300)), IsEmpty()) << good;
}

TEST(FailurePercentageOutlier, FailsItselfWhateverTheOthersDo) {
  const auto found = outliers(kFailures, rates({15, 16, 0}));
  ASSERT_THAT(ids(found), ElementsAre(1, 3));
  EXPECT_THAT(found[0].numbers, ElementsAre(85, 85, 100, 0));
  EXPECT_THAT(outliers(kFailures, rates({0})), IsEmpty()) << "fewer than minimumHosts";
  EXPECT_THAT(outliers(kFailures, rates({0, 0}, 19)), IsEmpty()) << "fewer than requestVolume";
}

TEST(LatencyOutlier, IsManyTimesSlowerThanTheMedian) {
  const auto found = outliers(kLatency, means({50ms, 500ms, 60ms}));
  ASSERT_THAT(ids(found), ElementsAre(2));
  EXPECT_THAT(found[0].numbers, ElementsAre(500, 60, 3, 20));
  EXPECT_THAT(outliers(kLatency, means({50ms, 180ms, 60ms})), IsEmpty()) << "exactly factor times";
  EXPECT_THAT(outliers(kLatency, means({50ms, 500ms})), IsEmpty()) << "fewer than minimumHosts";
  EXPECT_THAT(outliers(kLatency, means({50ms, 500ms, 60ms}, 4)), IsEmpty()) << "fewer than requestVolume";
  EXPECT_THAT(outliers(kLatency, means({1ms, 19ms, 1ms})), IsEmpty()) << "below atLeast";
}

TEST(LatencyOutlier, HasTheDoubtOfItsMeasurementOnItsSide) {
  EXPECT_THAT(ids(outliers(kLatency, means({50ms, 500ms, 60ms}, 20, 1s))), ElementsAre(2)) << "450 of 3 x 110";
  EXPECT_THAT(outliers(kLatency, means({50ms, 500ms, 60ms}, 20, 2s)), IsEmpty()) << "400 of 3 x 160";
}

TEST(Outliers, AreListedOnceInTheOrderOfMembers) {
  OutlierDetection rules;
  auto members = rates({100, 100, 100, 100, 0, 100, 100, 100});
  for (Answered& member : members) {
    member.timed = 100;
    member.answering = 50ms * 100;
  }
  members[0].answering = 500ms * 100;
  const auto found = outliers(rules, members);
  ASSERT_THAT(ids(found), ElementsAre(1, 5));
  EXPECT_EQ(found[0].reason, Reason::ejected_latency);
  EXPECT_EQ(found[1].reason, Reason::ejected_success_rate);
}

TEST(Outliers, AreNeverMoreThanHalfByComparison) {
  std::mt19937_64 chance{7};
  const auto comparing = only([](OutlierDetection& rules) {
    rules.success_rate = {.minimum_hosts = 2, .request_volume = 1};
    rules.latency = {.request_volume = 1, .at_least = {}};
  });
  for (int round = 0; round < 3000; ++round) {
    std::vector<Answered> members;
    const auto count = 1 + chance() % 20;
    for (std::uint32_t id = 1; id <= count; ++id) {
      const auto answers = static_cast<std::int64_t>(chance() % 1000);
      const auto failures = answers == 0 ? 0 : static_cast<std::int64_t>(chance()) % (answers + 1);
      members.push_back({MemberId{id},
                         answers,
                         std::max<std::int64_t>(failures, 0),
                         answers,
                         std::chrono::milliseconds{chance() % 100'000} * answers,
                         {}});
    }
    const auto found = outliers(comparing, members);
    // Each of the two comparisons leaves at least half of the members where they are.
    EXPECT_LE(found.size(), count);
    const auto slow = std::ranges::count(found, Reason::ejected_latency, &Outlier::reason);
    EXPECT_LE(2 * slow, static_cast<std::int64_t>(count));
  }
}

}  // namespace
}  // namespace ballast
