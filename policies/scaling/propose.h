// Stages 3 and 4: what each signal asks for, by the HPA's arithmetic, and what follows from all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/plan.h"
#include "core/workload.h"
#include "policies/quality/grade.h"
#include "policies/scaling/ask.h"

namespace ballast {

/// What one signal asks for. Unclamped: bounds, rates and the right to shrink belong to later stages. A signal that
/// is not fresh proposes nothing, or more than there is.
struct Proposal {
  std::uint32_t signal = 0;
  std::optional<std::int32_t> replicas{};
  bool known = false;  ///< from a fresh signal
  bool operator==(const Proposal&) const = default;
};

/// Worked example: 950 requests/s, target AverageValue 100, 4 replicas: ratio 950/(100 × 4) = 2.375, outside
/// 1 ± 0.1, so ceil(950/100) = 10. Source: HPA replica calculator, k8s.io/kubernetes v1.36.3.
Proposal propose(const Workload& workload, const GradedSignal& signal, ReplicaCounts counts, std::vector<Step>& steps);

/// The largest proposal or, by `Combine::min`, the smallest. A signal that is unknown forbids going below `current`.
/// Nothing: hold, because nothing is known, or something is unknown and the rest asks for less; a hold is no proposal,
/// so stabilization never sees it.
std::optional<std::int32_t> combine(Combine combine, const std::vector<Proposal>& proposals, std::int32_t current,
                                    std::vector<Step>& steps);

}  // namespace ballast
