// Stage 1, activation: the cases before metrics, as the HPA has them, and the way to zero.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/quality/grade.h"
#include "policies/scaling/bounds.h"
#include "policies/scaling/demand.h"
#include "policies/scaling/propose.h"

namespace ballast {

/// What the stages of one evaluation share. The target is there.
struct Situation {
  const Workload& workload;
  const Observation& observation;
  const std::vector<GradedSignal>& signals;
  ReplicaCounts counts{};
  Bounds bounds{};
  std::optional<Demand> demand{};  ///< as measured: of what pools let in
};

/// Paused, off, outside the bounds of now. Nothing: go on.
std::optional<std::int32_t> before_signals(const Situation& now, std::vector<Step>& steps);

/// Down to zero, by as much as rates and the guard allow now, once there was nothing to do for the cooldown period; it
/// takes the place of the stabilization window. Nothing: not now, signals decide.
std::optional<std::int32_t> fall_asleep(const Situation& now, const Memory& memory, std::vector<Step>& steps);

/// Of a target that may be at zero: says of the steps from `first` on, where a floor of one replica held it, what it
/// waits for.
void explain_cooldown(const Situation& now, const Memory& memory, std::vector<Step>& steps, std::size_t first);

}  // namespace ballast
