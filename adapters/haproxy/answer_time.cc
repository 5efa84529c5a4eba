#include "adapters/haproxy/answer_time.h"

#include <algorithm>
#include <cmath>

namespace ballast::haproxy {
namespace {

constexpr std::int64_t kSamples = 512;

/// The part of the mean of `before` answers that is left in that of `after`.
double share_left(std::int64_t before, std::int64_t after) {
  const std::int64_t plain = std::min(after, kSamples);
  double left = 1;
  if (before < plain) left = static_cast<double>(before) / static_cast<double>(plain);
  const std::int64_t moving = after - std::max(before, kSamples);
  if (moving > 0) left *= std::pow(1 - 1.0 / static_cast<double>(kSamples), static_cast<double>(moving));
  return left;
}

}  // namespace

AnswerTime advance(const AnswerTime& before, std::int64_t answers, double mean_ms) {
  if (!before.seen || answers < before.answers) return {.seen = true, .answers = answers, .mean_ms = mean_ms};
  if (answers == before.answers) return before;
  const double left = share_left(before.answers, answers);
  const double each = (mean_ms - left * before.mean_ms) / (1 - left);
  const std::int64_t more = std::min(answers - before.answers, kSamples);
  return {true, answers, mean_ms, before.timed + more, before.sum_ms + each * static_cast<double>(more)};
}

Duration error_of(const AnswerTime& now) { return std::chrono::milliseconds{2 * std::min(now.answers, kSamples)}; }

}  // namespace ballast::haproxy
