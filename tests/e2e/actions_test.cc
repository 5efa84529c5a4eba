// What rules do: the real daemon, a number that goes wrong, a webhook and workers that are replaced under load.
#include <gmock/gmock.h>

#include <csignal>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/e2e/stage.h"
#include "tests/io/raw_server.h"

namespace ballast::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

/// A service with a number; what is posted to it, it keeps.
class Peer {
 public:
  Peer() : server_([this](RawPeer& peer) { serve(peer); }) {}
  [[nodiscard]] std::string url(const std::string& path) const { return server_.url(path); }
  void say(int value) {
    const std::lock_guard lock(mutex_);
    value_ = value;
  }
  void refuse(bool refusing) {
    const std::lock_guard lock(mutex_);
    refusing_ = refusing;
  }
  std::vector<std::string> posted() {
    const std::lock_guard lock(mutex_);
    return posted_;
  }

 private:
  std::string answer(const std::string& request) {
    const std::lock_guard lock(mutex_);
    const std::string text = request.starts_with("GET") ? std::to_string(value_) : "";
    if (!request.starts_with("GET")) posted_.push_back(request);
    const bool refused = refusing_ && !request.starts_with("GET");
    return std::string("HTTP/1.1 ") + (refused ? "503 Not Now" : "200 OK") +
           "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
  }
  void serve(RawPeer& peer) {
    for (std::string asked = peer.read_request(); !asked.empty(); asked = peer.read_request()) peer.send(answer(asked));
  }
  std::mutex mutex_{};
  int value_ = 1;
  bool refusing_ = false;
  std::vector<std::string> posted_{};
  RawServer server_;
};

std::string header(const std::string& request, const std::string& name) {
  const auto at = request.find(name + ": ");
  if (at == std::string::npos) return "";
  const auto from = at + name.size() + 2;
  return request.substr(from, request.find("\r\n", from) - from);
}

class Actions : public OnStage {
 protected:
  /// A Monitor of the namespace of the stage's policy, without any route or receiver.
  void watch(const std::string& actions) {
    stage.write("key", "a key of the tests\n");
    stage.write("policy/monitor.yaml",
                "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: queue}\n"
                "spec:\n  interval: 500ms\n  signals:\n    - {name: queued, httpValue: {url: \"" +
                    peer.url("/queued") +
                    "\"}}\n  rules:\n    - {alert: QueueStuck, signal: queued, above: \"100\", actions: [" + actions +
                    "]}\n");
  }
  std::string webhook() {
    return "{webhook: {url: \"" + peer.url("/hook") + "\", secret: {file: " + stage.path("key") + "}}}";
  }
  Peer peer;
};

TEST_F(Actions, PostToAWebhookOnceForEachFiringSignedAndWithoutARoute) {
  watch(webhook());
  stage.start_daemon();
  peer.say(250);
  ASSERT_TRUE(eventually([&] { return peer.posted().size() == 1; })) << stage.daemon_log();
  const std::string told = peer.posted()[0];
  EXPECT_THAT(header(told, "Ballast-Signature"), ::testing::ContainsRegex("^t=[0-9]+,v1=[0-9a-f]+$"));
  EXPECT_NE(header(told, "Idempotency-Key"), "");
  const Json body = Json::parse(told.substr(told.find("\r\n\r\n") + 4), nullptr, false);
  EXPECT_EQ(body["status"], "firing");
  EXPECT_EQ(body["alerts"][0]["labels"]["alertname"], "QueueStuck");
  EXPECT_TRUE(stage.log_says("what a rule asks for is done")) << stage.daemon_log();
  EXPECT_THAT(get(stage.daemon_port(), "/metrics").body,
              HasSubstr("ballast_actions_total{kind=\"webhook\",result=\"ok\"} 1"));
  peer.say(3);
  ASSERT_TRUE(stage.log_says("alert resolved")) << stage.daemon_log();
  peer.say(250);
  ASSERT_TRUE(eventually([&] { return peer.posted().size() == 2; })) << stage.daemon_log();
  EXPECT_NE(header(peer.posted()[1], "Idempotency-Key"), header(told, "Idempotency-Key"));
}

