// A dead man's switch: the real daemon, a job that calls it and one that stops, and a kill between.
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kToken = "the token of the backup alone";
constexpr const char* kPath = "/api/v1/heartbeat/shop/backup";

std::string monitor(const std::string& token_file, const std::string& settings) {
  return "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: jobs, namespace: shop}\n"
         "spec:\n  interval: 200ms\n  signals:\n    - {name: backup, heartbeat: {name: backup, token: {file: " +
         token_file + "}, " + settings +
         "}}\n  rules:\n    - {alert: BackupMissing, signal: backup, below: \"1\"}\n"
         "    - {alert: BackupNeverCame, signal: backup, absent: true}\n";
}

class Heartbeats : public ::testing::Test {
 protected:
  void begin(const std::string& settings) {
    stage.write("token", std::string(kToken) + "\n");
    stage.write("policy/jobs.yaml", monitor(stage.path("token"), settings));
    stage.start_daemon();
  }
  int call(const std::string& token, const std::string& path = kPath) {
    return post(stage.daemon_port(), path, token).status;
  }
  /// The signal as `status` has it: null while it is unknown.
  std::string value() {
    const Json policies = Json::parse(get(stage.daemon_port(), "/api/v1/policies").body, nullptr, false);
    for (const Json& policy : policies.is_array() ? policies : policies.value("policies", Json::array()))
      for (const Json& signal : policy.value("currentSignals", Json::array()))
        if (signal.value("name", "") == "backup") return signal["value"].dump();
    return policies.dump();
  }
  bool becomes(const std::string& wanted) {
    return eventually([&] {
      const std::string now = value();
      return now == wanted || now == wanted + ".0";
    });
  }
  bool fires(const std::string& alert) {
    return eventually(
        [&] { return get(stage.daemon_port(), "/api/v2/alerts").body.find("\"" + alert + "\"") != std::string::npos; });
  }
  Stage stage;
};

TEST_F(Heartbeats, AreUnknownBeforeTheFirstThenGoodThenMissed) {
  begin("period: 2s, grace: 1s");
  EXPECT_TRUE(fires("BackupNeverCame")) << stage.daemon_log();
  EXPECT_THAT(get(stage.daemon_port(), "/api/v2/alerts").body, ::testing::Not(HasSubstr("BackupMissing")));
  EXPECT_TRUE(stage.log_says("no heartbeat came so far")) << stage.daemon_log();
  ASSERT_EQ(call(kToken), 200);
  EXPECT_TRUE(becomes("1")) << value();
  EXPECT_TRUE(fires("BackupMissing")) << stage.daemon_log();
  EXPECT_TRUE(becomes("0")) << value();
  ASSERT_EQ(call(kToken), 200);
  EXPECT_TRUE(becomes("1")) << value();
}

TEST_F(Heartbeats, AreHeardFromWhoeverShowsTheirTokenOrTheDaemons) {
  begin("period: 1h");
  EXPECT_EQ(call(""), 403);
  EXPECT_EQ(call("another token than that"), 403);
  EXPECT_EQ(call("", "/api/v1/heartbeat/shop/other"), 403) << "nobody learns what there is";
  EXPECT_EQ(call(kToken, "/api/v1/heartbeat/shop/other"), 403);
  EXPECT_EQ(call(kToken, "/api/v1/policies/shop/web/orders?kind=Pause"), 403) << "it opens nothing else";
  EXPECT_EQ(get(stage.daemon_port(), kPath).status, 405);
  std::string own = stage.content("state/token");
  own.pop_back();
  EXPECT_EQ(call(own), 200);
  EXPECT_EQ(call(own, "/api/v1/heartbeat/backup"), 404) << "that is default/backup";
  EXPECT_TRUE(becomes("1")) << value();
  stage.write("token", "a token that has been changed");
  EXPECT_EQ(call(kToken), 403);
  EXPECT_EQ(call("a token that has been changed"), 200);
  EXPECT_EQ(stage.daemon_log().find("token of the backup"), std::string::npos);
}

TEST_F(Heartbeats, SurviveAKill) {
  begin("period: 1h");
  ASSERT_EQ(call(kToken), 200);
  ASSERT_TRUE(becomes("1")) << value();
  ASSERT_TRUE(eventually([&] {
    const std::string written = stage.content("state/journal.db-wal") + stage.content("state/journal.db");
    return written.find("heartbeat/shop/backup") != std::string::npos;
  })) << stage.daemon_log();
  stage.end_daemon(SIGKILL);
  stage.start_daemon();
  EXPECT_TRUE(becomes("1")) << value() << stage.daemon_log();
  stage.end_daemon(SIGKILL);
  stage.write("policy/jobs.yaml", monitor(stage.path("token"), "period: 1s, grace: 0s"));
  stage.start_daemon();
  EXPECT_TRUE(becomes("0")) << value() << stage.daemon_log();
}

}  // namespace
}  // namespace ballast::e2e
