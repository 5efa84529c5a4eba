// One policy is in trouble: it is named with what is wrong, and the policy beside it is served as ever.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Listens on a port as any program could; 0: one that the kernel chooses, which is in no stage's range.
class Listener {
 public:
  explicit Listener(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(socket_, 1) != 0) return;
    if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) port_ = ntohs(address.sin_port);
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  [[nodiscard]] int port() const { return port_; }  ///< 0: somebody else has it

 private:
  int socket_;
  int port_ = 0;
};

class Trouble : public OnStage {
 protected:
  /// Two workers of `web` serve, whatever becomes of the other one.
  void begin() {
    stage.put_policy({.min = 2, .max = 4});
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(2));
  }
  /// A policy of its own, on ports of its own.
  void put_other(const std::string& command, const std::string& ports, int min, const std::string& ready = "") const {
    stage.write("policy/other.yaml",
                "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: other}\nspec:\n"
                "  scaleTarget: {process: {command: [/bin/sh, -c, \"" +
                    command + "\", worker, \"{port}\"], ports: " + ports + ready +
                    "}}\n"
                    "  minReplicas: " +
                    std::to_string(min) +
                    "\n  maxReplicas: 2\n  interval: 500ms\n  signals:\n"
                    "  - name: sessions\n    haproxy: {socket: " +
                    stage.path("web.sock") +
                    ", backend: web, field: scur}\n    target: {type: AverageValue, averageValue: \"1000\"}\n");
  }
  [[nodiscard]] std::string policies() const { return get(stage.daemon_port(), "/api/v1/policies").body; }
  [[nodiscard]] bool api_says(const std::string& text) const {
    return eventually([&] { return policies().find(text) != std::string::npos; });
  }
  /// The same workers, in the pool; a change of its document still takes effect; nobody calls Ballast unhealthy.
  void expect_web_is_served(const std::vector<RunningWorker>& before) {
    EXPECT_EQ(workers_of("web"), before);
    EXPECT_EQ(usable(stage.pool()), 2);
    stage.put_policy({.min = 3, .max = 4});
    EXPECT_TRUE(eventually([&] { return workers_of("web").size() == 3 && usable(stage.pool()) == 3; }));
    EXPECT_EQ(get(stage.daemon_port(), "/healthz").status, 200);
  }
  [[nodiscard]] std::vector<RunningWorker> workers_of(const std::string& policy) const {
    std::vector<RunningWorker> of = stage.workers();
    std::erase_if(of, [&](const RunningWorker& worker) { return worker.policy != policy; });
    return of;
  }
};

/// When a worker was started, in seconds, from the lines that each of them wrote.
std::vector<double> starts_in(const std::string& text) {
  std::vector<double> starts;
  std::istringstream in{text};
  for (double at = 0; in >> at;) starts.push_back(at);
  return starts;
}

TEST_F(Trouble, AWorkerThatEndsAtOnceIsTriedWithGrowingPausesAndNamed) {
  begin();
  const auto before = workers_of("web");
  const int port = Listener(0).port();
  put_other("date +%s.%N >> " + stage.path("starts") + "; echo no licence; exit 3",
            std::to_string(port) + "-" + std::to_string(port), 1, ", ready: {tcp: \"127.0.0.1:{port}\"}");
  ASSERT_TRUE(eventually([&] { return starts_in(stage.content("starts")).size() >= 4; })) << policies();
  const auto starts = starts_in(stage.content("starts"));
  for (std::size_t i = 1; i < 4; ++i)  // 1, 2, 4 s
    EXPECT_GT(starts[i] - starts[i - 1], 0.95 * static_cast<double>(1 << (i - 1))) << "pause " << i;
  const std::regex note{R"(other-\d+ exited with status 3 after \d+m?s, see [^ ]+\.log; next try in \d+s)"};
  EXPECT_TRUE(eventually([&] { return std::regex_search(policies(), note); })) << policies();
  EXPECT_TRUE(stage.log_says("exited with status 3")) << "who reads the log alone must learn of it";
  EXPECT_LE(count_of(stage.daemon_log(), "exited with status 3"), 2) << "told once, not at each try";
  const auto status = stage.ballast({"status", "other", "-o", "json", "--state-dir", stage.state()});
  EXPECT_THAT(status.out, AllOf(HasSubstr("\"desiredReplicas\": 1"), HasSubstr("\"readyReplicas\": 0")));
  expect_web_is_served(before);
}

