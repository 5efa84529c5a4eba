// The worker, the load and HAProxy as they are: real processes, whose logs the checker has to be able to read.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "examples/demo/measure.h"

namespace ballast_demo {
namespace {
namespace fs = std::filesystem;
using ::testing::IsEmpty;

constexpr auto kPrograms = BALLAST_BINARY_DIR "/demo/";

std::string content(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// A port that was free a moment ago.
int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

/// A child process with its output in a file; killed when it goes out of scope.
class Child {
 public:
  Child(const std::vector<std::string>& command, const fs::path& output) {
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    EXPECT_EQ(posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ), 0) << command[0];
    posix_spawn_file_actions_destroy(&actions);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
  }
  void signal(int number) const { kill(pid_, number); }
  /// Exit status, or -1 when it was killed.
  int wait() {
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

/// Waits for something that another process does; the limit is only for when it never happens.
template <class Condition>
bool eventually(Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (std::chrono::steady_clock::now() < limit) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}

class DemoPrograms : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "ballast-demo-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::vector<std::string> worker_command(int port) const {
    return {kPrograms + std::string{"ballast-demo-worker"}, "--port", std::to_string(port), "--log",
            folder_ / "workers.jsonl"};
  }
  std::vector<std::string> load_command(int port, const std::string& act) const {
    return {kPrograms + std::string{"ballast-demo-load"},
            "--port",
            std::to_string(port),
            "--act",
            act,
            "--log",
            folder_ / "load.jsonl"};
  }
  bool ready(std::size_t workers) const {
    return eventually([&] {
      const auto log = content(folder_ / "workers.jsonl");
      std::size_t count = 0;
      for (auto at = log.find("\"ready\""); at != std::string::npos; at = log.find("\"ready\"", at + 1)) ++count;
      return count >= workers;
    });
  }

  fs::path folder_;
};

TEST_F(DemoPrograms, AWorkerServesOneAtATimeAndFinishesWhatIsQueued) {
  const int port = free_port();
  Child worker{worker_command(port), folder_ / "worker.out"};
  ASSERT_TRUE(ready(1));
  // Twelve at once take 600 ms; it is told to stop when some are served.
  Child load{load_command(port, "burst:10ms:1250"), folder_ / "load.out"};
  ASSERT_TRUE(eventually([&] { return content(folder_ / "workers.jsonl").find("\"request\"") != std::string::npos; }));
  worker.signal(SIGTERM);
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_EQ(load.wait(), 0);
  const auto lane =
      measure(read_logs(content(folder_ / "load.jsonl"), "", content(folder_ / "workers.jsonl")), Terms{});
  EXPECT_EQ(lane.failures, 0);
  EXPECT_THAT(lane.accounts.unlogged, IsEmpty());
  EXPECT_THAT(lane.accounts.not_served_once, IsEmpty());
  ASSERT_EQ(lane.workers.size(), 1U);
  const auto requests = lane.acts.at(0).requests;
  EXPECT_GE(requests, 5);
  EXPECT_EQ(lane.workers[0].served, requests);
  EXPECT_TRUE(lane.workers[0].stopped_us.has_value());
  // The last of them stood behind all others.
  EXPECT_GE(lane.acts[0].p99_ms, 50.0 * static_cast<double>(requests) - 20);
}

TEST_F(DemoPrograms, ARefusedConnectionIsAFailureNotACrash) {
  Child load{load_command(free_port(), "burst:100ms:100"), folder_ / "load.out"};
  EXPECT_EQ(load.wait(), 0);
  const auto logs = read_logs(content(folder_ / "load.jsonl"), "", "");
  EXPECT_THAT(logs.problems, IsEmpty());
  ASSERT_FALSE(logs.load.requests.empty());
  for (const auto& request : logs.load.requests) {
    EXPECT_TRUE(request.failed());
    EXPECT_FALSE(request.error.empty());
  }
}

TEST_F(DemoPrograms, EveryRequestIsInTheLogOfHaproxyWithTheServerThatServedIt) {
  if (!fs::exists("/usr/sbin/haproxy")) GTEST_SKIP() << "SKIPPED: no haproxy";
  const int ports[] = {free_port(), free_port(), free_port()};
  auto config = content(BALLAST_SOURCE_DIR "/examples/demo/haproxy.cfg.in");
  config = replaced(replaced(config, "@folder@", folder_), "@lane@", "fixed");
  config = replaced(config, "@port@", std::to_string(ports[0]));
  config = replaced(
      config, "@servers@",
      "    server a 127.0.0.1:" + std::to_string(ports[1]) + "\n    server b 127.0.0.1:" + std::to_string(ports[2]));
  std::ofstream{folder_ / "haproxy.cfg"} << config;
  Child first{worker_command(ports[1]), folder_ / "a.out"};
  Child second{worker_command(ports[2]), folder_ / "b.out"};
  ASSERT_TRUE(ready(2));
  Child haproxy{{"/usr/sbin/haproxy", "-db", "-f", folder_ / "haproxy.cfg"}, folder_ / "proxy.jsonl"};
  ASSERT_TRUE(eventually([&] { return fs::exists(folder_ / "fixed.sock"); }));
  Child load{load_command(ports[0], "steady:2s:30"), folder_ / "load.out"};
  EXPECT_EQ(load.wait(), 0);
  haproxy.signal(SIGUSR1);
  EXPECT_EQ(haproxy.wait(), 0) << content(folder_ / "proxy.jsonl");

  const auto logs = read_logs(folder_.string());
  EXPECT_THAT(logs.problems, IsEmpty());
  const auto lane = measure(logs, Terms{});
  EXPECT_GT(lane.acts.at(0).requests, 30);
  EXPECT_EQ(lane.failures, 0);
  EXPECT_THAT(lane.accounts.not_in_proxy, IsEmpty());
  EXPECT_THAT(lane.accounts.not_served_once, IsEmpty());
  ASSERT_EQ(lane.accounts.by_server.size(), 2U);
  for (const auto& worker : lane.workers) EXPECT_GT(worker.served, 0);
  EXPECT_EQ(lane.accounts.by_server.at("a") + lane.accounts.by_server.at("b"), lane.acts[0].requests);
}

}  // namespace
}  // namespace ballast_demo
