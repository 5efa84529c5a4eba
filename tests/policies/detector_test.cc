#include "policies/detection/detector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include "core/split_mix.h"

namespace ballast {
namespace {

constexpr TimePoint kBegin{std::chrono::seconds{1'700'000'000}};

/// A normal out of twelve uniforms: the same on every machine.
class Noise : public SplitMix {
 public:
  using SplitMix::SplitMix;
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += unit();
    return sum;
  }
};

using Series = std::vector<DetectorSample>;

/// One sample each 5 s.
Series series(int length, const std::function<double(int)>& value) {
  Series all;
  for (int i = 0; i < length; ++i) all.push_back({kBegin + std::chrono::seconds{5 * i}, value(i)});
  return all;
}

struct Run {
  FindingKind kind{};
  int first = 0;
  int last = 0;
};

/// Findings as runs of samples.
std::vector<Run> runs(const Series& samples) {
  DetectorMemory memory;
  std::vector<Run> found;
  for (int i = 0; i < static_cast<int>(samples.size()); ++i) {
    const auto finding = detect(memory, samples[static_cast<std::size_t>(i)]);
    if (!finding) continue;
    if (!found.empty() && found.back().last == i - 1 && found.back().kind == finding->kind)
      found.back().last = i;
    else
      found.push_back({finding->kind, i, i});
  }
  return found;
}

std::size_t count_runs(int seeds, int length, const std::function<double(int, Noise&)>& value) {
  std::size_t total = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    Noise noise(static_cast<std::uint64_t>(seed));
    total += runs(series(length, [&](int i) { return value(i, noise); })).size();
  }
  return total;
}

TEST(Detector, IsSilentOnSteadyNoise) {
  EXPECT_EQ(count_runs(20, 5000, [](int, Noise& noise) { return 100 + 5 * noise.normal(); }), 0U);
}

TEST(Detector, IsSilentOnADayThatComesAndGoes) {
  const auto day = [](int i, Noise& noise) {
    return 1000 + 600 * std::sin(2 * std::numbers::pi * i / 2000) + 30 * noise.normal();
  };
  EXPECT_EQ(count_runs(20, 5000, day), 0U);
}

TEST(Detector, IsSilentOnATrendThatItKnows) {
  EXPECT_EQ(count_runs(20, 5000, [](int i, Noise& noise) { return 0.5 * i + 5 * noise.normal(); }), 0U);
}

TEST(Detector, IsRarelyWrongOnHeavyTails) {
  // Exponential, as times between requests: about one sample in 60 lies beyond five times the mean distance.
  const std::size_t found = count_runs(20, 5000, [](int, Noise& noise) { return -std::log(1 - noise.unit()) * 100; });
  EXPECT_LE(found, 4U) << "of 100,000 samples";
}

TEST(Detector, IsSilentOnAQueueThatIsMostlyEmpty) {
  const auto queue = [](int, Noise& noise) { return noise.unit() < 0.1 ? 1 + std::floor(3 * noise.unit()) : 0.0; };
  EXPECT_LE(count_runs(20, 5000, queue), 4U) << "of 100,000 samples";
}

TEST(Detector, FindsEveryStepUpAndDownAtItsEcho) {
  for (const double level : {300.0, 10.0})
    for (int seed = 1; seed <= 50; ++seed) {
      Noise noise(static_cast<std::uint64_t>(seed));
      const auto found = runs(series(600, [&](int i) { return (i < 500 ? 100 : level) + 3 * noise.normal(); }));
      ASSERT_EQ(found.size(), 1U) << level << " seed " << seed;
      EXPECT_EQ(found[0].kind, level > 100 ? FindingKind::surge : FindingKind::drop);
      EXPECT_EQ(found[0].first, 501);
      EXPECT_LE(found[0].last, 510) << "a new level is no finding for ever";
    }
}

TEST(Detector, FindsTheNextStepAsWell) {
  Noise noise(7);
  const auto found = runs(series(1500, [&](int i) {
    const int level = 100 * (1 + i / 300);
    return level + 2 * noise.normal();
  }));
  ASSERT_EQ(found.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(found[i].first, 301 + 300 * static_cast<int>(i));
}

TEST(Detector, ASpikeWithoutAnEchoIsNoFindingAndIsForgotten) {
  for (const double spike : {1e3, 1e6, 1e200, -1e200}) {
    Noise noise(3);
    const auto found = runs(series(1000, [&](int i) {
      return i == 500 ? spike : i < 900 ? 100 + 3 * noise.normal() : 300 + 3 * noise.normal();
    }));
    ASSERT_EQ(found.size(), 1U) << spike;
    EXPECT_EQ(found[0].first, 901) << "as sensitive as before";
  }
}

TEST(Detector, AShortBurstEndsWhenItEnds) {
  Noise noise(5);
  const auto found = runs(series(600, [&](int i) { return (i >= 500 && i < 504 ? 400 : 100) + 3 * noise.normal(); }));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, 501);
  EXPECT_EQ(found[0].last, 503);
}

TEST(Detector, AConstantThatMovesIsFoundHoweverLittleItMoves) {
  const auto found = runs(series(300, [](int i) { return i < 200 ? 100.0 : 101.0; }));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, 201);
}

TEST(Detector, FindsNothingBeforeItHasLearned) {
  EXPECT_TRUE(runs(series(29, [](int i) { return i < 10 ? 1.0 : 1000.0; })).empty());
}

TEST(Detector, SaysWhatItExpectedAndSinceWhen) {
  Noise noise(1);
  DetectorMemory memory;
  std::optional<Finding> finding;
  const Series samples = series(2003, [&](int i) { return i < 2000 ? 100 + 5 * noise.normal() : 200.0 + i - 2000; });
  for (const DetectorSample& sample : samples) finding = detect(memory, sample);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->kind, FindingKind::surge);
  EXPECT_EQ(finding->since, samples[2000].at);
  EXPECT_EQ(finding->value, 202);
  EXPECT_NEAR(finding->expected_low, 100 - 3 * 4 + 6, 8);
  EXPECT_NEAR(finding->expected_high, 100 + 3 * 4 + 6, 8);
  EXPECT_GT(finding->confidence, 0.9);
  EXPECT_LE(finding->confidence, 1);
  EXPECT_EQ(finding, finding_of(memory));
}

