// The life of workers under their scaler, with real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "tests/adapters/process_rig.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ProcessTarget server(const ProcessRig& rig, std::uint16_t ports) {
  ProcessTarget target = ProcessRig::target({"serve", "{port}", rig.path("status-{port}")});
  target.ports = free_ports(ports);
  target.ready = ReadyCheck{.http = "http://127.0.0.1:{port}/healthz", .period = std::chrono::milliseconds{100}};
  return target;
}

TEST(ProcessScaler, BeginsWithNothingAndStartsWhatItIsTold) {
  ProcessRig rig;
  const ProcessTarget target = server(rig, 3);
  rig.bind(target);
  ScalerView view = rig.observe();
  EXPECT_EQ(view.target.desired, 0);
  EXPECT_EQ(view.members, std::vector<ScaledMember>());
  EXPECT_TRUE(view.target.chooses_members);
  EXPECT_FALSE(view.target.zero_is_off);

  ASSERT_TRUE(rig.scale(2));
  view = rig.until("two ready", all_ready(2));
  const std::string first_port = target.ports.substr(0, target.ports.find('-'));
  EXPECT_THAT(names_of(view), ElementsAre("web-1", "web-2"));
  EXPECT_EQ(view.members[0].address, "127.0.0.1:" + first_port);
  EXPECT_EQ(view.target.desired, 2);
  EXPECT_EQ(view.target.existing, 2);
  EXPECT_EQ(view.note, "");
}

TEST(ProcessScaler, RemovesWhoIsNamedAndNobodyElse) {
  ProcessRig rig;
  rig.bind(server(rig, 3));
  ASSERT_TRUE(rig.scale(3));
  const ScalerView three = rig.until("three ready", all_ready(3));
  ASSERT_TRUE(rig.scale(1, {"web-2"}));  // one too many stays: it was not named
  const ScalerView two = rig.until("web-2 gone", all_ready(2));
  EXPECT_THAT(names_of(two), ElementsAre("web-1", "web-3"));
  EXPECT_EQ(two.target.desired, 1);
  EXPECT_EQ(two.members[0], three.members[0]);  // not started again

  ASSERT_TRUE(rig.scale(3));
  EXPECT_THAT(names_of(rig.until("three again", all_ready(3))), ElementsAre("web-1", "web-3", "web-4"));
}

TEST(ProcessScaler, IsToldTwiceWithoutHarmButNotOnOldNews) {
  ProcessRig rig;
  rig.bind(server(rig, 4));
  const ObservedTarget before = rig.observe().target;
  const auto tell = [&rig](ObservedTarget seen, std::int32_t replicas, std::vector<std::string> remove) {
    return run_task(rig.loop(), rig.scaler().scale(std::move(seen), replicas, std::move(remove)));
  };
  ASSERT_TRUE(tell(before, 2, {}));
  EXPECT_TRUE(tell(before, 2, {}));
  EXPECT_EQ(tell(before, 3, {}).error().code, Errc::conflict);
  const ScalerView two = rig.until("two ready", all_ready(2));
  ASSERT_TRUE(tell(two.target, 1, {"web-1"}));
  EXPECT_TRUE(tell(two.target, 1, {"web-1"}));
  EXPECT_THAT(names_of(rig.until("one", all_ready(1))), ElementsAre("web-2"));
  ObservedTarget other = rig.observe().target;
  other.uid = "another";
  EXPECT_EQ(tell(other, 1, {}).error().code, Errc::conflict);
  EXPECT_THAT(names_of(rig.observe()), ElementsAre("web-2"));
}

TEST(ProcessScaler, ReplacesAWorkerThatDiedUnderANewName) {
  ProcessRig rig;
  rig.bind(server(rig, 2));
  ASSERT_TRUE(rig.scale(2));
  rig.until("two ready", all_ready(2));
  const RunningWorker victim = rig.running()[0];
  kill(victim.pid, SIGKILL);
  const ScalerView failed = rig.until("one failed", some_member(MemberState::failed));
  EXPECT_EQ(failed.members[0].name, "web-1");
  EXPECT_EQ(failed.target.existing, 2);
  EXPECT_EQ(failed.target.ready, 1);
  EXPECT_THAT(failed.note, HasSubstr("web-1 was killed by signal 9 (Killed)"));
  const ScalerView whole = rig.until("two ready again", all_ready(2));
  EXPECT_THAT(names_of(whole), ElementsAre("web-3", "web-2"));
  EXPECT_EQ(rig.running()[1].port, victim.port);  // it is free again
}

