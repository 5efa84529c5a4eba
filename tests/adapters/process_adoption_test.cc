// A Ballast that was killed, upgraded or given another document finds its workers, and touches nobody else's.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "adapters/process/find.h"
#include "adapters/process/proc.h"
#include "adapters/process/records.h"
#include "tests/adapters/process_rig.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ProcessTarget server(const ProcessRig& rig, std::uint16_t ports) {
  ProcessTarget target = ProcessRig::target({"serve", "{port}", rig.path("status-{port}")});
  target.ports = free_ports(ports);
  target.ready = ReadyCheck{.http = "http://127.0.0.1:{port}/healthz", .period = std::chrono::milliseconds{100}};
  return target;
}

/// Another Ballast, in a process of its own, until it is killed.
class OtherBallast {
 public:
  explicit OtherBallast(const std::function<void(int ready)>& life) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    pid_ = fork();
    if (pid_ == 0) {
      life(ends[1]);
      _exit(0);
    }
    close(ends[1]);
    ready_ = ends[0];
  }
  void wait_until_ready() const {
    char byte = 0;
    EXPECT_EQ(read(ready_, &byte, 1), 1) << "the other Ballast ended";
  }
  void kill_hard() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(ready_);
  }

 private:
  pid_t pid_ = 0;
  int ready_ = -1;
};

/// A process that is no worker, with what a test puts into its environment; it ends with the test.
class Decoy {
 public:
  explicit Decoy(const std::string& variable, const std::string& program = "/bin/sleep",
                 const std::string& argument = "1000") {
    std::array<std::string, 3> words{program, argument, variable};
    std::array<char*, 3> arguments{words[0].data(), words[1].data(), nullptr};
    std::array<char*, 2> environment{words[2].empty() ? nullptr : words[2].data(), nullptr};
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    EXPECT_EQ(posix_spawn(&pid_, words[0].c_str(), nullptr, &attributes, arguments.data(), environment.data()), 0);
    posix_spawnattr_destroy(&attributes);
  }
  Decoy(const Decoy&) = delete;
  Decoy& operator=(const Decoy&) = delete;
  ~Decoy() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] std::int32_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

TEST(Adoption, AProcessShowsItsEnvironmentInTheMiddleOfAnExecToo) {
  ProcessRig rig;
  std::ofstream(rig.path("again.sh")) << "exec /bin/sh \"$0\"\n";  // without end
  const Decoy decoy("MARK=1", "/bin/sh", rig.path("again.sh"));
  int without = 0;
  for (int i = 0; i < 5000; ++i)
    if (!find_variable(read_environment(decoy.pid()).value_or(""), "MARK")) ++without;
  EXPECT_EQ(without, 0);
}

TEST(Adoption, FindsTheWorkersOfABallastThatWasKilled) {
  ProcessRig rig;
  const ProcessTarget target = server(rig, 4);
  OtherBallast other([&](int ready) {
    ProcessRig* mine = new ProcessRig(rig.path(""));  // never destroyed: kill -9 runs no destructor
    mine->bind(target);
    if (mine->scale(3)) mine->until("three ready", all_ready(3));
    [[maybe_unused]] const ssize_t told = write(ready, "r", 1);
    mine->run_for(std::chrono::hours{1});
  });
  other.wait_until_ready();
  other.kill_hard();
  const auto before = rig.running();
  ASSERT_EQ(before.size(), 3U);

  rig.bind(target);
  const ScalerView view = rig.observe();  // the first look already knows who is ready
  EXPECT_THAT(names_of(view), ElementsAre("web-1", "web-2", "web-3"));
  EXPECT_EQ(view.target.ready, 3);
  EXPECT_EQ(view.target.desired, 3);
  EXPECT_EQ(pids_of(rig.running()), pids_of(before));
  EXPECT_LT(view.members[0].started, view.members[0].since);

  kill(before[1].pid, SIGKILL);  // no child of ours: its end shows all the same
  EXPECT_THAT(names_of(rig.until(
                  "replaced",
                  [](const ScalerView& seen) {
                    return all_ready(3)(seen) && names_of(seen) != std::vector<std::string>{"web-1", "web-2", "web-3"};
                  })),
              ElementsAre("web-1", "web-4", "web-3"));
  ASSERT_TRUE(rig.scale(2, {"web-1"}));
  rig.until("two left", all_ready(2));
  EXPECT_TRUE(rig.ends(before[0].pid));
  EXPECT_TRUE(runs(before[2].pid));
}

