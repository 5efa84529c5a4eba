// What a person says in the middle of a tick: after it was decided what to do, and before that is done.
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "tests/sim/process.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

/// A service whose load rises for two minutes from the first on, and its controller.
struct Rise {
  explicit Rise(bool has_pool)
      : service{.workload = one_load(),
                .world = WorldOptions{.demand = {.points = {{0, 10}, {60, 10}, {180, 190}}}, .has_pool = has_pool}} {
    if (has_pool) service.workload.pools = {Pool{.name = "pool", .fingerprint = 9}};
  }
  void play(EngineEvents events) {
    process.emplace(stage, std::move(events));
    ASSERT_EQ(process->failure(), "");
    process->run();
    for (Time step = 1; step <= 200; step += 1) {
      clock.run_until(kBegan + from_seconds(step));
      world.advance(step);
    }
  }
  /// Pauses, the first time.
  void pause() {
    if (told_then) return;
    told_then = world.told();
    process->say({.from = stage.now(), .to = 1000, .pause = true});
  }

  Service service;
  World world{service.world};
  FaultPlan faults{};
  SimClock clock{kBegan};
  LossyDisk disk{"mid-tick"};
  Stage stage{.sites = {Site{&world, &service}}, .faults = faults, .time = clock, .disk = disk};
  std::optional<std::int32_t> told_then{};  ///< replicas that the target had been told when the person paused
  std::optional<Process> process{};
};

TEST(MidTick, APauseAfterTheDecisionLeavesItUndone) {
  Rise rise(false);
  int undone = 0;
  EngineEvents events;
  events.decided = [&](const Workload&, const Record&) {
    if (rise.clock.now() >= kBegan + from_seconds(61) && rise.process->decision(0)->write) rise.pause();
  };
  events.acted = [&](const Workload&, ActionKind, const Result<Done>& result) {
    if (!result && result.error().code == Errc::cancelled) ++undone;
  };
  rise.play(std::move(events));
  ASSERT_TRUE(rise.told_then);
  EXPECT_EQ(undone, 1) << "it was about to be done";
  EXPECT_EQ(rise.world.told(), *rise.told_then);
}

TEST(MidTick, APauseBetweenThePoolsAndTheTargetLeavesTheTarget) {
  Rise rise(true);
  int undone = 0;
  EngineEvents events;
  events.acted = [&](const Workload&, ActionKind kind, const Result<Done>& result) {
    if (kind == ActionKind::weights && rise.process->decision(0)->write) rise.pause();
    if (!result && result.error().code == Errc::cancelled) ++undone;
  };
  rise.play(std::move(events));
  ASSERT_TRUE(rise.told_then);
  EXPECT_EQ(undone, 1) << "it was about to be done";
  EXPECT_EQ(rise.world.told(), *rise.told_then);
}

}  // namespace
}  // namespace ballast::sim
