// Alertmanagers: peers that fail as they do, and a real one.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/receivers/alertmanager.h"
#include "formats/alert_webhook.h"
#include "formats/alertmanager.h"
#include "tests/adapters/real_alertmanager.h"
#include "tests/adapters/receivers_rig.h"

namespace ballast {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

Delivery told_to(ReceiverRig& rig, AlertmanagerReceiver spec, Notification told = some_notification()) {
  return rig.deliver(make_alertmanager_notifier(std::move(spec), rig.host), std::move(told));
}

std::string nobody() {
  const RawServer gone([](RawPeer&) {});
  return gone.url("");
}

TEST(AlertmanagerReceiver, TellsEveryReplica) {
  Inbox first(http_answer("200 OK", ""));
  Inbox second(http_answer("200 OK", ""));
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.urls = {first.url("/"), second.url("/am")}}), was_delivered());
  EXPECT_THAT(first.last(), testing::StartsWith("POST /api/v2/alerts HTTP/1.1\r\n"));
  EXPECT_THAT(second.last(), testing::StartsWith("POST /am/api/v2/alerts HTTP/1.1\r\n"));
  EXPECT_THAT(first.last(), HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_EQ(Json::parse(first.body())[0]["labels"]["alertname"], "HighErrors");
  EXPECT_EQ(first.body(), second.body());
}

TEST(AlertmanagerReceiver, IsContentWithOneThatTookIt) {
  Inbox good(http_answer("200 OK", ""));
  Inbox bad(http_answer("400 Bad Request", "no"));
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.urls = {nobody(), bad.url(""), good.url("")}}), was_delivered());
  EXPECT_THAT(told_to(rig, {.urls = {good.url(""), silent.url("")}, .timeout = 200ms}), was_delivered());
  EXPECT_EQ(good.requests().size(), 2U);
  EXPECT_EQ(bad.requests().size(), 1U);
}

Notification many(int count) {
  std::vector<Alert> alerts;
  for (int i = 0; i < count; ++i) alerts.push_back(alert({{"alertname", "A"}, {"number", std::to_string(i)}}));
  return notification(std::move(alerts));
}

TEST(AlertmanagerReceiver, IsToldManyInSeveralPosts) {
  Inbox inbox(http_answer("200 OK", ""));
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.urls = {inbox.url("")}}, many(600)), was_delivered());
  ASSERT_EQ(inbox.requests().size(), 3U);
  EXPECT_EQ(Json::parse(inbox.body()).size(), 600U - 2 * 256);
  EXPECT_EQ(Json::parse(inbox.body()).back()["labels"]["number"], "599");
}

/// Takes one post, then says `then` to all others; nothing: is silent.
RawServer::Script takes_one(std::atomic<int>* asked, std::string then) {
  return [asked, then = std::move(then)](RawPeer& peer) {
    while (!peer.read_request().empty()) {
      const bool first = ++*asked == 1;
      if (!first && then.empty()) return peer.hang();
      peer.send(first ? http_answer("200 OK", "") : then);
    }
  };
}

TEST(AlertmanagerReceiver, HasNotTakenWhatItTookAPartOf) {
  std::atomic<int> asked = 0;
  RawServer bad(takes_one(&asked, http_answer("400 Bad Request", "no")));
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.urls = {bad.url("")}}, many(600)), failed_with(Errc::invalid, "HTTP 400: no"));
  EXPECT_EQ(asked, 2) << "after the first that was refused nothing is sent";
  std::atomic<int> heard = 0;
  RawServer silent(takes_one(&heard, ""));
  EXPECT_THAT(told_to(rig, {.urls = {silent.url("")}, .timeout = 300ms}, many(600)),
              failed_with(Errc::outcome_unknown, "not answered"));
}