TEST_F(Actions, AreNotLostByAFailureNorDoneTwiceByAKill) {
  watch(webhook());
  stage.start_daemon();
  peer.refuse(true);
  peer.say(250);
  ASSERT_TRUE(eventually([&] { return !peer.posted().empty(); })) << stage.daemon_log();
  stage.end_daemon(SIGKILL);
  peer.refuse(false);
  const auto tries = peer.posted().size();
  stage.start_daemon();
  ASSERT_TRUE(stage.log_says("what a rule asks for is done")) << stage.daemon_log();
  ASSERT_EQ(peer.posted().size(), tries + 1);
  EXPECT_EQ(header(peer.posted()[0], "Idempotency-Key"), header(peer.posted()[tries], "Idempotency-Key"));
  // It is written down once an alert of the next life is: the journal keeps the order.
  ASSERT_TRUE(eventually(
      [&] { return get(stage.daemon_port(), "/metrics").body.find("ballast_alerts_firing 1") != std::string::npos; }));
  stage.end_daemon(SIGTERM);
  stage.start_daemon();
  peer.say(3);
  ASSERT_TRUE(stage.log_says("alert resolved")) << stage.daemon_log();
  EXPECT_EQ(peer.posted().size(), tries + 1) << "not again for the same firing";
}

TEST_F(Actions, RestartAPolicyRollingAndNotInALoop) {
  stage.put_policy({.min = 2, .max = 4});
  watch("{restart: {scalingPolicyRef: {name: web}, maxPerHour: 1}}");
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  stage.start_load(50);
  ASSERT_TRUE(stage.load_reaches(monotonic_us())) << "the load runs";
  const auto before = stage.workers();
  peer.say(250);
  const auto are_new = [&] {
    const auto now = stage.workers();
    for (const auto& worker : now)
      for (const auto& old : before)
        if (worker.pid == old.pid) return false;
    return now.size() == 2;
  };
  EXPECT_TRUE(eventually(are_new, kPatience * 3)) << stage.daemon_log();
  EXPECT_TRUE(stage.settles_at(2));
  EXPECT_TRUE(stage.log_says("ordered by a rule"));
  EXPECT_TRUE(stage.log_says("rule QueueStuck of default/monitor:queue"));
  EXPECT_THAT(stage.ballast({"explain", "web", "--at", "-0s", "--state-dir", stage.state()}).out,
              HasSubstr("rule QueueStuck of default/monitor:queue"));
  const int stopped = stage.worker_events("stopped");
  peer.say(3);
  ASSERT_TRUE(stage.log_says("alert resolved")) << stage.daemon_log();
  peer.say(250);
  EXPECT_TRUE(stage.log_says("as often as maxPerHour (1) allows")) << stage.daemon_log();
  stage.end_daemon(SIGKILL);
  peer.say(3);
  stage.start_daemon();
  ASSERT_TRUE(stage.log_says("alert resolved")) << stage.daemon_log();
  peer.say(250);
  EXPECT_TRUE(stage.log_says("as often as maxPerHour (1) allows")) << "after a kill too: " << stage.daemon_log();
  EXPECT_EQ(stage.worker_events("stopped"), stopped) << "nobody is replaced again";
  for (const auto& request : stage.end_load().load.requests)
    EXPECT_FALSE(request.failed()) << request.id << ' ' << request.status << ' ' << request.error;
}

TEST_F(Actions, WaitWhileAPersonPausesThePolicyAndAreForgottenWithTheAlert) {
  stage.put_policy({.min = 2, .max = 4});
  watch("{restart: {scalingPolicyRef: {name: web}}}");
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  const auto say = [&](const std::string& word) {
    return stage.ballast({word, "web", "--state-dir", stage.state()}).status;
  };
  ASSERT_EQ(say("pause"), 0);
  peer.say(250);
  EXPECT_TRUE(stage.log_says("its restart waits, Pause holds it")) << stage.daemon_log();
  peer.say(3);
  ASSERT_TRUE(stage.log_says("alert resolved")) << stage.daemon_log();
  ASSERT_EQ(say("resume"), 0);
  EXPECT_TRUE(stage.settles_at(2));
  EXPECT_THAT(stage.daemon_log(), Not(HasSubstr("ordered by a rule")));
}

}  // namespace
}  // namespace ballast::e2e
