// The alerting stage of a tick: which alerts begin or cease to fire.
#pragma once

#include <vector>

#include "core/alert.h"
#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/status.h"
#include "core/workload.h"

namespace ballast {

/// Looks at the workload's rules and the built-in alerts, after `report`. Changes `memory.alerts`; what fired by a rule
/// that is gone ends. In the order of the rules, then of the built-in alerts' names.
std::vector<AlertTransition> judge_alerts(const Workload& workload, Memory& memory, const Observation& observation,
                                          const Status& status);

}  // namespace ballast
