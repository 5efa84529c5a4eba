// Stage 10: the last word, and that word is "no". A shrink needs positive evidence; a raise within bounds does not.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

inline constexpr std::int32_t kSamplesForShrink = 3;

/// What every cut needs, whoever asks for it: a mode that allows it, a journal that can be written, pools that are
/// seen. A step when it may not be.
bool may_take_away(const Workload& workload, const Observation& observation, std::int32_t current, std::int32_t decided,
                   std::vector<Step>& steps);

/// `decided` when it may stand, else `current`. A shrink stands when every signal with a target has a run of at least
/// three samples that covers `window` and lies after our own start, the journal can be written and the mode
/// allows it. Source: rule 2 of safety: a shrink needs positive evidence.
std::int32_t guard(const Workload& workload, const Memory& memory, const Observation& observation, Duration window,
                   std::int32_t current, std::int32_t decided, std::vector<Step>& steps);

}  // namespace ballast
