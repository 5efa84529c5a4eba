// The daemon itself, as a program, and its workers: through an orderly end, a kill -9 and a new start.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "adapters/process/process.h"
#include "io/loop.h"
#include "tests/io/run_task.h"
#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

using testing::ElementsAre;

constexpr Duration kPatience = std::chrono::seconds{30};

std::string policy(const std::string& name, const std::string& settings, const std::string& metadata = "",
                   const std::string& mode = "Enforce") {
  return "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: " + name + metadata +
         "}\nspec:\n  mode: " + mode + "\n  scaleTarget: {process: {command: [sleep, \"1000\"]" + settings +
         "}}\n  minReplicas: 1\n  maxReplicas: 2\n  interval: 200ms\n---\n";
}

class DaemonAndWorkers : public testing::Test {
 protected:
  void SetUp() override { std::ofstream(folder_ / "p.yaml") << policy("keep", "") << policy("stop", ", onExit: Stop"); }
  void TearDown() override {
    if (daemon_ > 0) end(SIGKILL);
    for (const std::string name : {"keep", "stop"})
      EXPECT_TRUE(run_task(*loop_, stop_workers(*loop_, folder_ / "state", "default", name, Duration{})));
  }

  void start() {
    const std::filesystem::path program =
        std::filesystem::absolute(std::filesystem::path(BALLAST_BINARY_DIR) / "ballast");
    std::array<std::string, 8> words{program.string(),
                                     "run",
                                     "-f",
                                     (folder_ / "p.yaml").string(),
                                     "--state-dir",
                                     (folder_ / "state").string(),
                                     "--listen",
                                     "127.0.0.1:0"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, (folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    ASSERT_EQ(posix_spawn(&daemon_, program.c_str(), &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  /// How it ended, as waitpid says.
  int end(int signal) {
    kill(daemon_, signal);
    int status = 0;
    waitpid(daemon_, &status, 0);
    daemon_ = 0;
    return status;
  }
  std::vector<RunningWorker> running() {
    const auto workers = find_workers(folder_ / "state");
    EXPECT_TRUE(workers);
    return workers ? *workers : std::vector<RunningWorker>();
  }
  std::vector<RunningWorker> until_running(std::size_t count) {
    const TimePoint deadline = loop_->now() + kPatience;
    while (running().size() != count && loop_->now() < deadline) (void)run_task(*loop_, nap(*loop_));
    EXPECT_EQ(running().size(), count) << log();
    return running();
  }
  void until_log_says(const std::string& what, std::size_t times) {
    const TimePoint deadline = loop_->now() + kPatience;
    while (count(log(), what) < times && loop_->now() < deadline) (void)run_task(*loop_, nap(*loop_));
    EXPECT_GE(count(log(), what), times) << log();
  }
  std::string log() {
    std::ifstream in(folder_ / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void wait(Duration span) {
    for (const TimePoint end = loop_->now() + span; loop_->now() < end;) (void)run_task(*loop_, nap(*loop_));
  }
  /// The first policy anew: paused, in DryRun, or neither.
  void write_keep(const std::string& held) {
    const std::string pause = held == "paused" ? ", annotations: {ballast.run/paused: \"true\"}" : "";
    std::ofstream(path("new.yaml")) << policy("keep", "", pause, held == "DryRun" ? held : "Enforce")
                                    << policy("stop", ", onExit: Stop");
    std::filesystem::rename(path("new.yaml"), path("p.yaml"));
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  static std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
  }
  static Task<Done> nap(TimeSource& time) {
    const TimePoint next = time.now() + std::chrono::milliseconds{50};
    co_await Sleep(time, next);
    co_return Done{};
  }
  TemporaryFolder temporary_{"daemon"};
  const std::filesystem::path& folder_ = temporary_.path();
  std::unique_ptr<Loop> loop_ = make_loop();
  pid_t daemon_ = 0;
};

TEST_F(DaemonAndWorkers, PartAsOnExitSaysAndMeetAgain) {
  start();
  const auto both = until_running(2);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].policy, "keep");
  EXPECT_EQ(end(SIGTERM), 0) << log();
  EXPECT_THAT(running(), ElementsAre(both[0]));

  start();
  const auto again = until_running(2);
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0], both[0]);  // the same process, not a new one
  EXPECT_EQ(again[1].name, "stop-2");
  EXPECT_EQ(end(SIGTERM), 0) << log();
}

TEST_F(DaemonAndWorkers, AreLeftAsTheyAreWhilePausedOrInDryRun) {
  start();
  until_running(2);
  std::size_t changes = 0;
  for (const std::string held : {"paused", "DryRun"}) {
    write_keep(held);
    until_log_says("policy changed", ++changes);
    const auto both = until_running(2);
    wait(std::chrono::seconds{1});  // its runner takes the document within half a second
    kill(both[0].pid, SIGKILL);
    until_running(1);
    wait(std::chrono::seconds{3});  // the backoff is one
    EXPECT_EQ(until_running(1), std::vector{both[1]}) << held << "\n" << log();
    write_keep("");
    until_log_says("policy changed", ++changes);
    EXPECT_EQ(until_running(2)[1], both[1]);
  }
  EXPECT_EQ(end(SIGTERM), 0) << log();
}

TEST_F(DaemonAndWorkers, SurviveAKillOfTheDaemonWhateverOnExitSays) {
  start();
  const auto both = until_running(2);
  end(SIGKILL);
  EXPECT_EQ(running(), both);
  std::ofstream(path("log")) << "";
  start();
  until_log_says("info    decided", 2);  // of each policy: by then it would have started others
  EXPECT_EQ(until_running(2), both);
  EXPECT_EQ(end(SIGTERM), 0) << log();
}

}  // namespace
}  // namespace ballast
