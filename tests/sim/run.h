// Plays one world with the real engine and the real journal, and hands what was seen to the oracle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/workload.h"
#include "tests/sim/fakes.h"
#include "tests/sim/faults.h"
#include "tests/sim/oracle.h"
#include "tests/sim/world.h"

namespace ballast::sim {

struct Play {
  Workload workload{};
  WorldOptions world{};
  FaultPlan faults{};
  Time length = 600;
  Time quiet_from = 400;  ///< faults are over and demand is constant from here on
  Bugs bugs{};
};

struct Outcome {
  std::vector<Violation> violations{};
  std::uint64_t digest = 0;
  std::size_t events = 0;
  std::size_t ticks = 0;
  std::size_t kills = 0;
  double lost = 0;
  std::vector<std::string> story{};  ///< events as text, for a failing seed
};

/// Deterministic: the same play gives the same outcome.
Outcome play(const Play& play);

/// A random world and workload: small windows, odd rates, faults of all kinds, kills.
Play random_play(std::uint64_t seed);

/// What the oracle holds a workload to.
Promise promise_of(const Workload& workload, const WorldOptions& world);

}  // namespace ballast::sim
