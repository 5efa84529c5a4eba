// The exporter that lies and the sink that is told, as real processes.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "controller/cli/demo_children.h"
#include "controller/cli/demo_place.h"
#include "examples/demo/logs.h"
#include "tests/support/loopback.h"
#include "tests/support/raw_exchange.h"
#include "tests/support/real_haproxy.h"
#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 2'000; ++i, poll(nullptr, 0, 10))
    if (condition()) return true;
  return false;
}

std::string said_to(std::uint16_t port, const std::string& text) {
  const auto address = loopback(port);
  return raw_exchange(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), reinterpret_cast<const sockaddr*>(&address),
                      sizeof address, text, 5);
}

class LanePrograms : public ::testing::Test {
 protected:
  pid_t start(const std::string& program, std::vector<std::string> arguments) {
    const auto pid = children_.start({fs::absolute(fs::path{BALLAST_BINARY_DIR} / "demo" / program),
                                      std::move(arguments), path("out"), path("err")});
    EXPECT_TRUE(pid);
    return pid ? *pid : 0;
  }
  /// Its exit status once it was told to end.
  std::optional<int> end(pid_t pid) {
    children_.signal(pid, SIGTERM);
    EXPECT_TRUE(eventually([&] { return !children_.running(pid); }));
    return children_.exit_status(pid);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file{path(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  TemporaryFolder folder_{"demo-test"};
  Children children_{};
};

TEST_F(LanePrograms, TheSinkTakesWebhooksAndMails) {
  const auto web = free_port();
  const auto mail = free_port();
  const auto sink = start("ballast-demo-sink",
                          {"--port", std::to_string(web), "--smtp", std::to_string(mail), "--log", path("told.jsonl")});
  const std::string body =
      R"({"alerts":[{"status":"firing","labels":{"alertname":"ArrivalsUnknown"},"startsAt":"2026-11-30T12:00:00Z"}]})";
  const auto webhook =
      "POST /alerts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: k1\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  ASSERT_TRUE(eventually([&] { return said_to(web, webhook).starts_with("HTTP/1.1 200 "); }));
  const auto talk = said_to(mail,
                            "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nMessage-ID: <m1@b>\r\nSubject: "
                            "[RESOLVED] MemberEjected default\r\n\r\ntext\r\n.\r\nQUIT\r\n");
  EXPECT_TRUE(talk.starts_with("220 ")) << talk;
  EXPECT_THAT(talk, HasSubstr("\r\n221 bye"));
  EXPECT_EQ(end(sink), 0);
  ballast_demo::PlayLogs play;
  ballast_demo::read_play("", content("told.jsonl"), play);
  EXPECT_TRUE(play.problems.empty());
  ASSERT_EQ(play.told.size(), 2U);
  EXPECT_EQ(play.told[0].key, "k1");
  EXPECT_EQ(play.told[0].alerts.at(0).name, "ArrivalsUnknown");
  EXPECT_EQ(play.told[1].key, "<m1@b>");
  EXPECT_EQ(play.told[1].alerts.at(0).status, "resolved");
}

TEST_F(LanePrograms, TheExporterCountsAtHaproxyAndLiesAsItIsTold) {
  if (!RealHaproxy::installed()) GTEST_SKIP() << "SKIPPED: no haproxy";
  std::ifstream file{BALLAST_SOURCE_DIR "/examples/demo/haproxy.cfg.in", std::ios::binary};
  std::string config{std::istreambuf_iterator<char>{file}, {}};
  config = with_replaced(with_replaced(config, "@folder@", folder_.path().string()), "@lane@", "ballast");
  config = with_replaced(with_replaced(config, "@port@", std::to_string(free_port())), "@servers@", "");
  std::ofstream{path("ballast.cfg")} << config;
  RealHaproxy haproxy{path("ballast.cfg"), path("ballast.sock")};
  ASSERT_TRUE(haproxy.start());
  const auto port = free_port();
  const auto exporter = start("ballast-demo-metrics", {"--socket", path("ballast.sock"), "--port", std::to_string(port),
                                                       "--lies", path("lies")});
  const auto page = [&] { return said_to(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); };
  ASSERT_TRUE(eventually([&] { return page().find("demo_arrivals_per_second 0.000 ") != std::string::npos; }));
  std::ofstream{path("lies")} << "empty\n";
  EXPECT_THAT(page(), Not(HasSubstr("demo_arrivals_per_second 0")));
  std::ofstream{path("lies")} << "zero\n";
  EXPECT_THAT(page(), HasSubstr("demo_arrivals_per_second 0.000 "));
  std::ofstream{path("lies")} << "frozen\n";
  const auto frozen = page();
  EXPECT_THAT(frozen, HasSubstr("demo_arrivals_per_second 0.000 "));
  EXPECT_EQ(page(), frozen);
  EXPECT_EQ(end(exporter), 0);
}

}  // namespace
}  // namespace ballast
