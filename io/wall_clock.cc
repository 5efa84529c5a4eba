#include "io/wall_clock.h"

namespace ballast {

WallTime wall_clock_now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

}  // namespace ballast
