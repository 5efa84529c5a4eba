// What a controller does last for those that it refused, and what it does not do any more once it shall not act.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <utility>

#include "tests/sim/process.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

/// One service and its controller.
class Steered {
 public:
  Steered(Workload workload, WorldOptions options, FaultPlan faults)
      : service_{.workload = std::move(workload), .world = std::move(options)}, faults_(std::move(faults)) {
    process_.run();
  }
  void run_until(Time end) {
    for (Time now = stage_.now(); now < end; now += 0.25) {
      clock_.run_until(kBegan + from_seconds(std::min(now + 0.25, end)));
      world_.advance(stage_.now());
    }
  }
  Process& process() { return process_; }
  Stage& stage() { return stage_; }
  Workload& workload() { return service_.workload; }
  World& world() { return world_; }
  [[nodiscard]] Time now() const { return stage_.now(); }
  [[nodiscard]] bool scaled_after(Time at) const {
    return std::ranges::any_of(world_.events(),
                               [&](const Event& event) { return event.kind == Event::Kind::scaled && event.at > at; });
  }

 private:
  Service service_;
  FaultPlan faults_;
  World world_{service_.world};
  SimClock clock_{kBegan};
  LossyDisk disk_{"sheds"};
  Stage stage_{.sites = {Site{&world_, &service_}}, .faults = faults_, .time = clock_, .disk = disk_};
  Process process_{stage_, EngineEvents{}};
};

Workload refusing() {
  Play play = surge(1);
  play.workload.pools.front().overload = Overload{.utilization_above = 76};
  return play.workload;
}

/// The last of a hundred services is first looked at after 50 ms.
TEST(Sheds, WhatAnotherOneLeftIsLetInByOneThatEndsBeforeItEverLooked) {
  std::deque<Service> services;
  std::deque<World> worlds;
  const FaultPlan faults{};
  SimClock clock{kBegan};
  LossyDisk disk{"unseen"};
  Stage stage{.faults = faults, .time = clock, .disk = disk};
  for (int i = 0; i < 100; ++i) {
    Service& service = services.emplace_back(Service{.workload = refusing()});
    service.workload.name += std::to_string(i);
    stage.sites.push_back({&worlds.emplace_back(service.world), &service});
  }
  World& last = worlds.back();
  last.shed(27);
  Process process(stage, EngineEvents{});
  process.run();
  TaskGroup ends;
  ends.spawn(process.shut_down());
  clock.run_until(kBegan + std::chrono::seconds{5});
  EXPECT_TRUE(ends.idle());
  EXPECT_EQ(process.decision(99), nullptr) << "it never looked";
  EXPECT_EQ(last.shed_at(stage.now()), 0);
}

const WorldOptions kCrowded{.demand = {.points = {{0, 10}, {60, 10}, {70, 91}}}};

TEST(Sheds, WhatAVersionRefusesIsLetInWhenTheNextOneComesInForceLate) {
  Workload workload = refusing();
  workload.max_replicas = 10;
  Steered steered(std::move(workload), kCrowded, FaultPlan{});
  steered.run_until(200);
  EXPECT_GT(steered.world().shed_at(200), 15);
  steered.stage().taken = true;
  steered.workload().pools.clear();
  steered.process().put(0);
  steered.run_until(300);
  EXPECT_GT(steered.world().shed_at(300), 15) << "the one before goes on";
  steered.stage().taken = false;
  steered.run_until(340);
  EXPECT_EQ(steered.world().shed_at(340), 0);
}

TEST(Sheds, NothingIsScaledByOneThatWasEndedWhileItToldItsPoolWhatToRefuse) {
  bool refused = false;
  for (Time end = 66; end < 90; end += 0.5) {
    Workload workload = refusing();
    workload.pools.front().overload->only_at_max_replicas = false;
    Steered steered(std::move(workload), kCrowded,
                    FaultPlan{.troubles = {{.target = Target::balancer, .fault = Fault::slow, .from = 60, .to = 200}}});
    steered.run_until(end);
    steered.process().leave();
    steered.run_until(end + 30);
    EXPECT_FALSE(steered.scaled_after(end)) << end;
    EXPECT_EQ(steered.world().shed_at(steered.now()), 0) << end;
    refused = refused || std::ranges::any_of(steered.world().events(),
                                             [](const Event& event) { return event.kind == Event::Kind::shed; });
  }
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace ballast::sim
