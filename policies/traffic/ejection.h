// Members that answer worse than the others get nothing for a while: counts what each of them answered from look to
// look, ejects outliers within Envoy's limits, and lets the ejected return slowly.
//
// A member that must not be ejected, because the others could not carry the load, is replaced: another one is started
// first. Without a journal nobody is ejected, and never one that a person holds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/traffic/places.h"

namespace ballast {

/// How many members the load asks for, as far as it is known, how many shall serve, and the most that there may be.
struct Need {
  std::optional<std::int32_t> members{};
  std::int32_t replicas = 0;
  std::int32_t max_replicas = 0;
};

/// To start one and to let another one go must both be allowed: by mode, behavior, schedules and people.
bool may_replace(const Workload& workload, const Observation& observation);

/// For every pool with `outlierDetection` or `balance`, after `remember_members`. A step for each member that is out or
/// returns.
void judge_members(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                   std::vector<Step>& steps);

}  // namespace ballast
