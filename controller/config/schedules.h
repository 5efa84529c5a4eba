// From the schedules of a document to the windows that are open at a time.
#pragma once

#include <functional>
#include <vector>

#include "controller/engine/bound_workload.h"
#include "core/time.h"
#include "formats/window.h"

namespace ballast {

/// Says which of `windows` are open at a wall time. Recurring windows change at whole minutes only: they are looked at
/// once a minute, whatever the interval of decisions.
std::function<OpenWindows(WallTime)> open_windows(std::vector<Window> windows);

}  // namespace ballast
