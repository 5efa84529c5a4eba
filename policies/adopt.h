// What of a memory is still true for this workload and this target.
#pragma once

#include "core/memory.h"
#include "core/observation.h"
#include "core/workload.h"

namespace ballast {

/// Keeps what still has its meaning and drops the rest: another target drops all, another uid of the same target all
/// that belonged to the old one, a signal that is asked of another source or by another query its own part. A changed
/// target value, bounds or behavior drops nothing. New `evidence_from` (own start, leader change, recovery) starts all
/// runs anew: the right to shrink must be earned again.
void adopt(const Workload& workload, Memory& memory, const Observation& observation);

}  // namespace ballast
