// Webhooks over the real client, to a peer that does what receivers do.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "adapters/receivers/webhook.h"
#include "formats/alert_webhook.h"
#include "io/hmac.h"
#include "tests/adapters/receivers_rig.h"

namespace ballast {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

Delivery told_to(ReceiverRig& rig, const WebhookReceiver& spec, Notification told = some_notification()) {
  return rig.deliver(make_webhook_notifier(spec, rig.host), std::move(told));
}

std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == request.npos) return "(none)";
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

TEST(WebhookReceiver, PostsTheDocumentWithItsKey) {
  Inbox inbox(http_answer("200 OK", ""));
  ReceiverRig rig;
  WebhookReceiver spec{.url = inbox.url("/alerts?team=shop")};
  EXPECT_THAT(told_to(rig, spec), was_delivered());
  EXPECT_THAT(inbox.last(), testing::StartsWith("POST /alerts?team=shop HTTP/1.1\r\n"));
  EXPECT_EQ(header(inbox.last(), "Content-Type"), "application/json");
  EXPECT_EQ(header(inbox.last(), "Idempotency-Key"), "k1");
  EXPECT_EQ(header(inbox.last(), "Ballast-Signature"), "(none)");
  EXPECT_EQ(inbox.body(), alert_webhook_body(some_notification()));
  spec.max_alerts = 1;
  const Notification two = notification({alert({{"a", "1"}}), alert({{"a", "2"}})});
  EXPECT_THAT(told_to(rig, spec, two), was_delivered());
  EXPECT_EQ(inbox.body(), alert_webhook_body(two, 1));
}

TEST(WebhookReceiver, SignsTheTimeAndTheBody) {
  Inbox inbox(http_answer("204 No Content", ""));
  ReceiverRig rig;
  const WebhookReceiver spec{.url = inbox.url(), .secret = rig.secret("key of the hook\n")};
  const auto before = std::chrono::floor<std::chrono::seconds>(rig.client.loop->wall());
  EXPECT_THAT(told_to(rig, spec), was_delivered());
  const std::string signature = header(inbox.last(), "Ballast-Signature");
  ASSERT_THAT(signature, testing::MatchesRegex("t=[0-9]+,v1=[0-9a-f]+"));
  const std::string time = signature.substr(2, signature.find(',') - 2);
  EXPECT_GE(std::stoll(time), before.time_since_epoch().count());
  EXPECT_EQ(signature.substr(signature.find("v1=") + 3),
            hmac_sha256_hex(Secret<std::string>(std::string("key of the hook")), time + "." + inbox.body()));
}

TEST(WebhookReceiver, ReadsItsSecretsAtEachDelivery) {
  Inbox inbox(http_answer("200 OK", ""));
  ReceiverRig rig;
  const WebhookReceiver spec{.url_from = rig.secret(inbox.url("/first"), "url"),
                             .auth = AuthSpec{.bearer = rig.secret("one", "token")}};
  const auto notifier = make_webhook_notifier(spec, rig.host);
  EXPECT_THAT(rig.deliver(notifier, some_notification()), was_delivered());
  EXPECT_THAT(inbox.last(), testing::StartsWith("POST /first "));
  EXPECT_EQ(header(inbox.last(), "Authorization"), "Bearer one");
  static_cast<void>(rig.secret(inbox.url("/second") + "\n", "url"));
  static_cast<void>(rig.secret("two", "token"));
  EXPECT_THAT(rig.deliver(notifier, some_notification()), was_delivered());
  EXPECT_THAT(inbox.last(), testing::StartsWith("POST /second "));
  EXPECT_EQ(header(inbox.last(), "Authorization"), "Bearer two");
}

