// Feeds each arrived sample of each signal to its detector, as fast as the signal can be seen: a mean over a window is
// turned into what its newest stretch alone must have been.
#pragma once

#include <optional>

#include "core/finding.h"
#include "core/memory.h"
#include "core/observation.h"
#include "core/workload.h"

namespace ballast {

/// Watches all arrivals of `observation`, in their order. What is no finite number, not newer than what was taken, or
/// too close to it to tell anything (a twentieth of its window) is left out. A value that did not change at all is the
/// same scrape once more, until half a window has passed.
///
/// A mean M over W that was read dt after the one before has gained its newest stretch and lost its oldest:
/// stretch = lost + (M - M before) × W / dt. What was lost is not remembered: the lowest mean of the last one to two
/// windows stands for it, so that the stretch is rather too low than too high.
/// Example: W 60 s, reads each 5 s, load steps from 100 to 500: the mean rises by 33.3 a read to 133.3, and the stretch
/// is 100 + 33.3 × 12 = 500 at once. A reading without a window, or whose window hardly overlaps with that of the
/// one before (a rate between two polls), is its own stretch.
void watch_arrivals(const Workload& workload, Memory& memory, const Observation& observation);

/// The watch of a signal, or null when nothing ever came.
const WatchMemory* find_watch(const Memory& memory, Fingerprint signal);

/// What the last two stretches agree on: the lower of them. Nothing: there is only one, or they lie too far apart to be
/// each other's echo.
std::optional<double> agreed(const FastMemory& fast);

/// What the detector says of the signal, if it still says so at `now`: a source that fell silent says nothing.
std::optional<Finding> current_finding(const Signal& signal, const Memory& memory, TimePoint now);

}  // namespace ballast