TEST(Adoption, KeepsWorkersThroughAnotherDocumentAndSaysThatTheyAreOlder) {
  ProcessRig rig;
  ProcessTarget target = server(rig, 4);
  rig.bind(target);
  ASSERT_TRUE(rig.scale(2));
  rig.until("two ready", all_ready(2));
  const auto before = pids_of(rig.running());
  target.environment = {{"NEW", "1"}};
  rig.bind(target);
  ScalerView view = rig.observe();
  EXPECT_EQ(pids_of(rig.running()), before);
  EXPECT_THAT(view.note, HasSubstr("2 run with an older version of the document"));
  kill(before[0], SIGKILL);  // a child of this process, but not of this scaler
  view = rig.until("one replaced", [&](const ScalerView& seen) {
    return all_ready(2)(seen) && names_of(seen) != std::vector<std::string>{"web-1", "web-2"};
  });
  EXPECT_THAT(view.note, HasSubstr("1 run with an older version"));
  EXPECT_EQ(read_stat(before[0]), std::nullopt);  // not left as a zombie
}

TEST(Adoption, NeverGivesANameTwice) {
  ProcessRig rig;
  const ProcessTarget target = server(rig, 4);
  rig.bind(target);
  ASSERT_TRUE(rig.scale(3));
  rig.until("three ready", all_ready(3));
  ASSERT_TRUE(rig.scale(0, {"web-1", "web-2", "web-3"}));
  rig.until("none", [](const ScalerView& view) { return view.members.empty(); });
  rig.bind(target);
  EXPECT_EQ(rig.observe().target.desired, 0);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_THAT(names_of(rig.until("one ready", all_ready(1))), ElementsAre("web-4"));
}

TEST(Adoption, FindsAWorkerThatOverwroteItsEnvironment) {
  ProcessRig rig;
  const ProcessTarget target = ProcessRig::target({"forget", rig.path("done")});
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  EXPECT_EQ(rig.content("done"), "forgotten");
  const auto before = rig.running();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_FALSE(find_variable(read_environment(before[0].pid).value_or(""), kTokenVariable));
  rig.bind(target);
  EXPECT_THAT(names_of(rig.observe()), ElementsAre("web-1"));
  EXPECT_EQ(pids_of(rig.running()), pids_of(before));
}

TEST(Adoption, FindsAWorkerWhoseRecordIsLost) {
  ProcessRig rig;
  const ProcessTarget target = server(rig, 2);
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  rig.drop();
  std::filesystem::remove(records_path(rig.state(), "shop", "web"));
  rig.bind(target);
  ASSERT_TRUE(rig.scale(2));
  EXPECT_THAT(names_of(rig.until("two ready", all_ready(2))), ElementsAre("web-1", "web-2"));
}

