// A restart that a person ordered: rolling and drained. One member at a time is replaced: it goes once another one
// serves in its place.
#pragma once

#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "policies/traffic/ejection.h"

namespace ballast {

/// Marks the next member to be replaced, the oldest first, when nobody else is on the way out. Where replicas are at
/// their maximum, or nobody may be replaced now, it waits, and says so.
void restart_next(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                  std::vector<Step>& steps);

/// Whether everybody was started after the order was given. False while the target is not seen.
bool restart_is_done(const Order& order, const Observation& observation);

}  // namespace ballast
