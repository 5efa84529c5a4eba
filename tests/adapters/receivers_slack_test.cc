// Slack's webhooks: real ones go to the client for vendors, those of other servers to the guarded one.
#include <gtest/gtest.h>

#include <string>

#include "adapters/receivers/slack.h"
#include "formats/slack.h"
#include "tests/adapters/receivers_rig.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

Delivery told_to(ReceiverRig& rig, const std::string& url, SlackReceiver spec = {}) {
  spec.url = rig.secret(url);
  return rig.deliver(make_slack_notifier(std::move(spec), rig.host), some_notification());
}

TEST(SlackReceiver, PostsToACompatibleServer) {
  Inbox inbox(http_answer("200 OK", "ok"));
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, inbox.url("/hooks/abc"), {.channel = "#shop", .username = "ballast"}), was_delivered());
  EXPECT_THAT(inbox.last(), testing::StartsWith("POST /hooks/abc HTTP/1.1\r\n"));
  EXPECT_THAT(inbox.last(), testing::HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_EQ(inbox.body(), slack_body(some_notification(), {"#shop", "ballast"}));
  EXPECT_TRUE(rig.vendors.asked.empty());
}

TEST(SlackReceiver, TakesRocketChatsWordForIt) {
  Inbox taken(http_answer("200 OK", R"({"success":true})"));
  Inbox refused(http_answer("200 OK", R"({"success":false,"error":"no such room"})"));
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, taken.url("/hooks/a/b")), was_delivered());
  EXPECT_THAT(told_to(rig, refused.url("/hooks/a/b")), failed_with(Errc::invalid, "no such room"));
}

TEST(SlackReceiver, ReachesSlackThroughTheClientForVendors) {
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, "https://hooks.slack.com/services/T0/B0/x\n", {.timeout = 3s}), was_delivered());
  ASSERT_EQ(rig.vendors.asked.size(), 1U);
  EXPECT_EQ(rig.vendors.asked[0].url, "https://hooks.slack.com/services/T0/B0/x");
  EXPECT_EQ(rig.vendors.asked[0].method, "POST");
  EXPECT_EQ(rig.vendors.asked[0].deadline, 3s);
  // Not to those that only look like it.
  for (const char* other : {"https://127.0.0.1:1/hooks.slack.com", "https://hooks.slack.com@127.0.0.1:1/"})
    EXPECT_THAT(told_to(rig, other), failed_with(Errc::unavailable, "")) << other;
  EXPECT_EQ(rig.vendors.asked.size(), 1U);
}

TEST(SlackReceiver, TakesNothingButOkForATakenOne) {
  struct Case {
    const char* status;
    const char* body;
    Errc code;
    const char* message;
  };
  for (const auto& [status, body, code, message] : {
           Case{"200 OK", R"({"ok":false,"error":"channel_not_found"})", Errc::not_found, "channel_not_found"},
           Case{"200 OK", R"({"ok":false,"error":"ratelimited"})", Errc::rate_limited, "ratelimited"},
           Case{"200 OK", "<html>sign in</html>", Errc::invalid, "<html>sign in"},
           Case{"200 OK", "", Errc::invalid, "neither"},
           Case{"404 Not Found", "no_service", Errc::not_found, "HTTP 404: no_service"},
           Case{"403 Forbidden", "action_prohibited", Errc::denied, "HTTP 403: action_prohibited"},
           Case{"400 Bad Request", "invalid_payload", Errc::invalid, "HTTP 400: invalid_payload"},
           Case{"500 Oops", "rollup_error", Errc::unavailable, "HTTP 500: rollup_error"},
           Case{"429 Slow", "", Errc::rate_limited, "HTTP 429"},
       }) {
    Inbox inbox(http_answer(status, body, "Retry-After: 30\r\n"));
    ReceiverRig rig;
    const Delivery delivery = told_to(rig, inbox.url());
    EXPECT_THAT(delivery, failed_with(code, message));
    if (code == Errc::rate_limited) {
      EXPECT_EQ(delivery.retry_after, std::optional<Duration>(30s)) << status;
    }
  }
}

TEST(SlackReceiver, FailsForWantOfAnAnswer) {
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, silent.url(), {.timeout = 100ms}), failed_with(Errc::outcome_unknown, "not answered"));
  rig.vendors.answer = Error{Errc::unavailable, "https://hooks.slack.com/services/T0/B0/x: no such host"};
  EXPECT_THAT(told_to(rig, "https://hooks.slack.com/services/T0/B0/x"),
              failed_with(Errc::unavailable, "hooks.slack.com***: no such host"));
  EXPECT_EQ(make_slack_notifier({}, rig.host).error().code, Errc::invalid);
}

}  // namespace
}  // namespace ballast
