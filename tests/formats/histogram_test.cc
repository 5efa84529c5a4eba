#include "formats/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ballast {
namespace {

constexpr double kInf = HUGE_VAL;

TEST(HistogramQuantile, InterpolatesWithinTheBucket) {
  const std::vector<Bucket> buckets{{1, 10}, {2, 30}, {kInf, 30}};
  EXPECT_EQ(histogram_quantile(0.5, buckets), 1.25);
  EXPECT_EQ(histogram_quantile(1.0 / 3, buckets), 1);
  EXPECT_EQ(histogram_quantile(1.0 / 6, buckets), 0.5);
  EXPECT_EQ(histogram_quantile(1, buckets), 2);
  EXPECT_EQ(histogram_quantile(0, buckets), 0);
}

TEST(HistogramQuantile, KnowsNothingAboveTheLastFiniteBoundAndBelowTheFirstNegativeOne) {
  EXPECT_EQ(histogram_quantile(0.99, {{1, 10}, {kInf, 100}}), 1);
  EXPECT_EQ(histogram_quantile(0.05, {{-1, 10}, {1, 20}, {kInf, 20}}), -1);
}

TEST(HistogramQuantile, TakesBucketsInAnyOrderTwiceAndFalling) {
  EXPECT_EQ(histogram_quantile(0.5, {{kInf, 30}, {2, 30}, {1, 10}}), 1.25);
  EXPECT_EQ(histogram_quantile(0.5, {{1, 5}, {1, 5}, {2, 15}, {2, 15}, {kInf, 30}}), 1.25);
  EXPECT_EQ(histogram_quantile(0.5, {{1, 10}, {2, 30}, {3, 29}, {kInf, 30}}), 1.25);
}

TEST(HistogramQuantile, IsUnknownWithoutObservationsOrBuckets) {
  EXPECT_EQ(histogram_quantile(0.5, {}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{kInf, 10}}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{1, 10}, {2, 20}}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{1, 0}, {kInf, 0}}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{1, NAN}, {kInf, 5}}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{NAN, 1}, {kInf, 5}}), std::nullopt);
}

TEST(HistogramQuantile, IsUnknownWhereItWouldBeNoFiniteNumber) {
  EXPECT_EQ(histogram_quantile(0.5, {{-kInf, 5}, {kInf, 6}}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{1, 1e308}, {1, 1e308}, {kInf, 1e308}, {kInf, 1e308}}), std::nullopt);
  EXPECT_EQ(histogram_quantile(0.5, {{-1.7e308, 1}, {1.7e308, 3}, {kInf, 3}}), std::nullopt);
}

TEST(HistogramQuantile, GrowsWithTheQuantileAndStaysWithinTheBounds) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Bucket> buckets;
    double bound = 0;
    double count = 0;
    for (std::uint64_t i = 0; i < 1 + random() % 8; ++i)
      buckets.push_back(
          {bound += 0.1 + static_cast<double>(random() % 50), count += static_cast<double>(random() % 9)});
    const double highest = bound;
    buckets.push_back({kInf, count + 1});
    double before = 0;
    for (int step = 0; step <= 20; ++step) {
      const auto value = histogram_quantile(step / 20.0, buckets);
      ASSERT_TRUE(value);
      ASSERT_GE(*value, before);
      ASSERT_LE(*value, highest);
      before = *value;
    }
  }
}

}  // namespace
}  // namespace ballast
