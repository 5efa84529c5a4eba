// A canary in every secret of every receiver, before peers that repeat it in every way they can: it is in no message.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "adapters/receivers/alertmanager.h"
#include "adapters/receivers/http_delivery.h"
#include "adapters/receivers/slack.h"
#include "adapters/receivers/telegram.h"
#include "adapters/receivers/webhook.h"
#include "tests/adapters/receivers_rig.h"

namespace ballast {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

/// Each receiver, with the canary in all that is secret, sent to `base` (`http://127.0.0.1:1`).
std::vector<Result<std::unique_ptr<Notifier>>> all_receivers(ReceiverRig& rig, const std::string& base) {
  const std::string canary = kCanary;
  const SecretRef url = rig.secret(base + "/services/" + canary + "/x?key=" + canary + "%20", "url");
  const SecretRef with_user = rig.secret("http://bob:" + canary + "@" + base.substr(7) + "/", "user");
  const SecretRef word = rig.secret(canary, "word");
  const AuthSpec basic{.basic = BasicAuth{"bob", word}};
  const AuthSpec bearer{.bearer = word};
  const AuthSpec header{.header = HeaderAuth{"X-Key", word}};
  std::vector<Result<std::unique_ptr<Notifier>>> result;
  for (const auto& auth : {basic, bearer, header}) {
    result.push_back(make_webhook_notifier(
        {.url = base + "/?key=" + canary, .auth = auth, .secret = word, .timeout = 250ms}, rig.host));
    result.push_back(
        make_alertmanager_notifier({.urls = {base, base + "/x"}, .auth = auth, .timeout = 250ms}, rig.host));
  }
  for (const auto& from : {url, with_user}) {
    result.push_back(make_webhook_notifier({.url_from = from, .secret = word, .timeout = 250ms}, rig.host));
    result.push_back(make_slack_notifier({.url = from, .timeout = 250ms}, rig.host));
  }
  const SecretRef token = rig.secret("123456789:" + canary, "token");
  result.push_back(
      make_telegram_notifier({.token = token, .chat_id = "5", .api_url = base, .timeout = 250ms}, rig.host));
  return result;
}

void expect_no_canary(ReceiverRig& rig, const std::string& base) {
  for (const auto& notifier : all_receivers(rig, base)) {
    ASSERT_TRUE(notifier) << notifier.error().message;
    const Delivery delivery = rig.deliver(notifier, some_notification());
    ASSERT_TRUE(delivery.failure);
    EXPECT_THAT(delivery.failure->message, Not(HasSubstr("canary")));
    EXPECT_THAT(delivery.failure->message, Not(HasSubstr("not-to-be")));
    EXPECT_THAT(delivery.failure->message, Not(HasSubstr("Ym9iOmNhbmFyeS")));  // base64 of bob:canary
  }
}

TEST(Receivers, S60_KeepTheirSecretsFromMessagesThatRepeatTheRequest) {
  for (const std::string status :
       {"200 OK", "302 Found", "400 Bad Request", "401 Unauthorized", "404 Not Found", "429 Slow", "500 Oops"}) {
    RawServer echo([&](RawPeer& peer) {
      const std::string asked = peer.read_request();
      const std::string head = asked.substr(0, asked.find("Content-Type"));
      // As it came, and where the excerpt ends in the middle of it.
      for (const std::string& body : {head, std::string(150, 'x') + head})
        peer.send(http_answer(status, body, "Location: http://h/" + std::string(kCanary) + "\r\n"));
    });
    ReceiverRig rig;
    for (const auto& notifier : all_receivers(rig, echo.url(""))) {
      const Delivery delivery = rig.deliver(notifier, some_notification());
      const std::string said = delivery.failure ? delivery.failure->message : "";
      EXPECT_THAT(said, Not(HasSubstr("canary"))) << status;
      EXPECT_THAT(said, Not(HasSubstr("Ym9iOmNhbmFyeS"))) << status;
    }
  }
}

TEST(Receivers, KeepTheirSecretsFromMessagesWithoutAnAnswer) {
  std::string nobody;
  {
    const RawServer gone([](RawPeer&) {});
    nobody = gone.url("");
  }
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  RawServer garbage(always("\x16\x03\x01 canary\r\n\r\n"));
  ReceiverRig rig;
  expect_no_canary(rig, nobody);
  expect_no_canary(rig, silent.url(""));
  expect_no_canary(rig, garbage.url(""));
  expect_no_canary(rig, "http://169.254.169.254");
  expect_no_canary(rig, "http://no-such-host.invalid");
}

TEST(Receivers, KeepSecretsWithLineBreaksOutOfHeadersAndMessages) {
  Inbox inbox(http_answer("200 OK", "ok"));
  ReceiverRig rig;
  const SecretRef split = rig.secret("canary\r\nX-Evil: 1");
  std::vector<Result<std::unique_ptr<Notifier>>> notifiers;
  notifiers.push_back(make_webhook_notifier({.url = inbox.url(), .auth = AuthSpec{.bearer = split}}, rig.host));
  notifiers.push_back(make_webhook_notifier({.url = inbox.url(), .secret = split}, rig.host));
  notifiers.push_back(make_webhook_notifier({.url_from = split}, rig.host));
  notifiers.push_back(make_slack_notifier({.url = split}, rig.host));
  notifiers.push_back(make_telegram_notifier({.token = split, .chat_id = "5", .api_url = inbox.url()}, rig.host));
  for (const auto& notifier : notifiers) {
    const Delivery delivery = rig.deliver(notifier, some_notification());
    ASSERT_THAT(delivery, failed_with(Errc::invalid, "line break"));
    EXPECT_THAT(delivery.failure->message, Not(HasSubstr("canary")));
  }
  EXPECT_TRUE(inbox.requests().empty());
}

TEST(SecretWords, AreTakenOutBeforeAnAnswerIsCut) {
  SecretWords words;
  words.add_url("https://h.example.org/services/T012345/" + std::string(kCanary) + "?a=secretvalue");
  EXPECT_EQ(words.cleaned("at https://h.example.org/services/T012345/" + std::string(kCanary) + "?a=*** it failed"),
            "at https://h.example.org***?a=*** it failed");
  EXPECT_EQ(words.cleaned("h.example.org: T012345 secretvalue"), "h.example.org: *** ***");
  for (std::size_t pad = 0; pad < 64; ++pad) {
    const std::string answer = std::string(pad, ' ') + "x " + std::string(pad, '.') + kCanary;
    EXPECT_THAT(words.excerpt_of(answer, 40), Not(HasSubstr("cana"))) << pad;
  }
  // A long answer is looked at up to a point, which may lie in the middle of a secret.
  std::string repeated;
  while (repeated.size() < 100'000) repeated += kCanary;
  for (std::size_t pad = 0; pad < 30; ++pad)
    EXPECT_THAT(words.excerpt_of(std::string(pad, 'x') + repeated, 100'000), Not(HasSubstr("cana"))) << pad;
}

}  // namespace
}  // namespace ballast
