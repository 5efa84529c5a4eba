// Stage 5: raises ahead of a window's mean, and delays a shrink; never asks for fewer. Bounds, rates and the right to
// shrink belong to later stages, which hold for what is proposed here as for anything else.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/quality/grade.h"
#include "policies/scaling/propose.h"

namespace ballast {

/// What the stages before propose (nothing: hold), or more.
///
/// A signal runs ahead when the detector finds a surge in its newest stretches; before it has learned, when two
/// stretches in a row are at least twice the mean over the window (the KPA's panic threshold). Then the HPA's
/// arithmetic is asked once more, for the lower of the two: one sample alone raises nothing, its echo does. Members
/// that start are counted as there by that arithmetic, and a value that falls with more members is set against those
/// that were ready when it was measured, so that members that start slowly are not asked for twice.
///
/// What was found stays the least that is proposed for a window (at least 60 s, the KPA's stable window) after the last
/// stretch that ran ahead: by then the mean has caught up.
///
/// A found drop holds what there is while it is found (ten samples at most), for the shrink window at most: it may be
/// callers that cannot get in. With a window of 0 it holds nothing.
///
/// Mode DryRun leaves the same steps and returns `proposal`; Off forgets what was found.
std::optional<std::int32_t> surge(const Workload& workload, Memory& memory, const Observation& observation,
                                  const std::vector<GradedSignal>& signals, ReplicaCounts counts,
                                  std::optional<std::int32_t> proposal, std::vector<Step>& steps);

}  // namespace ballast