TEST(WebhookReceiver, KeepsHostileTextOutOfItsHeader) {
  Inbox inbox(http_answer("200 OK", ""));
  ReceiverRig rig;
  Notification told = notification({alert({{"alertname", kHostile}, {kHostile, kHostile}})});
  told.key = "a%b" + kHostile;
  told.receiver = kHostile;
  EXPECT_THAT(told_to(rig, {.url = inbox.url()}, told), was_delivered());
  const std::string head = inbox.last().substr(0, inbox.last().find("\r\n\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("\nX-Evil")));
  EXPECT_THAT(header(inbox.last(), "Idempotency-Key"), testing::StartsWith("a%25b<b>&lt;%20<!channel>"));
  EXPECT_THAT(inbox.body(), testing::EndsWith("\"truncatedAlerts\":0}"));
}

TEST(WebhookReceiver, SaysWhatAnAnswerMeans) {
  struct Case {
    const char* status;
    Errc code;
  };
  for (const auto& [status, code] : {
           Case{"301 Moved", Errc::invalid},
           Case{"400 Bad Request", Errc::invalid},
           Case{"401 Unauthorized", Errc::denied},
           Case{"403 Forbidden", Errc::denied},
           Case{"404 Not Found", Errc::not_found},
           Case{"408 Request Timeout", Errc::timeout},
           Case{"410 Gone", Errc::not_found},
           Case{"413 Too Large", Errc::invalid},
           Case{"429 Too Many Requests", Errc::rate_limited},
           Case{"500 Internal Server Error", Errc::unavailable},
           Case{"503 Service Unavailable", Errc::unavailable},
           Case{"599 Whatever", Errc::unavailable},
           Case{"600 Whatever", Errc::invalid},
       }) {
    Inbox inbox(http_answer(status, "a reason"));
    ReceiverRig rig;
    EXPECT_THAT(told_to(rig, {.url = inbox.url()}), failed_with(code, std::string("HTTP ") + std::string(status, 3)));
  }
}

TEST(WebhookReceiver, TellsHowLongItIsToBeLeftAlone) {
  for (const char* status : {"429 Too Many Requests", "503 Service Unavailable"}) {
    Inbox inbox(http_answer(status, "slowly", "Retry-After: 7\r\n"));
    ReceiverRig rig;
    const Delivery delivery = told_to(rig, {.url = inbox.url()});
    EXPECT_THAT(delivery, failed_with(delivery.failure->code, "receiver pager: HTTP ")) << status;
    EXPECT_EQ(delivery.retry_after, std::optional<Duration>(7s)) << status;
  }
  Inbox refusing(http_answer("400 Bad Request", "no", "Retry-After: 7\r\n"));
  ReceiverRig rig;
  EXPECT_EQ(told_to(rig, {.url = refusing.url()}).retry_after, std::nullopt);
}

TEST(WebhookReceiver, DoesNotKnowWhetherASilentOneTookIt) {
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  RawServer garbage(always("SSH-2.0-OpenSSH_9.2\r\n"));
  RawServer closing([](RawPeer& peer) { peer.read_request(); });
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.url = silent.url(), .timeout = 100ms}),
              failed_with(Errc::outcome_unknown, "not answered"));
  EXPECT_THAT(told_to(rig, {.url = garbage.url()}), failed_with(Errc::outcome_unknown, "127.0.0.1"));
  EXPECT_THAT(told_to(rig, {.url = closing.url()}), failed_with(Errc::outcome_unknown, "closed without an answer"));
}

TEST(WebhookReceiver, IsNotThereOrNotAllowed) {
  std::string nobody;
  {
    const RawServer gone([](RawPeer&) {});
    nobody = gone.url();
  }
  ReceiverRig rig;
  EXPECT_THAT(told_to(rig, {.url = nobody}), failed_with(Errc::unavailable, "127.0.0.1"));
  EXPECT_THAT(told_to(rig, {.url = "http://169.254.169.254/latest/"}), failed_with(Errc::denied, "169.254.169.254"));
  HttpClientOptions careful;
  careful.network.allow_loopback = false;
  ReceiverRig strict(careful);
  EXPECT_THAT(told_to(strict, {.url = nobody}), failed_with(Errc::denied, "127.0.0.1"));
}

TEST(WebhookReceiver, S60_DoesNotFollowToMetadata) {
  Inbox inbox(http_answer("302 Found", "see http://169.254.169.254/?token=canary",
                          "Location: http://169.254.169.254/latest/meta-data/?token=canary\r\n"));
  ReceiverRig rig;
  const Delivery delivery = told_to(rig, {.url = inbox.url()});
  EXPECT_EQ(delivery.failure, (Error{Errc::invalid, "receiver pager: HTTP 302: redirects are not followed"}));
  EXPECT_EQ(inbox.requests().size(), 1U);
}

TEST(WebhookReceiver, ShowsLittleOfAnAnswer) {
  Inbox inbox(http_answer("500 Oops", "line\r\none\x1b[31m" + std::string(100'000, 'x')));
  ReceiverRig rig;
  const Delivery delivery = told_to(rig, {.url = inbox.url()});
  ASSERT_THAT(delivery, failed_with(Errc::unavailable, "HTTP 500: line  one [31mxxx"));
  EXPECT_LT(delivery.failure->message.size(), 250U);
}

TEST(WebhookReceiver, NeedsOneAddressAndItsSecrets) {
  ReceiverRig rig;
  EXPECT_EQ(make_webhook_notifier({}, rig.host).error().code, Errc::invalid);
  EXPECT_EQ(make_webhook_notifier({.url = "http://h", .url_from = SecretRef{.env = "X"}}, rig.host).error().code,
            Errc::invalid);
  const auto with_password = make_webhook_notifier({.url = "http://u:canary@h/"}, rig.host);
  ASSERT_FALSE(with_password);
  EXPECT_THAT(with_password.error().message, testing::AllOf(HasSubstr("webhook.url"), Not(HasSubstr("canary"))));
  EXPECT_THAT(told_to(rig, {.url_from = SecretRef{.file = "/nonexistent/url"}}),
              failed_with(Errc::not_found, "/nonexistent/url"));
  EXPECT_THAT(told_to(rig, {.url = "http://127.0.0.1:1/", .secret = SecretRef{.env = "BALLAST_NO_SUCH"}}),
              failed_with(Errc::not_found, "BALLAST_NO_SUCH"));
  EXPECT_THAT(told_to(rig, {.url_from = rig.secret("ftp://h/canary")}), failed_with(Errc::invalid, "no usable http"));
}

}  // namespace
}  // namespace ballast
