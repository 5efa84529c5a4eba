// A person's word about replicas. Precedence: pause > freeze > scale-for > ... > schedule > signals; nothing beats the
// policy's own bounds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/observation.h"
#include "core/plan.h"
#include "policies/scaling/activation.h"

namespace ballast {

/// The replicas that an order asks for, within minReplicas and maxReplicas of the policy; nothing: there is none. A cut
/// needs no evidence, since somebody answers for it, but what every cut needs: a journal and pools that are seen.
std::optional<std::int32_t> ordered_replicas(const Situation& now, std::vector<Step>& steps);

/// `decided`, or `current` when a person froze the direction.
std::int32_t frozen_by_order(const Observation& observation, std::int32_t current, std::int32_t decided,
                             std::vector<Step>& steps);

}  // namespace ballast
