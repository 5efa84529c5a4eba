// Gates about the load that rises, stays and falls: how fast it was followed, and that nothing was taken away too soon.
#pragma once

#include <cstdint>
#include <optional>

#include "examples/demo/gate.h"
#include "examples/demo/measure.h"

namespace ballast_demo {

Gate reaction_gate(const LaneMeasure& lane);
Gate recovery_gate(const LaneMeasure& lane, const Terms& terms);
Gate kept_gate(const LaneMeasure& lane);
Gate early_gate(const LaneMeasure& lane, const Terms& terms);
Gate returned_gate(const LaneMeasure& lane, const Terms& terms);
Gate fixed_gate(const LaneMeasure& fixed);

/// The smallest pool that serves more than the peak: 300/s at 20/s a worker needs 16, 15 would never catch up.
std::int64_t needed_workers(const LaneMeasure& lane, const Terms& terms);

/// When the objective was met again after the load exceeded the base: the first second from which five in a row are
/// met. Nothing when there is none before the load fell.
std::optional<std::int64_t> recovered_at(const LaneMeasure& lane, const Surge& surge);

/// When the last step down to the base was made; nothing when more, or fewer, are left at the end.
std::optional<std::int64_t> returned_at(const LaneMeasure& lane, const Terms& terms);

/// The first worker that was started at this time or later; null: none was.
const WorkerLife* first_started(const LaneMeasure& lane, std::int64_t from_us);

}  // namespace ballast_demo
