// The ports of the engine over a simulated world, with the faults that its plan holds and the bugs that a test plants.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "core/ports.h"
#include "core/probe.h"
#include "io/fetcher.h"
#include "io/time_source.h"
#include "tests/sim/faults.h"
#include "tests/sim/world.h"

namespace ballast::sim {

/// Mistakes that a program like this could make, switched on for a test that must catch them.
enum class Bug : std::uint8_t {
  unknown_is_zero,     ///< a source that does not answer reads as 0
  act_before_journal,  ///< acts although what it decided is not on the disk
  lost_drain,          ///< takes a member out of the pool at once
};
using Bugs = std::set<Bug>;

/// Everything that outlives a controller: the world, its faults, the clock.
struct Stage {
  World& world;
  const FaultPlan& faults;
  TimeSource& time;
  TimePoint began{};
  Bugs bugs{};
  bool dead = false;      ///< the controller was killed: nothing it still does reaches the world
  Time last_look = 0;     ///< when the controller last observed its target
  Time last_action = -1;  ///< when it last changed something, and what it had seen by then
  Time seen_before_action = 0;
  [[nodiscard]] Time now() const { return std::chrono::duration<double>(time.now() - began).count(); }
};

std::unique_ptr<Scaler> make_scaler(Stage& stage);
std::unique_ptr<Balancer> make_balancer(Stage& stage);
std::unique_ptr<Fetcher> make_fetcher(Stage& stage);

/// Reads `http://sim/SIGNAL`, whose page is `VALUE TIME`: the time at the source, in microseconds of engine time.
CompiledProbe probe_of(const std::string& signal);

}  // namespace ballast::sim
