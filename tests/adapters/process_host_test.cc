// Workers and their host: what the shim gives them, memory that is reserved, a state directory that fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "adapters/process/shim.h"
#include "adapters/process/shim_options.h"
#include "tests/adapters/process_rig.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Shim, GivesAWorkerASessionAndNothingOfTheDaemon) {
  ProcessRig rig;
  const std::ofstream open_file(rig.path("open"));  // a descriptor that may not leak, with those of the loop
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  rig.bind(ProcessRig::target({"report", rig.path("facts")}));
  const auto scaled = rig.scale(1);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(scaled);
  const std::string facts = "\n" + rig.content("facts");
  EXPECT_THAT(facts, HasSubstr("\nleads true true\n"));
  EXPECT_THAT(facts, HasSubstr("\nfd 0 /dev/null\n"));
  EXPECT_THAT(facts, HasSubstr("\nfd 2 "));
  EXPECT_THAT(facts, Not(HasSubstr("\nfd 3 ")));
  EXPECT_THAT(facts, Not(HasSubstr(rig.path("open"))));
  EXPECT_THAT(facts, Not(HasSubstr("\nblocked ")));
  EXPECT_THAT(facts, Not(HasSubstr("\nignored ")));
  EXPECT_THAT(facts, HasSubstr("\numask 022\n"));
  EXPECT_THAT(facts, HasSubstr("\nmemory unlimited\n"));
}

TEST(Shim, ReadsTheArgumentsThatTheScalerWrites) {
  const ShimOptions options{.log = "/l", .environment_file = "/e f", .memory_bytes = 5, .command = {"a", "", "--"}};
  EXPECT_EQ(parse_shim_arguments(shim_arguments(options)), options);
  std::vector<std::string> wrong = shim_arguments(options);
  wrong[5] = "-1";
  EXPECT_EQ(parse_shim_arguments(wrong), std::nullopt);
  EXPECT_EQ(parse_shim_arguments({"_worker", "/l", "", "", "", "0"}), std::nullopt);  // no command
  EXPECT_EQ(parse_shim_arguments({"run"}), std::nullopt);
}

TEST(Shim, WritesWhyItFailedIntoTheLogToo) {
  ProcessRig rig;
  rig.bind(ProcessTarget{.command = {"/nonexistent"}});
  ASSERT_TRUE(rig.scale(1));
  rig.until("it failed", some_member(MemberState::failed));
  EXPECT_THAT(rig.content("state/logs/shop/web/web-1.log"),
              HasSubstr("ballast: the worker was not started: scaleTarget.process.command: /nonexistent: "));
}

TEST(Shim, DoesNotFollowALinkInTheLogDirectory) {
  ProcessRig rig;
  std::filesystem::create_directories(rig.state() / "logs/shop/web");
  write_text(rig.path("precious"), "");
  std::filesystem::create_symlink(rig.path("precious"), rig.state() / "logs/shop/web/web-1.log");
  rig.bind(ProcessTarget{.command = {"echo", "x"}});
  ASSERT_TRUE(rig.scale(1));
  EXPECT_THAT(rig.until("it failed", some_member(MemberState::failed)).note, HasSubstr("logDirectory"));
  EXPECT_EQ(std::filesystem::file_size(rig.path("precious")), 0U);
}

TEST(HostReserve, StartsFewerAndSaysWhy) {
  ProcessRig rig;
  ProcessHost host = rig.host();
  host.memory_reserve_bytes = std::int64_t{1} << 50;
  ProcessTarget target{.command = {"sleep", "1000"}};
  target.memory_max = Quantity{(std::int64_t{64} << 20) * 1000};
  rig.bind(target, host);
  ASSERT_TRUE(rig.scale(2));
  ScalerView view = rig.observe();
  EXPECT_EQ(view.target.desired, 2);
  EXPECT_EQ(view.target.existing, 0);
  EXPECT_THAT(view.note, HasSubstr("2 not started: host reserve: a worker needs 64 MiB, "));
  host.memory_reserve_bytes = 1;
  rig.bind(target, host);
  EXPECT_EQ(rig.observe().target.desired, 2);
  EXPECT_EQ(rig.until("two ready", all_ready(2)).note, "");
}

TEST(StateDirectory, ThatIsGoneStartsNobody) {
  ProcessRig rig;
  rig.bind(ProcessRig::target({"report", rig.path("facts")}));
  std::filesystem::remove_all(rig.state() / "process");
  write_text((rig.state() / "process").string(), "a file in its place");
  ASSERT_TRUE(rig.scale(1));
  ScalerView view = rig.observe();
  EXPECT_EQ(view.target.existing, 0);
  EXPECT_THAT(view.note, HasSubstr("no worker is started: "));
  const auto refused = make_process_scaler(ProcessTarget{.command = {"true"}}, rig.host());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  std::filesystem::remove(rig.state() / "process");
  std::filesystem::create_directories(rig.state() / "process/shop");
  view = rig.until("it comes by itself once the directory is back", all_ready(1));
  ASSERT_TRUE(rig.scale(0, names_of(view)));  // the scope went with the directory: nobody else finds it
  rig.until("gone", [](const ScalerView& seen) { return seen.members.empty(); });
}

/// As on a full disk: what is there stays, and nothing can be added.
TEST(StateDirectory, ThatTakesNothingMoreIsNoReasonToServeWithTooFew) {
  ProcessRig rig;
  const ProcessTarget target{.command = {"sleep", "1000"}};
  rig.bind(target);
  const std::filesystem::path draft = rig.state() / "process/shop/web.state.new";
  std::filesystem::create_directories(draft);
  ASSERT_TRUE(rig.scale(2));
  EXPECT_THAT(rig.until("two ready", all_ready(2)).note,
              HasSubstr("workers are started, but cannot be written down: "));
  rig.bind(target);
  ASSERT_TRUE(rig.scale(3));
  EXPECT_THAT(names_of(rig.until("found, and one more", all_ready(3))), ElementsAre("web-1", "web-2", "web-3"));
  std::filesystem::remove(draft);
  ASSERT_TRUE(rig.scale(4));
  EXPECT_EQ(rig.until("written down again", all_ready(4)).note, "");
}

TEST(ProcessTarget, IsRefusedWithItsProblem) {
  ProcessRig rig;
  const auto refused = make_process_scaler(ProcessTarget{.command = {"a"}, .ports = "x"}, rig.host());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("scaleTarget.process.ports: 'x' is no range of ports"));
}

TEST(ProcessHost, WithoutItsShimSaysSo) {
  ProcessRig rig;
  ProcessHost host = rig.host();
  host.shim = "/nonexistent/ballast";
  rig.bind(ProcessRig::target({"exit", "0"}), host);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_THAT(rig.observe().note, HasSubstr("web-1: /nonexistent/ballast cannot be run: No such file or directory"));
}

}  // namespace
}  // namespace ballast
