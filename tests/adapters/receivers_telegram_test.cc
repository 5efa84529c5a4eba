// A Bot API server that does what Telegram's does.
#include <gtest/gtest.h>

#include <string>

#include "adapters/receivers/telegram.h"
#include "formats/telegram.h"
#include "tests/adapters/receivers_rig.h"

namespace ballast {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* kToken = "123456789:AAcanaryToken-of_a_bot";

Delivery told_to(ReceiverRig& rig, TelegramReceiver spec, const std::string& token = kToken) {
  spec.token = rig.secret(token);
  if (spec.chat_id.empty()) spec.chat_id = "-100123";
  return rig.deliver(make_telegram_notifier(std::move(spec), rig.host), some_notification());
}

TEST(TelegramReceiver, PostsToAServerOfOnesOwn) {
  Inbox inbox(http_answer("200 OK", R"({"ok":true,"result":{"message_id":1}})"));
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.chat_id = "@shop", .thread_id = 7, .api_url = inbox.url("/api/")}), was_delivered());
  EXPECT_THAT(inbox.last(), testing::StartsWith("POST /api/bot" + std::string(kToken) + "/sendMessage HTTP/1.1\r\n"));
  EXPECT_EQ(inbox.body(), telegram_body(some_notification(), {"@shop", 7}));
  EXPECT_TRUE(rig.vendors.asked.empty());
}

TEST(TelegramReceiver, ReachesTelegramThroughTheClientForVendors) {
  ReceiverRig rig;
  rig.vendors.answer = Response{.status = 200, .body = R"({"ok":true})"};
  EXPECT_THAT(told_to(rig, {}), was_delivered());
  ASSERT_EQ(rig.vendors.asked.size(), 1U);
  EXPECT_EQ(rig.vendors.asked[0].url, "https://api.telegram.org/bot" + std::string(kToken) + "/sendMessage");
  rig.vendors.answer = Error{Errc::unavailable, rig.vendors.asked[0].url + ": no such host"};
  EXPECT_THAT(told_to(rig, {}),
              failed_with(Errc::unavailable, "https://api.telegram.org/bot***/sendMessage: no such host"));
}

TEST(TelegramReceiver, SaysWhatTelegramSays) {
  struct Case {
    const char* status;
    std::string body;
    Errc code;
    const char* message;
  };
  for (const auto& [status, body, code, message] : {
           Case{"400 Bad Request", R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})",
                Errc::invalid, "HTTP 400: Bad Request: chat not found"},
           Case{"400 Bad Request",
                R"({"ok":false,"error_code":400,"description":"upgraded","parameters":{"migrate_to_chat_id":-1005}})",
                Errc::invalid, "upgraded; the chat has become -1005: write that as chatId"},
           Case{"401 Unauthorized", R"({"ok":false,"error_code":401,"description":"Unauthorized"})", Errc::denied,
                "HTTP 401: Unauthorized"},
           Case{"403 Forbidden", R"({"ok":false,"error_code":403,"description":"Forbidden: bot was kicked"})",
                Errc::denied, "bot was kicked"},
           Case{"404 Not Found", R"({"ok":false,"error_code":404,"description":"Not Found"})", Errc::not_found,
                "HTTP 404"},
           Case{"502 Bad Gateway", "<html>nginx</html>", Errc::unavailable, "HTTP 502: <html>nginx"},
           Case{"200 OK", R"({"ok":false,"error_code":403,"description":"Forbidden"})", Errc::denied, "HTTP 403"},
           Case{"200 OK", R"({"ok":false})", Errc::invalid, "HTTP 400"},
           Case{"200 OK", "<html>sign in</html>", Errc::invalid, "HTML or XML instead of JSON"},
           Case{"302 Found", "", Errc::invalid, "redirects are not followed"},
       }) {
    Inbox inbox(http_answer(status, body, "Location: http://169.254.169.254/\r\n"));
    ReceiverRig rig;
    EXPECT_THAT(told_to(rig, {.api_url = inbox.url()}), failed_with(code, message));
  }
}

TEST(TelegramReceiver, TellsHowLongItIsToBeLeftAlone) {
  Inbox inbox(http_answer(
      "429 Too Many Requests",
      R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}})"));
  ReceiverRig rig;
  const Delivery delivery = told_to(rig, {.api_url = inbox.url()});
  EXPECT_THAT(delivery, failed_with(Errc::rate_limited, "retry after 35"));
  EXPECT_EQ(delivery.retry_after, std::optional<Duration>(35s));
}

TEST(TelegramReceiver, GoesNowhereWithWhatIsNoToken) {
  ReceiverRig rig;
  for (const char* wrong : {"../canary-1", "x/canary-2?", "canary 3", "canary%2F", "http://canary"}) {
    const Delivery delivery = told_to(rig, {}, wrong);
    ASSERT_THAT(delivery, failed_with(Errc::invalid, "no token of a bot")) << wrong;
    EXPECT_THAT(delivery.failure->message, Not(HasSubstr("canary")));
  }
  EXPECT_TRUE(rig.vendors.asked.empty());
}

TEST(TelegramReceiver, NeedsAChatAndAnAddress) {
  ReceiverRig rig;
  const SecretRef token = rig.secret(kToken);
  for (const char* chat : {"", "@", "-", "shop", "-100x", "@a-b", "1 2", "https://t.me/shop"})
    EXPECT_FALSE(make_telegram_notifier({.token = token, .chat_id = chat}, rig.host)) << chat;
  for (const char* chat : {"5", "-1001234567890", "@Shop_1"})
    EXPECT_TRUE(make_telegram_notifier({.token = token, .chat_id = chat}, rig.host)) << chat;
  for (const char* url : {"https://h/?x=", "https://h/#", "https://u:canary@h/"}) {
    const auto made = make_telegram_notifier({.token = token, .chat_id = "5", .api_url = url}, rig.host);
    ASSERT_FALSE(made) << url;
    EXPECT_THAT(made.error().message, testing::AllOf(HasSubstr("telegram.apiUrl"), Not(HasSubstr("canary"))));
  }
  EXPECT_FALSE(make_telegram_notifier({.chat_id = "5"}, rig.host));
}

}  // namespace
}  // namespace ballast
