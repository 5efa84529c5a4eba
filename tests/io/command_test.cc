// Commands as they are meant, and as they are not: those that hang, flood, crash and leave children behind.
#include "io/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "io/channels.h"
#include "tests/io/fetcher_contract.h"
#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

Request shell(std::string script, Duration deadline = kAmple) {
  Request request{.channel = Channel::command, .url = "exec:/bin/sh"};
  request.command.edit().arguments = {"/bin/sh", "-c", std::move(script)};
  request.deadline = deadline;
  request.max_bytes = 1000;
  return request;
}

std::string printed(const Result<Response>& answer) { return answer ? answer->body : answer.error().message; }

/// Whether a process is there, its death in hand or not.
bool exists(pid_t pid) { return kill(pid, 0) == 0; }

/// Waits until the process is gone; the test's limit is the suite's.
bool goes(pid_t pid) {
  for (int i = 0; i < 2000 && exists(pid); ++i) std::this_thread::sleep_for(10ms);  // no event tells of a grandchild
  return !exists(pid);
}

class CommandTest : public testing::Test {
 protected:
  void TearDown() override {
    fetcher_.reset();
    loop_.reset();  // reaps what it has killed and not heard of yet
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(errno, ECHILD);
  }
  Result<Response> run(Request request) { return run_task(*loop_, fetcher_->fetch(std::move(request))); }
  /// A number that a script wrote into a file of the folder; waits for it.
  pid_t pid_in(const std::string& name) {
    for (int i = 0; i < 2000; ++i) {
      std::ifstream file(folder_ / name);
      std::string line;
      if (std::getline(file, line) && !file.eof()) return std::stoi(line);  // a whole line
      std::this_thread::sleep_for(10ms);
    }
    return 0;
  }
  std::string file(const std::string& name) { return (folder_ / name).string(); }

  TemporaryFolder temporary_{"command"};
  const std::filesystem::path& folder_ = temporary_.path();
  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<Fetcher> fetcher_ = make_command_fetcher(*loop_);
};