TEST_F(Trouble, APortThatAnotherProgramHasIsLeftOutAndNamedWhenItIsMissed) {
  begin();
  const auto before = workers_of("web");
  std::optional<Listener> stranger;
  int port = 0;
  while (port == 0) {  // the port after it must be free
    stranger.emplace(0);
    if (Listener(stranger->port() + 1).port() != 0) port = stranger->port();
  }
  const std::string range = std::to_string(port) + "-" + std::to_string(port + 1);
  put_other("sleep 1000", range, 1);
  ASSERT_TRUE(eventually([&] { return workers_of("other").size() == 1; })) << policies();
  EXPECT_EQ(workers_of("other").front().port, port + 1);
  put_other("sleep 1000", range, 2);
  const std::string missed = "no port of " + range + " is free: other programs have " + std::to_string(port);
  EXPECT_TRUE(api_says(missed)) << policies();
  EXPECT_TRUE(stage.log_says(missed));
  EXPECT_EQ(count_of(stage.daemon_log(), missed), 1);
  expect_web_is_served(before);
}

TEST_F(Trouble, ACorruptJournalIsKeptAsideAndNobodyIsTouched) {
  begin();
  const auto before = workers_of("web");
  EXPECT_EQ(stage.end_daemon(SIGKILL), 128 + SIGKILL);
  const std::filesystem::path journal = std::filesystem::path{stage.state()} / "journal.db";
  for (const char* part : {"-wal", "-shm"}) std::filesystem::remove(journal.string() + part);
  const std::string garbage = "not a database\n" + std::string(10'000, '\xa5');
  std::ofstream{journal, std::ios::binary} << garbage;
  stage.start_daemon();
  EXPECT_TRUE(stage.log_says("corrupt"));
  EXPECT_THAT(stage.daemon_log(), HasSubstr(journal.string() + ".corrupt-1"));
  EXPECT_EQ(stage.content("state/journal.db.corrupt-1"), garbage) << "kept byte for byte";
  ASSERT_TRUE(stage.settles_at(2));
  EXPECT_EQ(workers_of("web"), before);
  EXPECT_TRUE(eventually([&] {
    return stage.ballast({"explain", "web", "--state-dir", stage.state()}).status == 0;
  })) << "a new journal is written";
  expect_web_is_served(before);
}

TEST_F(Trouble, AnotherHaproxyInThePlaceOfOursIsNamedAndKeepsTheWorkers) {
  begin();
  const auto before = workers_of("web");
  const std::string ours = stage.content("haproxy.cfg");
  std::string theirs = ours;
  for (auto at = theirs.find("backend web"); at != std::string::npos; at = theirs.find("backend web", at))
    theirs.replace(at, std::string_view("backend web").size(), "backend shop");
  ASSERT_NE(theirs, ours);
  stage.kill_haproxy();
  ASSERT_TRUE(stage.log_says("web.sock")) << "it is gone";
  stage.write("haproxy.cfg", theirs);
  stage.start_haproxy();
  EXPECT_TRUE(stage.log_says("no backend web; there are: ")) << "what it has instead\n" << stage.daemon_log();
  EXPECT_EQ(workers_of("web"), before);
  EXPECT_EQ(get(stage.daemon_port(), "/healthz").status, 200);
  stage.kill_haproxy();
  stage.write("haproxy.cfg", ours);
  stage.start_haproxy();
  EXPECT_TRUE(eventually([&] { return usable(stage.pool()) == 2; }));
  expect_web_is_served(before);
}

}  // namespace
}  // namespace ballast::e2e
