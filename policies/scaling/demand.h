// How much work the signals measure, in members: neither rounded nor held within a tolerance, since a share of it is
// worked out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/workload.h"
#include "policies/quality/grade.h"

namespace ballast {

struct Demand {
  double members = 0;  ///< that are busy up to their targets with it
  TimePoint at{};      ///< when it was measured
  Duration window{};   ///< how far it may reach back from then
  double room = 1;     ///< how many times its target a member carries
  bool operator==(const Demand&) const = default;
};

/// Of fresh signals with a target only: the largest or, by `Combine::min`, the smallest, if all of them are fresh.
/// Nothing: it is not known. `ready` members serve. Worked example: 950 requests/s at a target of 100 a member are 9.5
/// members; a mean cpu of 90 % at a target of 60 %, with 4 ready, are 6.
std::optional<Demand> measured_demand(const Workload& workload, const Memory& memory,
                                      const std::vector<GradedSignal>& signals, std::int32_t ready);

/// How far a reading may reach back from its time: its window, and where that time proves nothing as long as a value is
/// believed at all.
Duration reach(const Signal& spec, const Reading& reading);

/// When the oldest of the load that counts now came in. Nothing was measured: `now`.
TimePoint measured_since(const Workload& workload, const Memory& memory, TimePoint now);

}  // namespace ballast