TEST(ProcessScaler, DoesNotReplaceADeadWorkerAboveTheNumber) {
  ProcessRig rig;
  rig.bind(server(rig, 2));
  ASSERT_TRUE(rig.scale(2));
  rig.until("two ready", all_ready(2));
  ASSERT_TRUE(rig.scale(1));
  kill(rig.running()[0].pid, SIGKILL);
  EXPECT_THAT(names_of(rig.until("one left", all_ready(1))), ElementsAre("web-2"));
  rig.run_for(std::chrono::milliseconds{500});
  EXPECT_THAT(names_of(rig.observe()), ElementsAre("web-2"));
}

TEST(ProcessScaler, WaitsLongerAfterEachDeath) {
  ProcessRig rig;
  ProcessTarget target = ProcessRig::target({"exit", "3"});
  target.restart_backoff = {std::chrono::milliseconds{200}, std::chrono::seconds{60}};
  rig.bind(target);
  const TimePoint began = rig.loop().now();
  ASSERT_TRUE(rig.scale(1));
  const ScalerView fourth = rig.until(
      "a fourth try", [](const ScalerView& view) { return !view.members.empty() && view.members[0].name == "web-4"; });
  EXPECT_GE(rig.loop().now() - began, std::chrono::milliseconds{200 + 400 + 800});
  const ScalerView failed = rig.until("it failed", some_member(MemberState::failed));
  EXPECT_THAT(failed.note, HasSubstr("exited with status 3"));
  EXPECT_THAT(failed.note, HasSubstr("next try in"));
  EXPECT_EQ(failed.target.desired, 1);
  EXPECT_EQ(failed.target.existing, 1);
  ASSERT_TRUE(rig.scale(0, {failed.members[0].name}));
  EXPECT_EQ(rig.observe().members, std::vector<ScaledMember>());
}

TEST(ProcessScaler, KillsAStubbornWorkerAndItsChildren) {
  ProcessRig rig;
  ProcessTarget target = ProcessRig::target({"stubborn", rig.path("pids")});
  target.stop_timeout = std::chrono::milliseconds{600};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  std::istringstream pids(rig.content("pids"));
  std::int32_t worker = 0;
  std::int32_t child = 0;
  pids >> worker >> child;
  rig.until("ready", all_ready(1));
  ASSERT_TRUE(runs(worker) && runs(child));
  const TimePoint asked = rig.loop().now();
  ASSERT_TRUE(rig.scale(0, {"web-1"}));
  const ScalerView stopping = rig.observe();
  EXPECT_EQ(stopping.members.at(0).state, MemberState::stopping);
  EXPECT_EQ(stopping.target.existing, 0);
  rig.until("gone", [](const ScalerView& view) { return view.members.empty(); });
  EXPECT_GE(rig.loop().now() - asked, target.stop_timeout);
  EXPECT_TRUE(rig.ends(worker));
  EXPECT_TRUE(rig.ends(child));
}

TEST(ProcessScaler, TakesTheChildrenOfADeadWorkerAway) {
  ProcessRig rig;
  rig.bind(ProcessRig::target({"stubborn", rig.path("pids")}));
  ASSERT_TRUE(rig.scale(1));
  std::istringstream pids(rig.content("pids"));
  std::int32_t worker = 0;
  std::int32_t child = 0;
  pids >> worker >> child;
  kill(worker, SIGKILL);
  rig.until("replaced", [](const ScalerView& view) { return names_of(view) == std::vector<std::string>{"web-2"}; });
  EXPECT_TRUE(rig.ends(child));
}

}  // namespace
}  // namespace ballast