TEST(Adoption, TouchesNobodyElse) {
  ProcessRig rig;
  const ProcessTarget target = server(rig, 4);
  rig.bind(target);
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  const std::string scope = *scope_of(rig.state());
  const RunningWorker worker = rig.running().at(0);
  auto found = find_processes(rig.state(), scope);
  ASSERT_TRUE(found);
  const WorkerToken real = found->at(0).token;
  WorkerToken foreign = real;
  foreign.scope = "0123456789abcdef";
  foreign.pid = 0;
  WorkerToken recycled = real;  // what a record says of a pid that is another's by now
  const auto variable = [](const WorkerToken& token) { return fmt::format("{}={}", kTokenVariable, to_string(token)); };
  const Decoy plain("");
  const Decoy of_another_ballast(variable(foreign));
  const Decoy inherited(variable(real));  // a child that made a session of its own
  const Decoy broken(std::string(kTokenVariable) + "=1/" + scope + "/shop/web");
  rig.drop();
  recycled.name = "web-9";
  recycled.pid = plain.pid();
  Records records{.boot = boot_id(), .next = 10, .workers = {recycled}};
  write_text(records_path(rig.state(), "shop", "web").string(), to_string(records));

  rig.bind(target);
  EXPECT_THAT(names_of(rig.observe()), ElementsAre("web-1"));
  EXPECT_THAT(pids_of(rig.running()), ElementsAre(worker.pid));
  ASSERT_TRUE(rig.scale(0, {"web-1"}));
  rig.until("gone", [](const ScalerView& view) { return view.members.empty(); });
  rig.drop();
  EXPECT_EQ(*run_task(rig.loop(), stop_workers(rig.loop(), rig.state(), "shop", "web", Duration{})), 0);
  for (const Decoy* decoy : {&plain, &of_another_ballast, &inherited, &broken}) EXPECT_TRUE(runs(decoy->pid()));
}

TEST(Adoption, LeavesTheWorkersOfOtherPoliciesAlone) {
  ProcessRig rig;
  ProcessHost other = rig.host();
  other.policy = "web-2";
  rig.bind(server(rig, 2), other);
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  rig.bind(server(rig, 2));
  EXPECT_THAT(rig.observe().members, IsEmpty());
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  EXPECT_THAT(rig.running(), testing::SizeIs(2));
}

TEST(Orphans, AreListedAndStoppedPerPolicy) {
  ProcessRig rig;
  ProcessHost removed = rig.host();
  removed.policy = "old";
  rig.bind(server(rig, 2), removed);
  ASSERT_TRUE(rig.scale(2));
  rig.until("ready", all_ready(2));
  rig.bind(server(rig, 2));
  ASSERT_TRUE(rig.scale(1));
  rig.until("ready", all_ready(1));
  rig.drop();

  const auto all = rig.running();
  ASSERT_EQ(all.size(), 3U);
  const auto orphans = orphans_among(all, {"shop/web", "other/old"});
  ASSERT_EQ(orphans.size(), 2U);
  EXPECT_EQ(orphans[0].name, "old-1");
  EXPECT_NE(orphans[0].port, 0);
  const auto stopped = run_task(rig.loop(), stop_workers(rig.loop(), rig.state(), "shop", "old", kPatience));
  EXPECT_EQ(stopped, Result(2));
  EXPECT_TRUE(rig.ends(orphans[0].pid));
  ASSERT_EQ(rig.running().size(), 1U);
  EXPECT_EQ(rig.running()[0].name, "web-1");
}

TEST(Orphans, ThatIgnoreSigtermAreKilledWithTheirChildren) {
  ProcessRig rig;
  rig.bind(ProcessRig::target({"stubborn", rig.path("pids")}));
  ASSERT_TRUE(rig.scale(1));
  const std::string pids = rig.content("pids");
  rig.drop();
  EXPECT_EQ(run_task(rig.loop(), stop_workers(rig.loop(), rig.state(), "shop", "web", std::chrono::milliseconds{100})),
            Result(1));
  EXPECT_TRUE(rig.ends(std::stoi(pids)));
  EXPECT_TRUE(rig.ends(std::stoi(pids.substr(pids.find(' ')))));
}

TEST(Orphans, OfNoStateDirectoryAreNone) {
  const auto none = find_workers("/nonexistent");
  ASSERT_TRUE(none);
  EXPECT_THAT(*none, IsEmpty());
}

}  // namespace
}  // namespace ballast
