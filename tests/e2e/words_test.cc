// A person's word to a running daemon, from the shell and over HTTP.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::HasSubstr;

class Words : public OnStage {
 protected:
  void begin(Bounds bounds) {
    stage.put_policy(bounds);
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(bounds.min));
  }
  Finished say(std::vector<std::string> words) {
    words.insert(words.end(), {"--state-dir", stage.state()});
    return stage.ballast(std::move(words));
  }
  bool explains(const std::string& text) {
    return eventually([&] { return say({"explain", "web", "--at", "-0s"}).out.find(text) != std::string::npos; });
  }
};

TEST_F(Words, ScaleForATimeAndAreRecordedWithWhoAndWhy) {
  begin({.min = 2, .max = 5});
  const auto said = say({"scale", "web", "4", "--for", "1h", "--reason", "the sale begins"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_TRUE(stage.settles_at(4)) << stage.daemon_log();
  EXPECT_TRUE(explains("a person ordered 4 replicas"));
  EXPECT_TRUE(explains("the sale begins"));
  EXPECT_EQ(say({"resume", "web", "--reason", "sold out"}).status, 0);
  EXPECT_TRUE(stage.log_says("sold out"));
  EXPECT_EQ(say({"resume", "web"}).status, 4) << "there is nothing to take back any more";
}

TEST_F(Words, SurviveAKill) {
  begin({.min = 2, .max = 5});
  ASSERT_EQ(say({"scale", "web", "4", "--for", "1h"}).status, 0);
  ASSERT_TRUE(stage.settles_at(4)) << stage.daemon_log();
  stage.end_daemon(SIGKILL);
  stage.start_daemon();
  EXPECT_TRUE(stage.settles_at(4));
  // Not before it has read what was ordered.
  ASSERT_TRUE(eventually([&] { return say({"pause", "web", "--for", "1h"}).status == 0; }));
  stage.end_daemon(SIGKILL);
  stage.start_daemon();
  EXPECT_TRUE(explains("paused by a person"));
}

TEST_F(Words, SayWhatKeepsThemFromBeingDone) {
  begin({.min = 2, .max = 5});
  ASSERT_EQ(say({"pause", "web", "--for", "1h", "--reason", "we look at it"}).status, 0);
  for (const std::string& shown :
       {get(stage.daemon_port(), "/api/v1/policies").body, say({"status", "web", "-o", "json"}).out}) {
    const auto policies = nlohmann::json::parse(shown);
    ASSERT_EQ(policies[0]["orders"].size(), 1U) << shown;
    EXPECT_EQ(policies[0]["orders"][0]["kind"], "Pause");
    EXPECT_EQ(policies[0]["orders"][0]["why"], "we look at it");
  }
  const auto held = say({"scale", "web", "4", "--for", "1h"});
  EXPECT_EQ(held.status, 0) << held.err;
  EXPECT_THAT(held.out, HasSubstr("default/web: ordered, but nothing of it is done while it is paused by "));
  EXPECT_THAT(held.out, HasSubstr("(we look at it); `ballast resume default/web` ends that"));
  EXPECT_THAT(say({"restart", "web", "-o", "json"}).out, HasSubstr("\"heldBy\": [\n    \"Pause\"\n  ]"));
  EXPECT_THAT(say({"resume", "web"}).out, HasSubstr("default/web: steers again"));
  std::string text = stage.policy({.min = 2, .max = 5});
  const std::string name = "metadata: {name: web}";
  text.replace(text.find(name), name.size(), "metadata: {name: web, annotations: {ballast.run/paused: \"true\"}}");
  stage.write("policy/web.yaml", text);
  EXPECT_TRUE(eventually([&] {
    return say({"scale", "web", "4", "--for", "1h"}).out.find("take the annotation ballast.run/paused") !=
           std::string::npos;
  })) << stage.daemon_log();
  EXPECT_THAT(say({"resume", "web"}).out, HasSubstr("taken back, but nothing is done while its document pauses it"));
}

TEST_F(Words, RestartAllWorkersAndNoRequestFails) {
  begin({.min = 2, .max = 4});
  stage.start_load(40);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 1'000'000));
  const auto before = stage.workers();
  ASSERT_EQ(say({"restart", "web", "--reason", "a new build"}).status, 0);
  const auto are_new = [&] {
    const auto now = stage.workers();
    for (const auto& worker : now)
      for (const auto& old : before)
        if (worker.pid == old.pid) return false;
    return now.size() == 2;
  };
  EXPECT_TRUE(eventually(are_new, kPatience * 3)) << stage.daemon_log();
  EXPECT_TRUE(stage.settles_at(2));
  for (const auto& request : stage.end_load().load.requests)
    EXPECT_FALSE(request.failed()) << request.id << ' ' << request.status << ' ' << request.error;
}

TEST_F(Words, AreRefusedWithTheReason) {
  begin({.min = 2, .max = 4});
  const auto beyond = say({"scale", "web", "9", "--for", "1h"});
  EXPECT_EQ(beyond.status, 2);
  EXPECT_THAT(beyond.err, HasSubstr("9 replicas are not between minReplicas 2 and maxReplicas 4"));
  const auto endless = say({"scale", "web", "3"});
  EXPECT_EQ(endless.status, 2);
  EXPECT_THAT(endless.err, HasSubstr("for: is missing; say how long: --for 2h"));
  const auto unknown = say({"pause", "shop"});
  EXPECT_EQ(unknown.status, 4);
  EXPECT_THAT(unknown.err, HasSubstr("there is no policy default/shop"));
  const auto nowhere = stage.ballast({"pause", "web", "--state-dir", stage.path("other")});
  EXPECT_EQ(nowhere.status, 4);
  EXPECT_THAT(nowhere.err, HasSubstr("no daemon has this state directory"));
}

TEST_F(Words, NeedTheTokenThatOnlyItsUserCanRead) {
  begin({.min = 2, .max = 4});
  namespace fs = std::filesystem;
  const auto mode = fs::status(fs::path(stage.state()) / "token").permissions();
  EXPECT_EQ(mode & fs::perms::all, fs::perms::owner_read | fs::perms::owner_write);
  stage.write("state/token", "another one, which is long enough to be one\n");
  const auto said = say({"pause", "web"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("token"));
}

TEST_F(Words, AreHeardOnceTheTokenCanBeWritten) {
  namespace fs = std::filesystem;
  const fs::path token = fs::path(stage.state()) / "token";
  fs::create_directories(token / "in the way");
  begin({.min = 2, .max = 4});
  EXPECT_TRUE(stage.log_says("commands cannot reach this daemon")) << stage.daemon_log();
  EXPECT_NE(say({"pause", "web"}).status, 0);
  fs::remove_all(token);
  stage.signal_daemon(SIGHUP);
  EXPECT_TRUE(eventually([&] { return say({"pause", "web"}).status == 0; })) << stage.daemon_log();
}

}  // namespace
}  // namespace ballast::e2e
