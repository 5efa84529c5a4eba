// How far each signal can be trusted now. Unknown is never zero: what is not fresh may hold or raise, never lower.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

/// One signal of the workload, judged at a time. `total` and `samples` are of its last good reading.
struct GradedSignal {
  std::uint32_t index = 0;  ///< its place in `Workload::signals`
  Grade grade = Grade::missing;
  double total = 0;  ///< sum over samples; meaningless while `samples` is 0
  std::size_t samples = 0;
  Duration age{};  ///< of the newest sample, at its source
  /// Not fresh, but its last value is younger than `staleAfter`: good enough to raise, not to lower.
  bool may_raise = false;
  std::int32_t repeats = 0;
};

/// Takes the arrivals of `observation` into memory, each to the signal with its fingerprint. A reading with a sample
/// that is no finite number is no reading.
void remember_arrivals(const Workload& workload, Memory& memory, const Observation& observation);

/// Every signal of the workload, in its order. Errors of the source count by the answer that came last.
std::vector<GradedSignal> grade(const Workload& workload, const Memory& memory, TimePoint now);

/// A step for each signal that is not fresh.
void explain_grades(const Workload& workload, const std::vector<GradedSignal>& signals, std::int32_t replicas,
                    std::vector<Step>& steps);

/// The window that a shrink has to be justified over: `scaleDown.stabilizationWindowSeconds`, 300 s by default.
Duration shrink_window(const Workload& workload);

/// The longest pause between two samples of one run: three polls or half the shrink window, whichever is longer, and
/// never above `staleAfter`. With 5 s polls, a window of 300 s and staleAfter 60 s that is 60 s.
Duration longest_gap(const Workload& workload, const Signal& signal);

/// What a member uses to start is no load, nor is it spread over those that serve: the HPA leaves unready pods out too.
bool is_load(const Signal& spec, const Sample& sample, const std::vector<Member>& members);

/// The memory of a signal, or null when nothing ever came.
const SignalMemory* find(const Memory& memory, Fingerprint signal);

}  // namespace ballast
