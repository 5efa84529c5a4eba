// To zero and back. A target of `minReplicas: 0` wakes as soon as one signal is above its activation threshold, and
// sleeps when every signal that could keep it awake was fresh and not above its own for the whole cooldown period.
// Unknown is never zero: it does not put to sleep, and wakes only as fallback. Source: KEDA's activation phase; unlike
// KEDA, rates hold on the way to zero, and the way up goes to what the signals ask for at once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/quality/grade.h"

namespace ballast {

/// Notes since when there is nothing to do. Nothing to do at zero replicas earns nothing: the cooldown begins awake.
void remember_idle(const Workload& workload, Memory& memory, const std::vector<GradedSignal>& signals,
                   std::int32_t current, TimePoint now);

/// Why a target at zero shall run, as a step without `after`: an active signal, or one that was unknown for
/// `fallback.after` with `wakeFromZero`. Nothing: it stays at zero, and `steps` say why.
std::optional<Step> reason_to_wake(const Workload& workload, const Memory& memory,
                                   const std::vector<GradedSignal>& signals, TimePoint now, std::vector<Step>& steps);

/// For how long there was nothing to do; nothing: there is.
std::optional<Duration> idle_for(const Memory& memory, TimePoint now);

}  // namespace ballast
