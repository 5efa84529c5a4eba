// Gates about what is done to the lanes: sick workers, metrics that lie, a daemon that is killed; and what people were
// told of it.
#pragma once

#include <vector>

#include "examples/demo/gate.h"
#include "examples/demo/logs.h"
#include "examples/demo/measure.h"

namespace ballast_demo {

Gate ejected_gate(const LaneMeasure& lane);
Gate failures_gate(const LaneMeasure& lane);
Gate lie_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events);
/// Shown, not wished for: KEDA's lane has fewer workers than the load needs, because its metric lies.
Gate keda_gate(const LaneMeasure& keda, const Terms& terms, const std::vector<PlayEvent>& events);
/// Both lanes beside Ballast's do what their rules say: a broken one shows nothing.
Gate rivals_gate(const LaneMeasure& hpa, const LaneMeasure& keda, const Terms& terms);
Gate untouched_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events);
Gate restart_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events);
/// The daemon works again, and the objective is met again.
Gate again_gate(const LaneMeasure& lane, const std::vector<PlayEvent>& events);
/// What was open at the kill is told as over after it.
Gate told_over_kill_gate(const std::vector<Told>& told, const std::vector<PlayEvent>& events);
Gate told_gate(const std::vector<Told>& told);

}  // namespace ballast_demo
