// What the wall clock shows, for programs that end at once and have no loop.
#pragma once

#include "core/time.h"

namespace ballast {

/// UTC. What runs for longer takes time from a TimeSource.
[[nodiscard]] WallTime wall_clock_now();

}  // namespace ballast
