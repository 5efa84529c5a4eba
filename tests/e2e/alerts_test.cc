// People are told: the real daemon, a receiver that fails as it likes, and kills between the two.
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
using Json = nlohmann::json;

/// A service with a number, and a webhook beside it that writes down what it is told.
class Peer {
 public:
  struct Told {
    std::string key{};
    std::string signature{};
    Json body{};
    bool taken = false;
  };
  Peer() : server_([this](RawPeer& peer) { serve(peer); }) {}
  [[nodiscard]] std::string url(const std::string& path) const { return server_.url(path); }
  void say(double value) {
    const std::lock_guard lock(mutex_);
    value_ = value;
  }
  void refuse(bool refusing) {
    const std::lock_guard lock(mutex_);
    refusing_ = refusing;
  }
  std::vector<Told> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  /// What it was told last and took; empty: nothing yet.
  Json last_taken() {
    Json last = Json::object();
    for (const Told& one : told())
      if (one.taken) last = one.body;
    return last;
  }

 private:
  static std::string header(const std::string& request, const std::string& name) {
    const auto at = request.find(name + ": ");
    if (at == std::string::npos) return "";
    const auto from = at + name.size() + 2;
    return request.substr(from, request.find("\r\n", from) - from);
  }
  std::string answer(const std::string& request) {
    const std::lock_guard lock(mutex_);
    if (request.starts_with("GET")) {
      const std::string text = std::to_string(value_);
      return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
    }
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    told_.push_back({header(request, "Idempotency-Key"), header(request, "Ballast-Signature"),
                     Json::parse(body, nullptr, false), !refusing_});
    return std::string("HTTP/1.1 ") + (refusing_ ? "503 Not Now" : "200 OK") + "\r\nContent-Length: 0\r\n\r\n";
  }
  void serve(RawPeer& peer) {
    for (std::string asked = peer.read_request(); !asked.empty(); asked = peer.read_request()) peer.send(answer(asked));
  }
  std::mutex mutex_{};
  double value_ = 1;
  bool refusing_ = false;
  std::vector<Told> told_{};
  RawServer server_;
};

std::string documents(const Stage& stage, const Peer& peer) {
  return "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: queue, namespace: shop}\n"
         "spec:\n  interval: 500ms\n  signals:\n    - {name: queued, httpValue: {url: \"" +
         peer.url("/queued") +
         "\"}}\n  rules:\n    - {alert: QueueTooLong, signal: queued, above: \"100\", severity: critical, "
         "annotations: {description: \"{{ $value }} wait in {{ $labels.namespace }}\"}}\n"
         "---\napiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: hook, namespace: shop}\n"
         "spec: {webhook: {url: \"" +
         peer.url("/hook") + "\", secret: {file: " + stage.path("key") +
         "}}}\n---\napiVersion: ballast.run/v1alpha1\nkind: AlertRoute\nmetadata: {name: root, namespace: shop}\n"
         "spec: {root: true, receiver: hook, groupWait: 0s, groupInterval: 1s}\n";
}

class Alerts : public ::testing::Test {
 protected:
  void begin() {
    stage.write("key", "a key of the tests\n");
    stage.write("policy/alerts.yaml", documents(stage, peer));
    stage.start_daemon();
  }
  bool says(const std::string& status) {
    return eventually([&] { return peer.last_taken().value("status", "") == status; });
  }
  Stage stage;
  Peer peer;
};

TEST_F(Alerts, ReachAWebhookSignedAndWithWhatPeopleNeed) {
  begin();
  peer.say(250);
  ASSERT_TRUE(says("firing")) << stage.daemon_log();
  const auto told = peer.told().front();
  EXPECT_THAT(told.signature, ::testing::ContainsRegex("^t=[0-9]+,v1=[0-9a-f]+$"));
  EXPECT_NE(told.key, "");
  const Json alert = told.body["alerts"][0];
  EXPECT_EQ(alert["labels"]["alertname"], "QueueTooLong");
  EXPECT_EQ(alert["labels"]["monitor"], "queue");
  EXPECT_EQ(alert["annotations"]["description"], "250 wait in shop");
  EXPECT_THAT(get(stage.daemon_port(), "/api/v2/alerts").body, HasSubstr("QueueTooLong"));
  EXPECT_THAT(get(stage.daemon_port(), "/metrics").body, HasSubstr("ballast_alerts_firing 1"));
  EXPECT_THAT(stage.ballast({"alert", "list", "--state-dir", stage.state()}).out, HasSubstr("firing    QueueTooLong"));
  peer.say(3);
  EXPECT_TRUE(says("resolved")) << stage.daemon_log();
}

