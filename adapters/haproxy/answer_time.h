// The time that a server's answers took, out of the mean that HAProxy shows. Pure.
//
// HAProxy shows `rtime`, whole milliseconds: the plain mean of the first 512 answers, from then on each answer moves it
// by a 512th of the distance. Between two looks at k more answers the mean goes from a to b; were they all alike, each
// took (b - A a) / (1 - A), where A is what is left of the old mean. The rounding of a mean is taken back by the next
// look: it does not add up. Of more than 512 answers between two looks the mean has forgotten the first: only so many
// count.
// Source: HAProxy 2.6, include/haproxy/freq_ctr.h (swrate_add_dynamic), TIME_STATS_SAMPLES.
#pragma once

#include <cstdint>

#include "core/time.h"

namespace ballast::haproxy {

/// What was seen since the first look; another process that looks begins anew.
struct AnswerTime {
  bool seen = false;
  std::int64_t answers = 0;  ///< as HAProxy shows them
  double mean_ms = 0;
  std::int64_t timed = 0;  ///< answers whose time is in `sum_ms`
  double sum_ms = 0;
  bool operator==(const AnswerTime&) const = default;
};

/// What it is after a look. Fewer answers than before: HAProxy began anew, and so does this.
/// Worked example: 100 answers of 10 ms, then 20 more and a mean of 25 ms: 120 x 25 - 100 x 10 = 2,000 ms more.
AnswerTime advance(const AnswerTime& before, std::int64_t answers, double mean_ms);

/// How far a difference of two sums may be off for the rounding of two means.
Duration error_of(const AnswerTime& now);

}  // namespace ballast::haproxy
