// Plays one world with the real engine and the real journal, and hands what was seen to the oracle.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/engine/bound_workload.h"
#include "controller/engine/engine.h"
#include "core/workload.h"
#include "tests/sim/expect.h"
#include "tests/sim/fakes.h"
#include "tests/sim/faults.h"
#include "tests/sim/oracle.h"
#include "tests/sim/world.h"

namespace ballast::sim {

struct Play {
  Workload workload{};
  WorldOptions world{};
  std::vector<Dialect> dialects{};                 ///< in the order of the signals; those left out are plain
  std::vector<Service> others{};                   ///< beside it in the same controller
  std::function<OpenWindows(WallTime)> windows{};  ///< of the schedules of its own service
  FaultPlan faults{};
  Time length = 600;
  /// Faults are over and demand is constant from here on. Once the world is what it should be, and stays so for a
  /// while, the play ends; at `length` at the latest.
  Time quiet_from = 400;
  bool full_length = false;
  std::vector<Expectation> expected{};
  Bugs bugs{};
  std::optional<Crash> crash{};
  std::function<void(const Engine&, Time)> watch{};  ///< looks at the engine once a second
  bool trace = false;                                ///< keep what was decided and done, in words
};

/// What the journal holds at the end, in its order.
struct Entry {
  Time at = 0;
  bool snapshot = false;  ///< else a tick
};

/// What the newest decision was when somebody looked, once a second.
struct Told {
  Time at = 0;
  std::int32_t replicas = 0;
  std::bitset<kReasonCount> reasons{};  ///< of its steps
};

struct ServiceOutcome {
  std::vector<Event> events{};
  std::vector<Told> told{};
  std::vector<Time> heard{};    ///< when a source answered
  std::vector<Time> decided{};  ///< when a decision was another one than before
  std::int32_t initial = 0;     ///< members
  bool has_pool = true;
};

struct Outcome {
  std::vector<Violation> violations{};
  std::uint64_t digest = 0;  ///< of all that the worlds saw and of all decisions: replicas, reasons, times
  std::vector<ServiceOutcome> services{};
  std::vector<Time> asked{};  ///< when a source was asked
  std::vector<Notice> notices{};
  std::vector<Knock> knocks{};
  std::vector<std::string> said{};  ///< troubles, as people are told of them
  std::uint64_t words = 0;          ///< to the receiver
  std::uint64_t struck = 0;         ///< calls that met a trouble, and changes of the disk
  std::vector<Entry> log{};
  std::vector<std::string> trace{};
  std::size_t ticks = 0;
  std::size_t replayed = 0;  ///< ticks decided again from the journal, each bit for bit as then
  std::size_t skipped = 0;   ///< ticks after a hole that the disk left
  std::size_t kills = 0;
  std::uint64_t disk_points = 0;
  std::uint64_t calls = 0;  ///< of scalers and balancers
  bool crashed = false;     ///< the point of `Play::crash` was reached
  double lost = 0;          ///< requests
  Time ended = 0;
};

/// Deterministic: the same play gives the same outcome. Not two at once: they share the name of their disk.
Outcome play(const Play& play);

/// A random world and workload: small windows, odd rates, faults of all kinds, kills.
Play random_play(std::uint64_t seed);

/// All services of a play; the first is its own.
std::vector<Service> services_of(const Play& play);
/// What the oracle holds one of them to.
Promise promise_of(const Play& play, std::size_t service = 0);

/// For people: violations, troubles, and what happened. Plays it once more to tell.
std::string describe(Play play);

}  // namespace ballast::sim
