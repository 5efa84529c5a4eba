// Weight moves to where it is cool, and comes to rest.
#include "policies/traffic/balance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace ballast {
namespace {

using ::testing::ElementsAre;

constexpr Balance kLatency{.by = BalanceBy::latency};

TEST(Balanced, IsTheExampleOfItsHeader) {
  EXPECT_THAT(balanced(kLatency, std::vector<Heat>{{50, 1}, {50, 1}, {100, 1}}), ElementsAre(1, 1, 0.8));
}

TEST(Balanced, LeavesNoiseAloneAndWhoIsNotKnown) {
  EXPECT_THAT(balanced(kLatency, std::vector<Heat>{{50, 0.7}, {55, 1}, {45, 1}}), ElementsAre(0.7, 1, 1));
  EXPECT_THAT(balanced(kLatency, std::vector<Heat>{{50, 1}, {{}, 0.5}, {50, 1}}), ElementsAre(1, 0.5, 1));
  EXPECT_THAT(balanced(kLatency, std::vector<Heat>{{500, 0.5}}), ElementsAre(0.5)) << "nobody to compare with";
}

TEST(Balanced, NeverBelowTheMinimumAndTheLargestIsWhole) {
  std::vector<Heat> members{{10, 1}, {10, 1}, {100'000, 1}};
  for (int i = 0; i < 100; ++i) {
    const auto shares = balanced(kLatency, members);
    for (std::size_t at = 0; at < 3; ++at) members[at].share = shares[at];
    EXPECT_EQ(*std::ranges::max_element(shares), 1);
  }
  EXPECT_DOUBLE_EQ(members[2].share, 0.1);
}

TEST(Balanced, WithoutBalanceAllAreWhole) {
  EXPECT_THAT(balanced({}, std::vector<Heat>{{10, 0.4}, {90, 1}}), ElementsAre(1, 1));
}

/// Members that differ in speed: the time to answer grows as each comes to its limit. Noise of 10 %.
TEST(Balanced, ComesToRestWhereMembersDiffer) {
  std::mt19937_64 chance{11};
  for (int round = 0; round < 100; ++round) {
    std::vector<double> speeds;
    for (int i = 0; i < 6; ++i) speeds.push_back(60 + static_cast<double>(chance() % 100));
    const double load = 0.6 * std::accumulate(speeds.begin(), speeds.end(), 0.0);
    std::vector<Heat> members(6);
    double moved = 0;
    double worst = 0;
    for (int interval = 0; interval < 200; ++interval) {
      double weights = 0;
      for (const Heat& member : members) weights += member.share;
      for (std::size_t i = 0; i < members.size(); ++i) {
        const double busy = std::min(0.99, load * members[i].share / weights / speeds[i]);
        const double noise = 0.9 + static_cast<double>(chance() % 1000) / 5000;
        members[i].heat = noise / (speeds[i] * (1 - busy));
        if (interval >= 100) worst = std::max(worst, busy);
      }
      const auto shares = balanced(kLatency, members);
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (interval >= 100) moved += std::abs(shares[i] - members[i].share);
        members[i].share = shares[i];
      }
    }
    EXPECT_LT(worst, 0.85) << "nobody is near its limit while 40 % of all is free";
    EXPECT_LT(moved / 600, 0.03) << "the mean movement of a share in an interval";
  }
}

}  // namespace
}  // namespace ballast
