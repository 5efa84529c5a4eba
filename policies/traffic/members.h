// The life of members, as a pure stage: starting → ready → in the pool → retiring (weight 0) → nothing in flight or
// deadline → out of the pool → removed. Each arrow is one observation, so that a crash anywhere resumes where the
// world is, not where a program was.
#pragma once

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

/// Members that are asked to serve: what the target was told, less those that retire.
std::int32_t serving_told(const Memory& memory, const Observation& observation);

/// Fills `plan.members`, `plan.write` and `plan.touch_pools` for `plan.replicas`. Nothing is taken away, and no weight
/// is cut, while the journal cannot be written. Needs an observed target.
void plan_members(const Workload& workload, Memory& memory, const Observation& observation, Plan& plan);

}  // namespace ballast
