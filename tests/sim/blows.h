// Single blows of a plan, in the order of their times.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/sim/faults.h"

namespace ballast::sim {

enum class BlowKind : std::uint8_t {
  disk_changes,
  kill,
  member_fails,
  counters_reset,
  wall_steps,
  sickens,
  says,
  meddles
};
struct Blow {
  Time at = 0;
  BlowKind kind{};
  Time by = 0;            ///< of a step of the wall clock
  std::size_t which = 0;  ///< of `FaultPlan::sick`, `words` or `hands`
  auto operator<=>(const Blow&) const = default;
};

std::vector<Blow> blows_of(const FaultPlan& faults);

}  // namespace ballast::sim
