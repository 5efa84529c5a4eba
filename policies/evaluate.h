// The two pure functions that every way into Ballast calls: the daemon, the operator, replay, backtest, simulation.
#pragma once

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/status.h"
#include "core/workload.h"

namespace ballast {

/// What to do now for one workload. Changes its memory in place. Cannot fail: without data it holds and says why.
Plan evaluate(const Workload& workload, Memory& memory, const Observation& observation);

/// What people are told: conditions with transition times, last scale time, per-signal state.
Status report(const Workload& workload, const Status& before, const Observation& observation, const Memory& memory,
              const Plan& plan);

}  // namespace ballast