TEST(AlertmanagerReceiver, FailsWithWhatIsMostWorthTryingAgain) {
  Inbox bad(http_answer("400 Bad Request", "\"bad name\""));
  Inbox limited(http_answer("429 Slow", "slowly", "Retry-After: 9\r\n"));
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.urls = {bad.url("")}}),
              failed_with(Errc::invalid, bad.url("") + ": HTTP 400: \"bad name\""));
  const Delivery all_bad = told_to(rig, {.urls = {bad.url(""), limited.url("")}});
  EXPECT_THAT(all_bad, failed_with(Errc::rate_limited, "HTTP 400"));
  EXPECT_THAT(all_bad, failed_with(Errc::rate_limited, "HTTP 429: slowly"));
  EXPECT_EQ(all_bad.retry_after, std::optional<Duration>(9s));
  const Delivery some_gone = told_to(rig, {.urls = {limited.url(""), nobody()}});
  EXPECT_THAT(some_gone, failed_with(Errc::unavailable, "HTTP 429"));
  EXPECT_EQ(some_gone.retry_after, std::nullopt);
  EXPECT_THAT(told_to(rig, {.urls = {silent.url(""), silent.url("")}, .timeout = 100ms}),
              failed_with(Errc::outcome_unknown, "not answered"));
  EXPECT_THAT(told_to(rig, {.urls = {"http://169.254.169.254"}}), failed_with(Errc::denied, "169.254.169.254"));
}

TEST(AlertmanagerReceiver, AsksAllAtOnce) {
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  ReceiverRig rig;
  const TimePoint start = rig.client.loop->now();
  EXPECT_THAT(told_to(rig, {.urls = std::vector<std::string>(10, silent.url("")), .timeout = 300ms}),
              failed_with(Errc::outcome_unknown, ""));
  EXPECT_LT(rig.client.loop->now() - start, 2s);
}

TEST(AlertmanagerReceiver, DoesNotWaitForAFetcherThatForgets) {
  class Forgetful final : public Fetcher {
   public:
    Task<Result<Response>> fetch(Request) override {
      std::suspend_always never;
      co_await never;
      co_return Error{Errc::bug, "never"};
    }
  };
  ReceiverRig rig;
  Forgetful forgetful;
  ReceiverHost host{*rig.client.loop, forgetful, rig.vendors, rig.executor};
  const auto notifier = make_alertmanager_notifier({.urls = {"http://h"}, .timeout = 100ms}, host);
  EXPECT_THAT(rig.deliver(notifier, some_notification()), failed_with(Errc::timeout, "no answer"));
}

TEST(AlertmanagerReceiver, NeedsAddresses) {
  ReceiverRig rig;
  EXPECT_FALSE(make_alertmanager_notifier({}, rig.host));
  for (const char* url : {"http://h/?x=canary", "http://u:canary@h"}) {
    const auto made = make_alertmanager_notifier({.urls = {"http://h", url}}, rig.host);
    ASSERT_FALSE(made) << url;
    EXPECT_THAT(made.error().message, AllOf(HasSubstr("alertmanager.urls[1]"), testing::Not(HasSubstr("canary"))));
  }
}

/// One Alertmanager for all tests.
class RealAlertmanagerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { alertmanager_ = RealAlertmanager::start(); }
  static void TearDownTestSuite() { alertmanager_.reset(); }
  void SetUp() override {
    if (!alertmanager_) GTEST_SKIP() << "SKIPPED: no Alertmanager on this machine";
  }

  Notification now(LabelSet labels, LabelSet annotations = {}) {
    Alert one = alert(std::move(labels), std::move(annotations));
    one.starts_at = std::chrono::floor<std::chrono::milliseconds>(rig_.client.loop->wall()) - 1min;
    return notification({one});
  }
  Delivery tell(const Notification& told) {
    return told_to(rig_, {.urls = {nobody(), alertmanager_->url() + "/"}}, told);
  }
  /// Once it is as it should be: no event tells.
  static Json wait_for(const std::string& path, const std::function<bool(const Json&)>& good) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    for (;;) {
      Json answer = Json::parse(alertmanager_->get(path), nullptr, false);
      if (good(answer) || std::chrono::steady_clock::now() > deadline) return answer;
      std::this_thread::sleep_for(50ms);
    }
  }
  static bool is_one(const Json& answer) { return answer.is_array() && answer.size() == 1; }
  static bool is_none(const Json& answer) { return answer.is_array() && answer.empty(); }

  ReceiverRig rig_{};
  static std::unique_ptr<RealAlertmanager> alertmanager_;
};
std::unique_ptr<RealAlertmanager> RealAlertmanagerTest::alertmanager_;

