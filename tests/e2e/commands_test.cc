// The commands of `ballast` as a shell sees them: exit status and text.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Commands = OnStage;
using HttpInterface = OnStage;

TEST_F(Commands, AboutDocuments) {
  stage.put_policy({.min = 1, .max = 4});
  const auto good = stage.ballast({"validate", stage.path("policy")});
  EXPECT_EQ(good.status, 0) << good.out << good.err;
  stage.put_policy({.min = 5, .max = 4});
  const auto bad = stage.ballast({"validate", stage.path("policy")});
  EXPECT_EQ(bad.status, 3);
  EXPECT_THAT(bad.out, HasSubstr("policy/web.yaml:12:16: spec.minReplicas: 5 is above maxReplicas (4)"));
  EXPECT_EQ(stage.ballast({"run", "-f", stage.path("policy"), "--state-dir", stage.state()}).status, 3);

  const auto docs = stage.ballast({"docs", "ScalingPolicy.spec.minReplicas"});
  EXPECT_EQ(docs.status, 0);
  EXPECT_THAT(docs.out, HasSubstr("Lower bound of every decision"));
  const auto unknown = stage.ballast({"docs", "ScalingPolicy.spec.minReplica"});
  EXPECT_EQ(unknown.status, 4);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean ScalingPolicy.spec.minReplicas"));
  const auto version = stage.ballast({"version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, ContainsRegex("^ballast [0-9]+\\.[0-9]+\\.[0-9]+ \\(ballast.run/"));
}

TEST_F(Commands, WrongUsageIsStatusTwo) {
  const std::vector<std::vector<std::string>> wrong{
      {}, {"fly"}, {"run"}, {"status", "--colour"}, {"explain"}, {"run", "-f", "x", "--log-level", "chatty"}};
  for (const auto& arguments : wrong) {
    const auto finished = stage.ballast(arguments);
    EXPECT_EQ(finished.status, 2) << ::testing::PrintToString(arguments);
    EXPECT_NE(finished.out + finished.err, "");
  }
  EXPECT_EQ(stage.ballast({"--help"}).status, 0);
}

TEST_F(Commands, WithoutAJournalSayWhatIsMissing) {
  for (const auto* command : {"status", "replay"}) {
    const auto finished = stage.ballast({command, "--state-dir", stage.state()});
    EXPECT_NE(finished.status, 0) << command;
    EXPECT_THAT(finished.err, HasSubstr("journal.db")) << command;
  }
}

TEST_F(Commands, ReadTheHistoryOfARunningDaemon) {
  stage.put_policy({.min = 2, .max = 4});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  Finished status;
  ASSERT_TRUE(eventually([&] {
    status = stage.ballast({"status", "--state-dir", stage.state()});
    return status.status == 0;
  })) << status.out
      << status.err;
  EXPECT_THAT(status.out, ContainsRegex("default/web +Enforce +process "));
  const auto json = stage.ballast({"status", "web", "-o", "json", "--state-dir", stage.state()});
  const auto policies = nlohmann::json::parse(json.out, nullptr, false);
  ASSERT_TRUE(policies.is_array() && policies.size() == 1) << json.out;
  EXPECT_EQ(policies[0].value("readyReplicas", -1), 2);

  const auto why = stage.ballast({"explain", "web", "--state-dir", stage.state()});
  EXPECT_EQ(why.status, 0) << why.err;
  EXPECT_THAT(why.out, HasSubstr("default/web at 20"));
  EXPECT_THAT(why.out, HasSubstr("how it was decided"));
  EXPECT_THAT(why.out, HasSubstr("decided again from the journal: the same, bit for bit"));
  const auto list = stage.ballast({"explain", "web", "--list", "--state-dir", stage.state()});
  EXPECT_EQ(list.status, 0);
  EXPECT_THAT(list.out, HasSubstr("TooFewReplicas"));
  const auto object = stage.ballast({"explain", "web", "-o", "json", "--state-dir", stage.state()});
  EXPECT_EQ(object.status, 0);
  EXPECT_TRUE(nlohmann::json::accept(object.out)) << object.out;
  const auto replay = stage.ballast({"replay", "web", "--strict", "--state-dir", stage.state()});
  EXPECT_EQ(replay.status, 0) << replay.out << replay.err;

  const auto nobody = stage.ballast({"explain", "nobody", "--state-dir", stage.state()});
  EXPECT_EQ(nobody.status, 4);
  EXPECT_THAT(nobody.err, HasSubstr("default/nobody"));
  EXPECT_EQ(stage.ballast({"status", "nobody", "--state-dir", stage.state()}).status, 4);
  const auto when = stage.ballast({"explain", "web", "--at", "yesterday", "--state-dir", stage.state()});
  EXPECT_EQ(when.status, 2);
  EXPECT_THAT(when.err, HasSubstr("--at"));
}

TEST_F(HttpInterface, AnswersOnLoopbackAndRefusesForeignNames) {
  stage.put_policy({.min = 1, .max = 4});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(eventually([&] { return get(stage.daemon_port(), "/readyz").status == 200; }));
  EXPECT_EQ(get(stage.daemon_port(), "/healthz").status, 200);
  ASSERT_TRUE(stage.settles_at(1));

  const auto policies = get(stage.daemon_port(), "/api/v1/policies");
  EXPECT_EQ(policies.status, 200);
  const auto read = nlohmann::json::parse(policies.body, nullptr, false);
  ASSERT_TRUE(read.is_array() && read.size() == 1) << policies.body;
  EXPECT_EQ(read[0].value("name", ""), "default/web");

  const auto metrics = get(stage.daemon_port(), "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body, ContainsRegex("ballast_[a-z_]+\\{[^\n]*policy=\"web\""));
  if (access("/usr/bin/promtool", X_OK) == 0) {
    stage.write("metrics.txt", metrics.body);
    const std::string check =
        "/usr/bin/promtool check metrics <" + stage.path("metrics.txt") + " >" + stage.path("promtool.out") + " 2>&1";
    EXPECT_EQ(std::system(check.c_str()), 0) << stage.content("promtool.out");
    EXPECT_THAT(stage.content("promtool.out"), IsEmpty());
  }

  for (const auto* path : {"/healthz", "/metrics", "/api/v1/policies"}) {
    const auto refused = get(stage.daemon_port(), path, "evil.example");
    EXPECT_EQ(refused.status, 421) << path;
    EXPECT_EQ(refused.body.find("web"), std::string::npos) << path;
  }
  EXPECT_EQ(get(stage.daemon_port(), "/nothing").status, 404);
}

}  // namespace
}  // namespace ballast::e2e