TEST(Detector, ConfidenceGrowsWithEverySampleThatAgrees) {
  Noise noise(1);
  DetectorMemory memory;
  double before = 0;
  int agreeing = 0;
  for (const DetectorSample& sample : series(106, [&](int i) { return (i < 100 ? 100 : 900) + 5 * noise.normal(); })) {
    const auto finding = detect(memory, sample);
    if (!finding) continue;
    EXPECT_GT(finding->confidence, before);
    before = finding->confidence;
    ++agreeing;
  }
  EXPECT_EQ(agreeing, 5);
}

TEST(Detector, AfterALongPauseTheLevelBeginsAnewAndNothingIsClaimed) {
  Noise noise(9);
  DetectorMemory memory;
  for (const DetectorSample& sample : series(500, [&](int) { return 100 + 3 * noise.normal(); }))
    EXPECT_FALSE(detect(memory, sample));
  // Back after ten minutes at another level: what happened in between was not seen.
  for (int i = 0; i < 50; ++i)
    EXPECT_FALSE(detect(memory, {kBegin + std::chrono::seconds{3100 + 5 * i}, 400 + 3 * noise.normal()})) << i;
  // The scale was kept: a surge from there is found at once.
  EXPECT_FALSE(detect(memory, {kBegin + std::chrono::seconds{3350}, 800}));
  EXPECT_TRUE(detect(memory, {kBegin + std::chrono::seconds{3355}, 800}));
}

TEST(Detector, MissingSamplesNeitherHideNorInventASurge) {
  for (int seed = 1; seed <= 20; ++seed) {
    Noise noise(static_cast<std::uint64_t>(seed));
    Series kept;
    for (const DetectorSample& sample :
         series(2000, [&](int i) { return (i < 1500 ? 100 : 300) + 3 * noise.normal(); }))
      if (noise.unit() > 0.3) kept.push_back(sample);
    DetectorMemory memory;
    int early = 0;
    bool found = false;
    for (const DetectorSample& sample : kept) {
      const bool now = detect(memory, sample).has_value();
      const bool after = sample.at >= kBegin + std::chrono::seconds{7500};
      if (now && !after) ++early;
      if (now && after && sample.at < kBegin + std::chrono::seconds{7560}) found = true;
    }
    EXPECT_EQ(early, 0) << seed;
    EXPECT_TRUE(found) << seed;
  }
}

