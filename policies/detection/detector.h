// Finds surges and drops in a series, sample by sample: the distance to a short mean, in units of the slowly learned
// usual distance. Knows nothing of units, offsets, dates, limits or the future; what a finding permits is not decided
// here. Another detector takes its place behind these two functions.
#pragma once

#include <optional>

#include "core/finding.h"
#include "core/memory.h"

namespace ballast {

struct DetectorSample {
  TimePoint at{};
  double value = 0;
};

/// One step: learns the sample and says what there is to say now. A sample that is not newer than the last, no finite
/// number, or beyond 1e300 is not learned. Cost: well below a microsecond.
///
/// Nothing is found in the first 30 samples, nor by one sample alone: the second in a row that is not expected is the
/// echo. Ten in a row are the new level, and the finding is over. After a pause of more than ten usual distances
/// between samples the level begins anew, for what happened in the pause was not seen.
///
/// Source: AIOps challenge 2018, |x - EWMA10(x)| over the EWMA of it (time constant 1,500 samples), both clipped at 5.
/// Example: level 100, usual distance 2, two samples of 130 and 132: the second is a surge of score 15.8, expected
/// 95 to 107 by then.
std::optional<Finding> detect(DetectorMemory& memory, DetectorSample sample);

/// What `detect` said last.
std::optional<Finding> finding_of(const DetectorMemory& memory);

/// Whether it has seen enough to find something.
bool has_learned(const DetectorMemory& memory);

}  // namespace ballast