TEST_F(Alerts, AreNotLostByAReceiverThatFailsNorByAKill) {
  begin();
  peer.say(250);
  ASSERT_TRUE(says("firing")) << stage.daemon_log();
  peer.refuse(true);
  const auto before = peer.told().size();
  peer.say(3);
  ASSERT_TRUE(eventually([&] { return peer.told().size() > before; })) << stage.daemon_log();
  stage.end_daemon(SIGKILL);
  const std::string key = peer.told()[before].key;
  peer.refuse(false);
  stage.start_daemon();
  ASSERT_TRUE(says("resolved")) << stage.daemon_log();
  const auto told = peer.told();
  EXPECT_EQ(told.back().key, key) << "a try is a try of the same notification, after a kill too";
  EXPECT_EQ(told.back().body, told[before].body);
  EXPECT_TRUE(eventually([&] {
    return stage.ballast({"alert", "list", "--state-dir", stage.state()}).out == "nothing fires\n";
  }));
}

TEST_F(Alerts, OfWhatHasNoDocumentAnyMoreAreOver) {
  begin();
  peer.say(250);
  ASSERT_TRUE(says("firing")) << stage.daemon_log();
  std::string text = documents(stage, peer);
  text.replace(text.find("name: queue,"), 12, "name: other,");
  stage.end_daemon(SIGKILL);
  peer.say(3);
  stage.write("policy/alerts.yaml", text);
  stage.start_daemon();
  EXPECT_TRUE(says("resolved")) << stage.daemon_log();
}

TEST_F(Alerts, CanBeTriedBeforeTheyAreNeeded) {
  stage.write("key", "a key of the tests\n");
  stage.write("policy/alerts.yaml", documents(stage, peer));
  const auto good = stage.ballast({"alert", "test", "shop/hook", "-f", stage.path("policy")});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(peer.last_taken().value("status", ""), "firing");
  peer.refuse(true);
  const auto bad = stage.ballast({"alert", "test", "shop/hook", "-f", stage.path("policy")});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.err, HasSubstr("503"));
  const auto unknown = stage.ballast({"alert", "test", "shop/hock", "-f", stage.path("policy")});
  EXPECT_EQ(unknown.status, 4);
  EXPECT_THAT(unknown.err, HasSubstr("shop/hook"));
}

/// Takes mails for everybody but gone@example.com.
void serve_mail(RawPeer& peer) {
  bool of_mail = false;
  peer.send("220 hello\r\n");
  for (std::string got = peer.read_some(); !got.empty(); got = peer.read_some()) {
    if (of_mail && got != ".\r\n" && !got.ends_with("\n.\r\n")) continue;
    of_mail = got.starts_with("DATA");
    const bool gone = got.starts_with("RCPT TO:<gone@");
    peer.send(of_mail ? "354 go on\r\n" : gone ? "550 no such user\r\n" : "250 fine\r\n");
  }
}

TEST_F(Alerts, AreTakenByAMailServerThoughItDoesNotKnowOneAddress) {
  const RawServer mail(serve_mail);
  std::string text = documents(stage, peer);
  const std::string told = "receiver: hook,";
  text.replace(text.find(told), told.size(), "receivers: [hook, mail],");
  text +=
      "---\napiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: mail, namespace: shop}\n"
      "spec: {email: {smarthost: \"127.0.0.1:" +
      std::to_string(mail.port()) + "\", from: a@example.com, to: [b@example.com, gone@example.com], tls: None}}\n";
  stage.write("key", "a key of the tests\n");
  stage.write("policy/alerts.yaml", text);
  const auto tried = stage.ballast({"alert", "test", "shop/mail", "-f", stage.path("policy")});
  EXPECT_EQ(tried.status, 0) << tried.err;
  EXPECT_THAT(tried.err, HasSubstr("gone@example.com: 550 no such user"));
  stage.start_daemon();
  peer.say(250);
  EXPECT_TRUE(stage.log_says("gone@example.com: 550 no such user")) << stage.daemon_log();
  EXPECT_THAT(get(stage.daemon_port(), "/metrics").body,
              HasSubstr("ballast_notifications_total{receiver=\"shop/mail\",result=\"ok\"}"));
}

}  // namespace
}  // namespace ballast::e2e
