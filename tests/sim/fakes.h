// The ports of the engine over a simulated world, with the faults that its plan holds and the bugs that a test plants.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/ports.h"
#include "core/probe.h"
#include "io/fetcher.h"
#include "io/time_source.h"
#include "tests/lossy_vfs/lossy_vfs.h"
#include "tests/sim/faults.h"
#include "tests/sim/world.h"

namespace ballast::sim {

/// Mistakes that a program like this could make, switched on for a test that must catch them.
enum class Bug : std::uint8_t {
  unknown_is_zero,     ///< a source that does not answer reads as 0
  act_before_journal,  ///< acts although what it decided is not on the disk
  lost_drain,          ///< takes a member out of the pool at once
  stale_is_fresh,      ///< takes the time of the answer for the time of the sample
  repeats_relative,    ///< asks for "so many more", and once more when no answer came
  forgets,             ///< starts without what the one before had written down
};
inline constexpr Bug kBugs[] = {Bug::unknown_is_zero, Bug::act_before_journal, Bug::lost_drain,
                                Bug::stale_is_fresh,  Bug::repeats_relative,   Bug::forgets};
using Bugs = std::set<Bug>;

/// When every world begins.
inline constexpr TimePoint kBegan{std::chrono::seconds{1'700'000'000}};

/// Everything that outlives a controller: the world, its faults, the clock, the disk.
struct Stage {
  World& world;
  const FaultPlan& faults;
  TimeSource& time;
  LossyDisk& disk;
  Bugs bugs{};
  std::optional<Crash> crash{};
  bool killed = false;      ///< nothing that the controller still does reaches the world
  bool dies_next = false;   ///< at its next touch of anything
  std::uint64_t calls = 0;  ///< of scalers and balancers, over all controllers
  Time last_look = 0;       ///< when the controller last observed its target
  Time last_action = -1;    ///< when it last changed something, and what it had seen by then
  Time seen_before_action = 0;

  [[nodiscard]] Time now() const { return std::chrono::duration<double>(time.now() - kBegan).count(); }
  [[nodiscard]] bool dead() const { return killed || disk.crashed(); }
  void kill();
  /// A call arrives: whether it may take effect.
  bool begin_call();
  /// It has taken effect.
  void end_call();
};

std::unique_ptr<Scaler> make_scaler(Stage& stage);
std::unique_ptr<Balancer> make_balancer(Stage& stage);
std::unique_ptr<Fetcher> make_fetcher(Stage& stage);

/// Reads `http://sim/SIGNAL`, whose page is `VALUE TIME`: the time at the source, in microseconds of engine time.
CompiledProbe probe_of(const std::string& signal);

}  // namespace ballast::sim