TEST(Detector, WhatIsNoNumberOrNotNewerNeverEnters) {
  Noise noise(2);
  DetectorMemory memory;
  for (const DetectorSample& sample : series(200, [&](int) { return 100 + 3 * noise.normal(); }))
    detect(memory, sample);
  const DetectorMemory before = memory;
  const TimePoint later = kBegin + std::chrono::seconds{5000};
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::max()})
    EXPECT_FALSE(detect(memory, {later, bad}));
  EXPECT_FALSE(detect(memory, {memory.at, 1e9}));
  EXPECT_FALSE(detect(memory, {memory.at - std::chrono::seconds{1}, 1e9}));
  EXPECT_EQ(memory, before);
}

TEST(Detector, StaysFiniteWhateverFiniteItIsFed) {
  Noise noise(4);
  constexpr double kOdd[] = {0, -0.0, 1e300, -1e300, 5e-324, -5e-324, 1, -1, 1e-300};
  for (int round = 0; round < 20; ++round) {
    DetectorMemory memory;
    for (const DetectorSample& sample : series(3000, [&](int) {
           return kOdd[static_cast<std::size_t>(noise.unit() * static_cast<double>(std::size(kOdd)))];
         })) {
      const auto finding = detect(memory, sample);
      ASSERT_TRUE(std::isfinite(memory.level) && std::isfinite(memory.scale) && std::isfinite(memory.tail));
      ASSERT_TRUE(std::isfinite(memory.score) && std::isfinite(memory.run_level) && std::isfinite(memory.spacing));
      if (!finding) continue;
      ASSERT_GE(finding->confidence, 0);
      ASSERT_LE(finding->confidence, 1);
      ASSERT_TRUE(std::isfinite(finding->expected_low) && std::isfinite(finding->expected_high));
    }
  }
}

/// Noise, two steps, a burst and a spike.
Series eventful(std::uint64_t seed) {
  Noise noise(seed);
  return series(1500, [&](int i) {
    double level = i < 400 ? 50 : i < 900 ? 130 : 40;
    if (i >= 1200 && i < 1205) level += 200;
    if (i == 700) level += 1000;
    return level + 3 * noise.normal();
  });
}

class DetectorInvariance : public testing::TestWithParam<std::uint64_t> {};

TEST_P(DetectorInvariance, UnitsOffsetsDatesAndPaceChangeNothing) {
  const Series plain = eventful(GetParam());
  Noise chance(GetParam() + 1000);
  const double factor = std::exp(20 * (chance.unit() - 0.5));
  const double offset = 1000 * factor * (chance.unit() - 0.5);
  const Duration move = std::chrono::hours{static_cast<int>(100'000 * (chance.unit() - 0.5))};
  const int pace = 1 + static_cast<int>(50 * chance.unit());
  DetectorMemory a;
  DetectorMemory b;
  int found = 0;
  for (const DetectorSample& sample : plain) {
    const TimePoint moved = kBegin + move + (sample.at - kBegin) * pace;
    const auto one = detect(a, sample);
    const auto other = detect(b, {moved, sample.value * factor + offset});
    ASSERT_EQ(one.has_value(), other.has_value());
    if (!one) continue;
    ++found;
    EXPECT_EQ(one->kind, other->kind);
    EXPECT_NEAR(one->score / other->score, 1, 1e-6);
    EXPECT_NEAR(one->confidence, other->confidence, 1e-6);
    EXPECT_EQ(kBegin + move + (one->since - kBegin) * pace, other->since);
    EXPECT_NEAR((one->expected_high * factor + offset - other->expected_high) / factor, 0, 1e-6);
  }
  EXPECT_GT(found, 15);
}

TEST_P(DetectorInvariance, UpsideDownASurgeIsADrop) {
  DetectorMemory a;
  DetectorMemory b;
  for (const DetectorSample& sample : eventful(GetParam())) {
    const auto one = detect(a, sample);
    const auto other = detect(b, {sample.at, -sample.value});
    ASSERT_EQ(one.has_value(), other.has_value());
    if (!one) continue;
    EXPECT_NE(one->kind, other->kind);
    EXPECT_EQ(one->score, other->score);
  }
}

TEST_P(DetectorInvariance, ACopyOfTheMemoryGoesOnAsIfNothingHappened) {
  const Series samples = eventful(GetParam());
  DetectorMemory memory;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    DetectorMemory copy = memory;
    const auto one = detect(memory, samples[i]);
    ASSERT_EQ(one, detect(copy, samples[i]));
    ASSERT_EQ(memory, copy);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DetectorInvariance, testing::Range<std::uint64_t>(1, 26));

TEST(Detector, RemembersAFewDozenBytes) { EXPECT_LE(sizeof(DetectorMemory), 96U); }

}  // namespace
}  // namespace ballast
