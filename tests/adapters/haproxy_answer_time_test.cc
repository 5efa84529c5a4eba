// The times of a server's answers out of the mean that HAProxy shows, played against that mean as HAProxy makes it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "adapters/haproxy/answer_time.h"

namespace ballast::haproxy {
namespace {

/// HAProxy's side: each answer moves the mean by its share of the last 512, and whole milliseconds are shown.
class Shown {
 public:
  void answer(double ms) {
    ++answers;
    mean += (ms - mean) / static_cast<double>(std::min<std::int64_t>(answers, 512));
    sum += ms;
  }
  [[nodiscard]] double rounded() const { return std::floor(mean + 0.5); }
  std::int64_t answers = 0;
  double mean = 0;
  double sum = 0;
};

TEST(AnswerTime, IsTheExampleOfItsHeader) {
  const AnswerTime first = advance({}, 100, 10);
  EXPECT_EQ(first.timed, 0) << "what was before the first look is not known to one who looks for the first time";
  EXPECT_DOUBLE_EQ(advance(first, 120, 25).sum_ms - first.sum_ms, 2000);
}

TEST(AnswerTime, StaysAsItIsWithoutAnAnswerAndBeginsAnewWithFewer) {
  const AnswerTime before = advance({}, 100, 10);
  EXPECT_EQ(advance(before, 100, 11), before);
  EXPECT_EQ(advance(before, 3, 7), (AnswerTime{.seen = true, .answers = 3, .mean_ms = 7}));
}

TEST(AnswerTime, OfMoreThanTheMeanRemembersCountsWhatItRemembers) {
  Shown shown;
  for (int i = 0; i < 1000; ++i) shown.answer(50);
  const AnswerTime before = advance({}, shown.answers, shown.rounded());
  for (int i = 0; i < 4500; ++i) shown.answer(50);
  for (int i = 0; i < 500; ++i) shown.answer(500);
  const AnswerTime after = advance(before, shown.answers, shown.rounded());
  EXPECT_EQ(after.timed, 512);
  EXPECT_LT(after.sum_ms, 512 * 500.0);
}

TEST(AnswerTime, IsKnownWithinItsErrorHoweverOftenOneLooks) {
  std::mt19937_64 chance{3};
  for (int round = 0; round < 200; ++round) {
    Shown shown;
    const double usual = 1 + static_cast<double>(chance() % 300);
    for (auto before = chance() % 2000; before > 0; --before) shown.answer(usual);
    AnswerTime time = advance({}, shown.answers, shown.rounded());
    const double sum = shown.sum;
    const double began = time.sum_ms;
    const double later = usual * (1 + static_cast<double>(chance() % 20));
    for (int look = 0; look < 20; ++look) {
      for (auto more = chance() % 8; more > 0; --more) shown.answer(later);
      time = advance(time, shown.answers, shown.rounded());
    }
    const double error = std::chrono::duration<double, std::milli>(error_of(time)).count();
    EXPECT_NEAR(time.sum_ms - began, shown.sum - sum, error + 1e-6) << round;
  }
}

}  // namespace
}  // namespace ballast::haproxy