TEST_F(CommandTest, AnswersWithWhatItPrinted) {
  const auto answer = run(shell("echo complaint >&2; echo 12; echo 3"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "12\n3\n");
  EXPECT_EQ(answer->status, 200);
}

TEST_F(CommandTest, HasNoShellButTheOneItAsksFor) {
  Request request = shell("");
  request.command.edit().arguments = {"/bin/echo", "$HOME; `id` 'x'"};
  EXPECT_EQ(printed(run(request)), "$HOME; `id` 'x'\n");
}

TEST_F(CommandTest, HasOnlyWhatItIsGiven) {
  setenv("BALLAST_TEST_SECRET", "x", 1);
  Request request = shell("");
  request.command.edit().arguments = {"/usr/bin/env"};
  request.command.edit().environment = {{"A", "1"}, {"B", "two words"}};
  EXPECT_EQ(printed(run(request)), "A=1\nB=two words\n");
  unsetenv("BALLAST_TEST_SECRET");
  EXPECT_EQ(printed(run(shell("ls /proc/self/fd | wc -l"))), "4\n") << "0, 1, 2 and the one that ls lists with";
  EXPECT_EQ(printed(run(shell("read line || echo nothing to read"))), "nothing to read\n");
  EXPECT_EQ(printed(run(shell("pwd"))), "/\n");
  request = shell("pwd");
  request.command.edit().working_directory = folder_.string();
  EXPECT_EQ(printed(run(request)), folder_.string() + "\n");
}

TEST_F(CommandTest, RunsInASessionOfItsOwnWithSignalsAsTheyAreByDefault) {
  EXPECT_EQ(
      run(shell("set -- $(cat /proc/self/stat); test $6 != " + std::to_string(getsid(0)) + " && echo apart"))->body,
      "apart\n");
  // The loop ignores SIGPIPE; a command must not.
  EXPECT_THAT(run(shell("kill -PIPE $$")), fails(Errc::unavailable, "was killed by signal 13"));
}

TEST_F(CommandTest, FailsWithItsStatusAndItsFirstComplaint) {
  EXPECT_THAT(run(shell("echo 5; echo no queue >&2; echo more >&2; exit 3")),
              fails(Errc::unavailable, "exec:/bin/sh: exited with status 3: no queue"));
  EXPECT_THAT(run(shell("echo 5; exit 1")), fails(Errc::unavailable, "exited with status 1"));
  EXPECT_THAT(run(shell("echo 5; kill -SEGV $$")), fails(Errc::unavailable, "killed by signal 11"));
}

TEST_F(CommandTest, SaysWhyItCannotRun) {
  Request request = shell("");
  const auto with = [&](std::string program) {
    request.command.edit().arguments = {std::move(program)};
    return run(request);
  };
  EXPECT_THAT(with(file("nothing")), fails(Errc::not_found, "No such file"));
  EXPECT_THAT(with("echo"), fails(Errc::invalid, "absolute"));
  std::ofstream(file("plain")) << "echo 1\n";
  EXPECT_THAT(with(file("plain")), fails(Errc::denied, "Permission denied"));
  std::filesystem::permissions(file("plain"), std::filesystem::perms::owner_all);
  EXPECT_THAT(with(file("plain")), fails(Errc::invalid, "Exec format"));
  EXPECT_THAT(with(std::string("/bin/echo\0x", 11)), fails(Errc::invalid, "NUL"));
  request = shell("echo 1");
  request.command.edit().working_directory = file("nowhere");
  EXPECT_THAT(run(request), fails(Errc::not_found, "directory"));
  request.command.edit().arguments.clear();
  EXPECT_THAT(run(request), fails(Errc::invalid, "absolute"));
}

TEST_F(CommandTest, IsKilledAtItsDeadlineWithItsChildrenThoughTheyIgnoreSigterm) {
  const auto answer =
      run(shell("trap '' TERM INT HUP; (trap '' TERM; while :; do sleep 1; done) & echo $! > " + file("child") +
                    "; echo $$ > " + file("parent") + "; echo 5; while :; do sleep 1; done",
                2s));
  EXPECT_THAT(answer, fails(Errc::timeout, "was killed"));
  EXPECT_TRUE(goes(pid_in("child")));
  // Reaped by the loop, whether somebody asks for something else meanwhile or not.
  const pid_t parent = pid_in("parent");
  for (int i = 0; i < 1000 && exists(parent); ++i) (void)run(shell("exit 0"));
  EXPECT_FALSE(exists(parent));
}

TEST_F(CommandTest, LeavesNoChildBehindWhenItEndsWell) {
  const auto began = std::chrono::steady_clock::now();
  const auto answer = run(shell("sleep 1000 & echo $! > " + file("child") + "; echo 5"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "5\n");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s) << "the child holds the pipe open";
  EXPECT_TRUE(goes(pid_in("child")));
}

TEST_F(CommandTest, IsCappedHoweverMuchItPrints) {
  EXPECT_THAT(run(shell("while :; do echo 0123456789; done")), fails(Errc::invalid, "limit of 1000 bytes"));
  EXPECT_THAT(run(shell("i=0; while [ $i -lt 200 ]; do echo 0123456789; i=$((i+1)); done")),
              fails(Errc::invalid, "limit of 1000 bytes"));
  const auto noisy = run(shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789 >&2; i=$((i+1)); done; echo 5"));
  ASSERT_TRUE(noisy) << noisy.error().message;
  EXPECT_EQ(noisy->body, "5\n");
}

TEST_F(CommandTest, MayCloseItsOutputLongBeforeItEnds) {
  EXPECT_EQ(printed(run(shell("echo 5; exec >&- 2>&-; sleep 0.2"))), "5\n");
}

TEST_F(CommandTest, DiesWithTheFetchThatWaitsForIt) {
  {
    TaskGroup group;
    const auto forget = [](Fetcher& fetcher, Request request) -> Task<void> {
      const auto ignored = co_await fetcher.fetch(std::move(request));
      (void)ignored;
    };
    group.spawn(forget(*fetcher_, shell("echo $$ > " + file("pid") + "; while :; do sleep 1; done")));
    EXPECT_GT(pid_in("pid"), 0);
  }
  fetcher_.reset();
  loop_.reset();
  EXPECT_FALSE(exists(pid_in("pid")));
}

TEST_F(CommandTest, RunsBesideOthersWithoutHoldingThemUp) {
  std::vector<Result<Response>> answers;
  TaskGroup group;
  const auto note = [](Loop& loop, Fetcher& fetcher, Request request,
                       std::vector<Result<Response>>* out) -> Task<void> {
    auto answer = co_await fetcher.fetch(std::move(request));
    out->push_back(std::move(answer));
    if (out->size() == 2) loop.stop();
  };
  group.spawn(note(*loop_, *fetcher_, shell("while :; do sleep 1; done", 1s), &answers));
  group.spawn(note(*loop_, *fetcher_, shell("echo quick"), &answers));
  loop_->run();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0]->body, "quick\n");
  EXPECT_THAT(answers[1], fails(Errc::timeout, "deadline"));
}

TEST_F(CommandTest, IsRefusedByNameOfTheFlagWhereNobodyAllowedIt) {
  const auto network = make_http_fetcher(*loop_);
  const auto without = make_channels({.network = **network});
  EXPECT_THAT(run_task(*loop_, without->fetch(shell("echo 1 > " + file("ran")))), fails(Errc::denied, "--allow-exec"));
  EXPECT_FALSE(std::filesystem::exists(file("ran")));
  const auto with = make_channels({.network = **network, .commands = fetcher_.get()});
  EXPECT_EQ(run_task(*loop_, with->fetch(shell("echo 1")))->body, "1\n");
  EXPECT_THAT(run_task(*loop_, with->fetch(Request{.channel = Channel::workers, .url = "workers://a/b"})),
              fails(Errc::invalid, "no such channel"));
}

}  // namespace
}  // namespace ballast
