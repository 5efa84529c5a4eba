// A controller that starts and cannot read what the one before wrote down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "controller/journal/replay.h"
#include "tests/sim/process.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

/// Two more in five minutes at most, of ten and more that the load asks for.
Workload slow_to_grow() {
  Workload workload = one_load();
  workload.behavior = Behavior{};
  workload.behavior->scale_up.policies = {{PolicyType::pods, 2, 300}};
  workload.behavior->scale_down.stabilization_window_seconds = 0;
  return workload;
}

class Recovery : public testing::Test {
 protected:
  void start() {
    EngineEvents events;
    events.trouble = [this](const std::string&, const std::string& what) { troubles.push_back(what); };
    stage.killed = false;
    process = std::make_unique<Process>(stage, events);
    ASSERT_EQ(process->failure(), "");
  }
  void kill() {
    stage.kill();
    process.reset();
    disk.power_cycle(LossyDisk::Loss::nothing);
  }
  void pass_to(Time t) {
    for (Time step = stage.now() + 1; step <= t; step += 1) {
      clock.run_until(kBegan + from_seconds(step));
      world.advance(step);
    }
  }
  /// One life of 30 s, in which it grew by what it may; then another begins, which cannot read.
  void grow_die_and_come_back() {
    start();
    process->run();
    pass_to(30);
    ASSERT_EQ(world.told(), 3);
    kill();
    start();
    disk.fail_reads(true);
    process->run();
  }

  Service service{.workload = slow_to_grow(),
                  .world = WorldOptions{.demand = {.points = {{0, 105}, {70, 105}, {71, 5}, {88, 5}, {89, 105}}},
                                        .start_delay_max = 1,
                                        .has_pool = false,
                                        .chooses_members = false}};
  World world{service.world};
  FaultPlan faults{};
  SimClock clock{kBegan};
  LossyDisk disk{"recovery"};
  Stage stage{.sites = {Site{&world, &service}}, .faults = faults, .time = clock, .disk = disk};
  std::vector<std::string> troubles{};
  std::unique_ptr<Process> process{};
};

TEST_F(Recovery, AReadErrorThatPassesLosesNoRateLimit) {
  grow_die_and_come_back();
  pass_to(41);
  EXPECT_EQ(troubles.size(), 1U) << "people are told once";
  disk.fail_reads(false);
  pass_to(69);
  EXPECT_EQ(world.told(), 3) << "what was added before still counts";
}

TEST_F(Recovery, WithoutItsHistoryItRaisesWithinBoundsAndTakesNothingAway) {
  grow_die_and_come_back();
  pass_to(49);
  EXPECT_EQ(world.told(), 3) << "a short while is waited for";
  pass_to(60);
  EXPECT_EQ(world.told(), 5);
  pass_to(87);  // by now nobody needs them
  EXPECT_EQ(world.told(), 5);
  pass_to(95);
  EXPECT_EQ(troubles.size(), 1U);
  disk.fail_reads(false);
  pass_to(200);
  EXPECT_EQ(world.told(), 5);
  kill();
  start();
  process->run();
  // Of the two changes, the one that is in no frame is still remembered when the other one is out of the period.
  pass_to(330);
  EXPECT_EQ(world.told(), 5);
  pass_to(370);
  EXPECT_EQ(world.told(), 7);
  kill();

  const auto history = History::open(kJournalPath, disk.name());
  ASSERT_TRUE(history);
  const auto replayed = replay(**history, service.workload.name, [this](const std::string&, const std::string&) {
    return Result<Workload>(service.workload);
  });
  ASSERT_TRUE(replayed);
  EXPECT_TRUE(replayed->clean()) << to_text(*replayed);
  EXPECT_GT(replayed->frames, 100U);
}

TEST_F(Recovery, AnOrderlyEndBeforeTheHistoryWasReadWritesNothingOverIt) {
  grow_die_and_come_back();
  pass_to(60);
  EXPECT_EQ(world.told(), 5);
  process->leave();
  disk.fail_reads(false);
  pass_to(62);
  kill();
  start();
  process->run();
  pass_to(69);
  EXPECT_EQ(world.told(), 5) << "what the first life added is still known";
  pass_to(320);
  EXPECT_EQ(world.told(), 7) << "and not what the second one made of nothing";
  kill();
}

TEST_F(Recovery, ANewFileGetsTheDocumentTooSoThatItsTicksCanBeReplayed) {
  start();
  process->run();
  pass_to(30);
  process.reset();  // the log is folded into the file
  std::string bytes = *disk.read(kJournalPath);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = '\x5a';  // all pages but the first
  disk.overwrite(kJournalPath, bytes);
  start();
  process->run();
  pass_to(90);
  kill();
  EXPECT_THAT(disk.files(), testing::Contains(std::string(kJournalPath) + ".corrupt-1"));
  const auto history = History::open(kJournalPath, disk.name());
  ASSERT_TRUE(history);
  EXPECT_EQ((*history)->document(service.workload.document),
            (Result<std::optional<std::string>>{std::optional<std::string>{"sim"}}));
  const auto replayed = replay(**history, service.workload.name, [this](const std::string&, const std::string&) {
    return Result<Workload>(service.workload);
  });
  ASSERT_TRUE(replayed);
  EXPECT_TRUE(replayed->clean()) << to_text(*replayed);
  EXPECT_GT(replayed->frames, 20U);
}

}  // namespace
}  // namespace ballast::sim