TEST_F(RealAlertmanagerTest, HasAnAlertUntilItIsToldThatItIsOver) {
  Notification told = now({{"alertname", "HighErrors"}, {"pod", "a"}, {"none", ""}}, {{"summary", "too many"}});
  told.alerts[0].generator_url = "https://ballast.example.org/x?y=%20&z";
  ASSERT_THAT(tell(told), was_delivered());
  const std::string path = "/api/v2/alerts?filter=alertname%3D%22HighErrors%22";
  const Json alerts = wait_for(path, is_one);
  ASSERT_TRUE(is_one(alerts)) << alerts;
  EXPECT_EQ(alerts[0]["labels"], Json({{"alertname", "HighErrors"}, {"pod", "a"}}));
  EXPECT_EQ(alerts[0]["annotations"], Json({{"summary", "too many"}}));
  EXPECT_EQ(alerts[0]["generatorURL"], told.alerts[0].generator_url);
  EXPECT_EQ(alerts[0]["fingerprint"], alert_fingerprint({{"alertname", "HighErrors"}, {"pod", "a"}}));
  const Json groups = wait_for("/api/v2/alerts/groups?filter=alertname%3D%22HighErrors%22", is_one);
  ASSERT_TRUE(is_one(groups)) << groups;
  EXPECT_EQ(groups[0]["labels"], Json({{"alertname", "HighErrors"}}));
  EXPECT_EQ(groups[0]["alerts"][0]["fingerprint"], alerts[0]["fingerprint"]);
  told.alerts[0].ends_at = rig_.client.loop->wall() - 1s;
  ASSERT_THAT(tell(told), was_delivered());
  EXPECT_TRUE(is_none(wait_for(path, is_none)));
}

TEST_F(RealAlertmanagerTest, TakesWhatIsHostile) {
  Notification told =
      now({{"alertname", "Hostile"}, {"a-b", "1"}, {"a.b", "2"}, {"0", "3"}, {"\xff", kHostile}, {"", "4"}},
          {{kHostile, kHostile}, {"run-book", "x"}});
  Alert odd = told.alerts[0];
  odd.labels = {{"none", ""}};
  odd.ends_at = odd.starts_at - 1h;
  odd.generator_url = "no address at all";
  told.alerts.push_back(odd);
  for (const char* address : {"http://[::1]:9093/x", "https://h/?a=%41&b=~!$*()", "https://h:0/", "https://h/%zz"}) {
    told.alerts.push_back(told.alerts[0]);
    told.alerts.back().labels["address"] = address;
    told.alerts.back().generator_url = address;
  }
  ASSERT_THAT(tell(told), was_delivered());
  const Json alerts = wait_for("/api/v2/alerts?filter=alertname%3D%22Hostile%22",
                               [](const Json& answer) { return answer.is_array() && answer.size() == 5; });
  ASSERT_EQ(alerts.size(), 5U) << alerts;
  for (const Json& one : alerts) {
    LabelSet labels;
    for (const auto& label : one["labels"].items()) labels[label.key()] = label.value().get<std::string>();
    EXPECT_EQ(one["fingerprint"], alert_fingerprint(labels));
    EXPECT_EQ(one["labels"]["a_b"], "1");
    EXPECT_EQ(one["labels"]["a_b_"], "2");
  }
}

TEST_F(RealAlertmanagerTest, RefusesWhatIsNotForIt) {
  EXPECT_THAT(told_to(rig_, {.urls = {alertmanager_->url() + "/nowhere"}}), failed_with(Errc::not_found, "HTTP 404"));
}

}  // namespace
}  // namespace ballast
