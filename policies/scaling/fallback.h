// What a signal asks for that has been unknown for long: never fewer replicas than there are. It leaves when the signal
// is known again, and what it raised goes the way of every shrink, by evidence.
// Source: KEDA's `fallback`, where Static may also lower; here it is at least that many, as CurrentReplicasIfHigher.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/quality/grade.h"
#include "policies/scaling/propose.h"

namespace ballast {

/// Notes since when each signal is unknown. A signal that only members give is not missed while there are none
/// (`at_zero`).
void remember_unknown(const Workload& workload, Memory& memory, const std::vector<GradedSignal>& signals, bool at_zero,
                      TimePoint now);

/// For how long the signal has been unknown, when that is at least `fallback.after`; else nothing.
std::optional<Duration> in_fallback(const Workload& workload, const Memory& memory, const Signal& signal,
                                    TimePoint now);

/// What `proposal`, of a signal that is not known, becomes when the signal is in fallback. A raise is a proposal, a
/// hold is none, so that stabilization never sees it.
void fall_back(const Workload& workload, const Memory& memory, std::int32_t current, TimePoint now, Proposal& proposal,
               std::vector<Step>& steps);

/// What fallback makes of `replicas`: that many, or what it was told to keep when that is more.
std::int32_t fallback_replicas(const Fallback& fallback, std::int32_t replicas);

}  // namespace ballast
