// More load than all workers that there may be can carry: the real HAProxy refuses a share of it, as it is told.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::HasSubstr;

/// `text` with the first `old` in it replaced.
std::string with(std::string text, const std::string& old, const std::string& fresh) {
  const auto at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), fresh);
}

/// Two workers at most, each for 18 of the 20 requests a second that it can do.
class Overloaded : public OnStage {
 protected:
  void begin() {
    const std::string line =
        "    bind unix@" + stage.path("front.sock") +
        "\n    http-request deny deny_status 503 hdr Retry-After %[var(proc.ballast_shed_retry_after)] if { "
        "rand(100),sub(proc.ballast_shed) lt 0 }\n    default_backend web\n";
    stage.write("haproxy.cfg", with(stage.content("haproxy.cfg"), "    default_backend web\n", line));
    stage.write("policy/web.yaml", with(stage.policy({.min = 2, .max = 2}), "\"36\"", "\"18\"") +
                                       "  overload: {utilizationAbove: 76, maxPercent: 40, retryAfter: 7s}\n");
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(2));
  }
  [[nodiscard]] int share() const {
    const std::string said = stage.ask_haproxy("get var proc.ballast_shed");
    const auto at = said.find("value=<");
    return at == std::string::npos ? 0 : std::stoi(said.substr(at + std::string_view("value=<").size()));
  }
  /// 60 a second are offered: 43 % too many, of which 40 % are refused.
  void overload() {
    stage.start_load(60);
    ASSERT_TRUE(eventually([&] { return share() >= 36; }, kPatience * 2)) << stage.daemon_log();
  }
};

TEST_F(Overloaded, AboutTheStatedShareIsRefusedWithRetryAfterAndNoneOnceTheLoadFell) {
  begin();
  overload();
  const std::int64_t from = monotonic_us();
  ASSERT_TRUE(stage.load_reaches(from + 6'000'000));
  const auto why = stage.ballast({"explain", "web", "--at", "-0s", "--state-dir", stage.state()});
  EXPECT_THAT(why.out, HasSubstr("refuses")) << why.err;
  EXPECT_THAT(stage.ballast({"status", "--state-dir", stage.state(), "-o", "json"}).out, HasSubstr("Overloaded"));
  std::string refused;
  for (int i = 0; i < 1000 && !refused.starts_with("HTTP/1.1 503"); ++i)
    refused = talk(stage.path("front.sock"), "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(refused, HasSubstr("retry-after: 7\r\n"));

  double all = 0;
  double unavailable = 0;
  for (const auto& request : stage.end_load().load.requests) {
    if (request.due_us < from || request.due_us > from + 6'000'000) continue;
    ++all;
    if (request.status == 503) ++unavailable;
  }
  ASSERT_GT(all, 300);
  EXPECT_NEAR(unavailable / all, 0.38, 0.16) << "six standard deviations of 360, and a step of the share";

  stage.start_load(10);
  ASSERT_TRUE(eventually([&] { return share() == 0; }, kPatience * 2)) << stage.daemon_log();
  const std::int64_t over = monotonic_us();
  ASSERT_TRUE(stage.load_reaches(over + 3'000'000));
  EXPECT_EQ(share(), 0);
  for (const auto& request : stage.end_load().load.requests)
    EXPECT_FALSE(request.failed() && request.due_us > over) << request.id << ' ' << request.status;
}

TEST_F(Overloaded, AnOrderlyEndOfBallastLetsAllIn) {
  begin();
  overload();
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  EXPECT_EQ(share(), 0);
}

TEST_F(Overloaded, WhatAKilledBallastLeftIsTakenBackByTheNextOneWhenItIsNotNeeded) {
  begin();
  overload();
  stage.end_daemon(SIGKILL);
  EXPECT_GE(share(), 36);
  stage.end_load();
  stage.start_daemon();
  EXPECT_TRUE(eventually([&] { return share() == 0; }, kPatience * 3)) << stage.daemon_log();
}

TEST_F(Overloaded, ADocumentThatDoesNotRefuseAnyMoreLetsAllIn) {
  begin();
  overload();
  stage.put_policy({.min = 2, .max = 2});
  EXPECT_TRUE(eventually([&] { return share() == 0; })) << stage.daemon_log();
}

}  // namespace
}  // namespace ballast::e2e
