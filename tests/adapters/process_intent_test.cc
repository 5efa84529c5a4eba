// What a start of Ballast, a pause and a dry run make of workers: nothing is forgotten, and hands are off when they
// must be.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/adapters/process_rig.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

ProcessTarget crashing() {
  ProcessTarget target = ProcessRig::target({"exit", "3"});
  target.restart_backoff = {std::chrono::seconds{60}, std::chrono::seconds{60}};
  return target;
}

ProcessTarget server(const ProcessRig& rig) {
  ProcessTarget target = ProcessRig::target({"serve", "{port}", rig.path("status-{port}")});
  target.ports = free_ports(3);
  target.ready = ReadyCheck{.http = "http://127.0.0.1:{port}/healthz", .period = std::chrono::milliseconds{50}};
  target.live = LiveCheck{.http = "http://127.0.0.1:{port}/livez", .period = std::chrono::milliseconds{50}};
  return target;
}

ViewCheck failed(std::int64_t count) {
  return [count](const ScalerView& view) {
    return std::ranges::count(view.members, MemberState::failed, &ScaledMember::state) == count;
  };
}

TEST(Intent, IsNotFewerAfterAStartWhileWorkersCrash) {
  ProcessRig rig;
  rig.bind(crashing());
  ASSERT_TRUE(rig.scale(3));
  rig.until("three crashed", failed(3));
  rig.bind(crashing());
  const ScalerView view = rig.observe();
  EXPECT_EQ(view.target.desired, 3);
  EXPECT_THAT(view.note, HasSubstr("workers died 1 times before Ballast began; next try in"));
  rig.run_for(std::chrono::milliseconds{300});  // a start of Ballast does not begin the wait anew
  EXPECT_THAT(rig.running(), IsEmpty());
  EXPECT_THAT(rig.observe().members, IsEmpty());
  EXPECT_EQ(rig.observe().target.desired, 3);
}

TEST(Intent, IsKeptWhenWorkersDiedWhileNobodyLooked) {
  ProcessRig rig;
  rig.bind(server(rig));
  ASSERT_TRUE(rig.scale(2));
  rig.until("two ready", all_ready(2));
  const auto workers = rig.running();
  rig.drop();
  for (const auto& worker : workers) kill(worker.pid, SIGKILL);
  for (const auto& worker : workers) ASSERT_TRUE(rig.ends(worker.pid));
  rig.bind(server(rig));
  EXPECT_EQ(rig.observe().target.desired, 2);
  EXPECT_THAT(names_of(rig.until("two again", all_ready(2))), ElementsAre("web-3", "web-4"));
}

TEST(Intent, StaysWithinTheMaximumOfTheDocument) {
  ProcessRig rig;
  rig.bind(crashing());
  ASSERT_TRUE(rig.scale(3));
  rig.until("three crashed", failed(3));
  ProcessHost host = rig.host();
  host.max_replicas = 2;
  rig.bind(crashing(), host);
  EXPECT_EQ(rig.observe().target.desired, 2);
}

TEST(Intent, OfOrphansThatWereStoppedIsForgotten) {
  ProcessRig rig;
  rig.bind(server(rig));
  ASSERT_TRUE(rig.scale(2));
  rig.until("two ready", all_ready(2));
  rig.drop();
  EXPECT_EQ(*run_task(rig.loop(), stop_workers(rig.loop(), rig.state(), "shop", "web", kPatience)), 2);
  rig.bind(server(rig));
  EXPECT_EQ(rig.observe().target.desired, 0);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_THAT(names_of(rig.until("one", all_ready(1))), ElementsAre("web-3"));
}

TEST(Intent, ToEndAWorkerOutlivesAStart) {
  ProcessRig rig;
  ProcessTarget target = ProcessRig::target({"stubborn", rig.path("pids")});
  target.stop_timeout = std::chrono::hours{1};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  (void)rig.content("pids");
  ASSERT_TRUE(rig.scale(0, {"web-1"}));
  target.stop_timeout = std::chrono::milliseconds{300};
  rig.bind(target);
  const ScalerView view = rig.observe();
  EXPECT_EQ(view.target.desired, 0);
  EXPECT_EQ(view.members.at(0).state, MemberState::stopping);
  rig.until("killed in its time", [](const ScalerView& seen) { return seen.members.empty(); });
  EXPECT_THAT(rig.running(), IsEmpty());
}

TEST(HandsOff, NeverStartsReplacesOrKills) {
  ProcessRig rig;
  const ProcessTarget target = server(rig);
  rig.bind(target);
  ASSERT_TRUE(rig.scale(3));
  rig.until("three ready", all_ready(3));
  ProcessHost host = rig.host();
  host.hands_off = [] { return std::string("paused"); };
  rig.bind(target, host);
  rig.until("three found ready", all_ready(3));
  const auto before = rig.running();
  write_text(rig.path(fmt::format("status-{}", before[1].port)), "500");  // as ready as live
  kill(before[0].pid, SIGKILL);
  const ScalerView view = rig.until("one failed, one unready", [](const ScalerView& seen) {
    return some_member(MemberState::failed)(seen) && some_member(MemberState::unready)(seen);
  });
  EXPECT_THAT(view.note, HasSubstr("1 not started: paused. web-1 was killed by signal 9"));
  EXPECT_THAT(view.note, Not(HasSubstr("next try")));
  rig.run_for(std::chrono::milliseconds{800});  // many live checks, and far more than the backoff
  EXPECT_THAT(rig.running(), ElementsAre(before[1], before[2]));
  EXPECT_EQ(rig.observe().target.desired, 3);
  EXPECT_EQ(rig.scale(1, {"web-3"}).error().code, Errc::denied);

  rig.bind(target);  // the pause is over
  write_text(rig.path(fmt::format("status-{}", before[1].port)), "200");
  EXPECT_THAT(names_of(rig.until("three again", all_ready(3))), ElementsAre("web-2", "web-3", "web-4"));
  EXPECT_THAT(rig.running(), AllOf(Contains(before[1]), Contains(before[2])));
}

TEST(HandsOff, DoesNotKillWhoIsSlowToEnd) {
  ProcessRig rig;
  ProcessTarget target = ProcessRig::target({"stubborn", rig.path("pids")});
  target.stop_timeout = std::chrono::hours{1};
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  (void)rig.content("pids");
  ASSERT_TRUE(rig.scale(0, {"web-1"}));
  target.stop_timeout = std::chrono::milliseconds{100};
  ProcessHost host = rig.host();
  host.hands_off = [] { return std::string("DryRun"); };
  rig.bind(target, host);
  rig.run_for(std::chrono::milliseconds{600});
  EXPECT_THAT(rig.running(), SizeIs(1));
  EXPECT_EQ(rig.observe().members.at(0).state, MemberState::stopping);
}

}  // namespace
}  // namespace ballast
