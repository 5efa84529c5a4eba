// When the controller decides: as soon as all signals have answered, and once in an interval.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "tests/sim/process.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr Time kJump = 71;  ///< ten times the load, between two polls

TEST(Ticks, AReadingIsDecidedOnWhenItComesAndNotAnIntervalLater) {
  Service service{.workload = one_load(),
                  .world = WorldOptions{.demand = {.points = {{0, 10}, {kJump, 10}, {kJump + 0.5, 100}}},
                                        .start_delay_max = 1,
                                        .has_pool = false,
                                        .chooses_members = false}};
  World world{service.world};
  FaultPlan faults{};
  SimClock clock{kBegan};
  LossyDisk disk{"ticks"};
  Stage stage{.sites = {Site{&world, &service}}, .faults = faults, .time = clock, .disk = disk};
  int ticks = 0;
  EngineEvents events;
  events.ticked = [&ticks](const Workload&, Duration) { ++ticks; };
  Process process(stage, events);
  ASSERT_EQ(process.failure(), "");
  process.run();
  for (Time step = 1; step <= kJump + 2; step += 1) {
    clock.run_until(kBegan + from_seconds(step));
    world.advance(step);
    if (step == kJump) {
      EXPECT_LT(world.told(), 3);
    }
  }
  EXPECT_GT(world.told(), 3) << "the poll a second after the jump has seen it";
  EXPECT_LE(ticks, 2 + 73 / 2) << "one at the start, one when the first answer comes, then one in an interval";
  EXPECT_GE(ticks, 73 / 2);
}

TEST(Ticks, WaitingForASilentSourceIsNoDelayOfTheEngine) {
  Service service{.workload = one_load(),
                  .world = WorldOptions{.demand = {.points = {{0, 10}, {60, 10}}}, .has_pool = false}};
  World world{service.world};
  FaultPlan faults{.troubles = {{.target = Target::source, .fault = Fault::source_times_out, .from = 20, .to = 50}}};
  SimClock clock{kBegan};
  LossyDisk disk{"silent"};
  Stage stage{.sites = {Site{&world, &service}}, .faults = faults, .time = clock, .disk = disk};
  Process process(stage, EngineEvents{});
  ASSERT_EQ(process.failure(), "");
  process.run();
  for (Time step = 0.25; step <= 60; step += 0.25) {
    clock.run_until(kBegan + from_seconds(step));
    world.advance(step);
    EXPECT_EQ(process.behind(), Duration{}) << step;
  }
}

/// A hundred services of one controller.
struct Crowd {
  Crowd() {
    for (int i = 0; i < 100; ++i) {
      Service& service = services.emplace_back(Service{.workload = one_load(), .world = {.has_pool = false}});
      service.workload.name += std::to_string(i);
      stage.sites.push_back({&worlds.emplace_back(service.world), &service});
    }
    EngineEvents events;
    events.ticked = [this](const Workload& workload, Duration) { ticked.insert(workload.name); };
    process = std::make_unique<Process>(stage, events);
    process->run();
  }
  void pass(Duration time) { clock.run_until(clock.now() + time); }

  std::deque<Service> services{};
  std::deque<World> worlds{};
  FaultPlan faults{};
  SimClock clock{kBegan};
  LossyDisk disk{"crowd"};
  Stage stage{.faults = faults, .time = clock, .disk = disk};
  std::set<std::string> ticked{};
  std::unique_ptr<Process> process{};
};

TEST(Ticks, ManyBeginOneAfterTheOther) {
  Crowd crowd;
  crowd.pass(std::chrono::milliseconds{10});
  EXPECT_GE(crowd.ticked.size(), 5U) << "they do begin";
  EXPECT_LE(crowd.ticked.size(), 21U) << "two in a millisecond";
  crowd.pass(std::chrono::milliseconds{50});
  EXPECT_EQ(crowd.ticked.size(), 100U);
}

TEST(Ticks, WhoHasNotBegunEndsAtOnce) {
  Crowd crowd;
  TaskGroup ends;
  ends.spawn(crowd.process->shut_down());
  crowd.pass(std::chrono::milliseconds{30});
  EXPECT_TRUE(ends.idle());
  EXPECT_LE(crowd.ticked.size(), 1U);
}

}  // namespace
}  // namespace ballast::sim
