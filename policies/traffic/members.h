// The life of members, as a pure stage: starting → ready → in the pool → retiring (weight 0) → nothing in flight or
// deadline → out of the pool → removed. Each arrow is one observation, so that a crash anywhere resumes where the
// world is, not where a program was.
#pragma once

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/traffic/ejection.h"

namespace ballast {

/// Members that are asked to serve: what the target was told, less those that retire or are replaced.
std::int32_t serving_told(const Memory& memory, const Observation& observation);

/// Where the target was never told of the other one that a replaced member needs, that member serves on as one of those
/// that shall.
void take_back_replacements(Memory& memory, const Observation& observation);

/// After a restart, a change of leader: who is not seen leaving serves on. A retirement that has not begun is a shrink
/// still to come, and must be earned again, whatever an old log says about it.
void keep_only_visible_retirements(const Workload& workload, Memory& memory, const Observation& observation);

/// A shrink that was not made leaves nobody retired of those it chose (`pending_at`), but who stands in a pool without
/// weight: it is decided anew, within the limits that hold then.
void take_back_retirements(Memory& memory, const Observation& observation);

/// Fills `plan.members`, `plan.write` and `plan.touch_pools` for `plan.replicas`. Nothing is taken away, and no weight
/// is cut, while the journal cannot be written. Needs an observed target.
void plan_members(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                  Plan& plan);

}  // namespace ballast
