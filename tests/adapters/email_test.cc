// The receiver `email` against a real mail server.
#include "adapters/receivers/email.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/adapters/mail_peer.h"
#include "tests/io/certificates.h"
#include "tests/io/run_task.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Json = MailPeer::Json;

constexpr const char* kCanary = "canary-pa55word";

/// Nobody asks it for anything: mail goes through neither.
class NoFetcher final : public Fetcher {
 public:
  Task<Result<Response>> fetch(Request) override { co_return Error{Errc::bug, "a mail is not fetched"}; }
};

Notification told() {
  Alert alert{.labels = {{"alertname", "MaxedOut"}, {"workload", "shop/checkout"}}};
  alert.annotations = {{"summary", "Größer als 10\n.\nQUIT"}};
  alert.starts_at = WallTime{std::chrono::sys_days{std::chrono::November / 27 / 2026} + 8h};
  return {.receiver = "ops",
          .group_key = "group",
          .key = "first",
          .group_labels = {{"alertname", "MaxedOut"}, {"workload", "Größe"}},
          .alerts = {alert}};
}

class Email : public testing::Test {
 protected:
  void SetUp() override {
    if (!MailPeer::installed()) GTEST_SKIP() << "SKIPPED: no python3-aiosmtpd";
  }

  /// Options of a server that has a certificate of `authority_`.
  [[nodiscard]] Json secure(Json more = Json::object()) const {
    more["certificate"] = certificate_;
    more["key"] = key_;
    return more;
  }
  [[nodiscard]] EmailReceiver spec(const std::string& smarthost) const {
    return {.smarthost = smarthost,
            .from = "ballast@example.com",
            .to = {"a@example.com", "b@example.com"},
            .ca_file = ca_file_,
            .timeout = 20s};
  }
  [[nodiscard]] EmailReceiver with_login(EmailReceiver spec) const {
    spec.auth = SmtpLogin{.username = "ballast", .password = {.file = password_}};
    return spec;
  }
  Delivery deliver(EmailReceiver spec) {
    auto notifier = make_email_notifier(std::move(spec), host_);
    if (!notifier) return {.failure = notifier.error()};
    Delivery delivery = run_task(loop_, (*notifier)->deliver(told()));
    EXPECT_THAT(said(delivery), Not(HasSubstr(kCanary)));
    return delivery;
  }
  [[nodiscard]] static std::string said(const Delivery& delivery) {
    return delivery.failure ? delivery.failure->message : "taken";
  }
  [[nodiscard]] static Errc code_of(const Delivery& delivery) {
    return delivery.failure ? delivery.failure->code : Errc::bug;
  }

  Loop loop_;
  std::unique_ptr<Executor> executor_ = loop_.make_executor();
  NoFetcher fetcher_;
  ReceiverHost host_{loop_, fetcher_, fetcher_, *executor_};
  Certificate authority_ = make_authority("mail-ca");
  Certificate server_ = issue(authority_, "IP:127.0.0.1");
  std::string ca_file_ = write_file("mail-ca.pem", authority_.certificate_pem);
  std::string certificate_ = write_file("mail.pem", server_.certificate_pem);
  std::string key_ = write_file("mail.key", server_.key_pem);
  std::string password_ = write_file("mail.password", std::string(kCanary) + "\n");
};

TEST_F(Email, DeliversOverStartTlsWithALogin) {
  const MailPeer peer(secure({{"user", "ballast"}, {"password", kCanary}}));
  const Delivery delivery = deliver(with_login(spec(peer.address())));
  EXPECT_EQ(said(delivery), "taken");
  EXPECT_THAT(peer.words(), ElementsAre("EHLO", "EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "DATA"));
  ASSERT_EQ(peer.mails().size(), 1U);
  const Json mail = peer.mails().front();
  EXPECT_EQ(mail["tls"], true);
  EXPECT_EQ(mail["user"], "ballast");
  EXPECT_EQ(mail["sender"], "ballast@example.com");
  EXPECT_EQ(mail["recipients"], (Json{"a@example.com", "b@example.com"}));
  EXPECT_THAT(mail["raw"].get<std::string>(), Not(HasSubstr(kCanary)));
}

TEST_F(Email, IsReadByPythonAsItWasMeant) {
  const MailPeer peer(secure());
  ASSERT_EQ(said(deliver(spec(peer.address()))), "taken");
  ASSERT_EQ(peer.mails().size(), 1U);
  const Json mail = peer.mails().front();
  EXPECT_EQ(mail["defects"], Json::array());
  EXPECT_THAT(mail["headers"], Contains(Json{"Subject", "[FIRING:1] MaxedOut Größe"}));
  EXPECT_THAT(mail["headers"], Contains(Json{"From", "ballast@example.com"}));
  EXPECT_THAT(mail["headers"], Contains(Json{"To", "a@example.com, b@example.com"}));
  EXPECT_EQ(mail["headers"].size(), 10U);
  ASSERT_EQ(mail["parts"].size(), 2U);
  EXPECT_EQ(mail["parts"][0][0], "text/plain");
  EXPECT_THAT(mail["parts"][0][1].get<std::string>(), HasSubstr("  summary: Größer als 10\r\n.\r\nQUIT\r\n"));
  EXPECT_THAT(mail["parts"][0][1].get<std::string>(), HasSubstr("since 2026-11-27T08:00:00Z"));
  EXPECT_EQ(mail["parts"][1][0], "text/html");
}

TEST_F(Email, DeliversOverTlsFromTheBeginAndWithoutTlsWhereThatIsWanted) {
  const MailPeer implicit(secure({{"implicit", true}, {"user", "ballast"}, {"password", kCanary}}));
  EmailReceiver settings = with_login(spec(implicit.address()));
  settings.tls = MailTls::implicit;
  EXPECT_EQ(said(deliver(settings)), "taken");
  ASSERT_EQ(implicit.mails().size(), 1U);
  EXPECT_EQ(implicit.mails().front()["tls"], true);

  const MailPeer plain(Json::object());
  settings = spec(plain.address());
  settings.tls = MailTls::none;
  settings.hello = "monitor.example.com";
  EXPECT_EQ(said(deliver(settings)), "taken");
  ASSERT_EQ(plain.mails().size(), 1U);
  EXPECT_EQ(plain.mails().front()["tls"], false);
  EXPECT_EQ(plain.told().front()["name"], "monitor.example.com");
}

TEST_F(Email, GivesNothingToAServerThatItCannotTrust) {
  const MailPeer peer(secure({{"user", "ballast"}, {"password", kCanary}}));
  EmailReceiver settings = with_login(spec(peer.address()));
  settings.ca_file = write_file("other-ca.pem", make_authority("other").certificate_pem);
  Delivery delivery = deliver(settings);
  EXPECT_EQ(code_of(delivery), Errc::unavailable);
  EXPECT_THAT(said(delivery), HasSubstr("SSL certificate problem"));

  settings.ca_file.clear();  // those of the system
  EXPECT_EQ(code_of(deliver(settings)), Errc::unavailable);

  settings.ca_file = ca_file_;
  settings.smarthost = "localhost:" + std::to_string(peer.port());
  delivery = deliver(settings);
  EXPECT_EQ(code_of(delivery), Errc::unavailable);
  EXPECT_THAT(said(delivery), HasSubstr("localhost"));

  settings.ca_file = "/nonexistent/ca.pem";
  EXPECT_EQ(code_of(deliver(settings)), Errc::invalid);
  EXPECT_THAT(peer.words(), Each(testing::StrEq("EHLO")));

  settings.insecure_skip_verify = true;
  settings.ca_file.clear();
  EXPECT_EQ(said(deliver(settings)), "taken") << "asked to trust whoever answers";
}

TEST_F(Email, GivesNothingToAServerWithoutStartTls) {
  const MailPeer peer(Json::object());
  EmailReceiver settings = with_login(spec(peer.address()));
  const Delivery delivery = deliver(settings);
  EXPECT_EQ(code_of(delivery), Errc::unavailable);
  EXPECT_THAT(said(delivery), HasSubstr("does not offer STARTTLS"));
  EXPECT_THAT(peer.words(), ElementsAre("EHLO"));
  settings.tls = MailTls::implicit;
  EXPECT_EQ(code_of(deliver(settings)), Errc::unavailable);
  EXPECT_THAT(peer.mails(), IsEmpty());
}

TEST_F(Email, SaysWhatTheServersRefusalsMean) {
  struct Case {
    const char* name;
    Json options;
    Errc code;
    const char* text;
  };
  const Json both_gone = {{"a@example.com", "550 5.1.1 no a"}, {"b@example.com", "550 5.1.1 no b"}};
  const Json one_later = {{"a@example.com", "550 5.1.1 no a"}, {"b@example.com", "450 4.2.0 greylisted"}};
  const std::vector<Case> cases{
      {"sender refused", {{"mail", "553 5.7.1 not yours"}}, Errc::invalid, "553 5.7.1 not yours"},
      {"login wanted", {{"mail", "530 5.7.0 log in first"}}, Errc::denied, "530"},
      {"server busy", {{"mail", "421 4.3.2 closing"}}, Errc::unavailable, "421"},
      {"recipients gone", {{"rcpt", both_gone}}, Errc::invalid, "550 5.1.1 no b"},
      {"none now, one later", {{"rcpt", one_later}}, Errc::unavailable, "450 4.2.0 greylisted"},
      {"mail refused for a while", {{"data", "451 4.3.0 disk full"}}, Errc::unavailable, "451 4.3.0 disk full"},
      {"mail refused", {{"data", "554 5.7.1 spam"}}, Errc::invalid, "554 5.7.1 spam"},
  };
  for (const Case& what : cases) {
    const MailPeer peer(secure(what.options));
    const Delivery delivery = deliver(spec(peer.address()));
    EXPECT_EQ(code_of(delivery), what.code) << what.name;
    EXPECT_THAT(said(delivery), HasSubstr(peer.address() + ": ")) << what.name;
    EXPECT_THAT(said(delivery), HasSubstr(what.text)) << what.name;
  }
}

TEST_F(Email, IsTakenOnceTheOthersHaveItThoughOneRecipientIsRefused) {
  const MailPeer gone(secure({{"rcpt", {{"a@example.com", "550 5.1.1 no such user"}}}}));
  const Delivery delivery = deliver(spec(gone.address()));
  EXPECT_EQ(said(delivery), "taken");
  EXPECT_EQ(delivery.note,
            gone.address() + ": 1 of 2 recipients refused, they do not get it: a@example.com: 550 5.1.1 no such user");
  ASSERT_EQ(gone.mails().size(), 1U);
  EXPECT_EQ(gone.mails().front()["recipients"], (Json::array({"b@example.com"})));
}

TEST_F(Email, IsSentAgainOnlyToThoseWhoDoNotHaveIt) {
  const Json greylisted = Json::array({"450 4.2.0 greylisted", "250 OK"});
  const MailPeer peer(secure({{"rcpt", {{"b@example.com", greylisted}, {"c@example.com", "550 5.1.1 gone"}}}}));
  EmailReceiver settings = spec(peer.address());
  settings.to.emplace_back("c@example.com");
  const auto notifier = make_email_notifier(settings, host_);
  ASSERT_TRUE(notifier);
  Delivery delivery = run_task(loop_, (*notifier)->deliver(told()));
  EXPECT_EQ(code_of(delivery), Errc::unavailable);
  EXPECT_THAT(said(delivery), HasSubstr("1 of 3 recipients refused for a while"));
  EXPECT_THAT(said(delivery), HasSubstr("450 4.2.0 greylisted"));
  delivery = run_task(loop_, (*notifier)->deliver(told()));
  EXPECT_EQ(said(delivery), "taken");
  EXPECT_THAT(delivery.note, HasSubstr("c@example.com: 550 5.1.1 gone"));
  ASSERT_EQ(peer.mails().size(), 2U);
  EXPECT_EQ(peer.mails()[0]["recipients"], (Json::array({"a@example.com"})));
  EXPECT_EQ(peer.mails()[1]["recipients"], (Json::array({"b@example.com"})));
  const auto headers = [&](std::size_t mail) { return peer.mails()[mail]["headers"]; };
  EXPECT_THAT(headers(1), Contains(Json{"To", "a@example.com, b@example.com, c@example.com"})) << "as all see it";
  const auto is_id = [](const Json& header) { return header[0] == "Message-ID"; };
  const Json first = headers(0);
  EXPECT_THAT(headers(1), Contains(*std::ranges::find_if(first, is_id)));
  delivery = run_task(loop_, (*notifier)->deliver(told()));
  EXPECT_EQ(peer.mails()[2]["recipients"], (Json{"a@example.com", "b@example.com"})) << "a new notification";
}

TEST_F(Email, IsNotRefusedByAConnectionThatBreaks) {
  RawServer breaks([](RawPeer& peer) {
    peer.send("220 hello\r\n");
    for (std::string got = peer.read_some(); !got.empty(); got = peer.read_some()) {
      if (got.starts_with("DATA")) return peer.reset();
      peer.send(got.starts_with("RCPT TO:<a@") ? "550 no such user\r\n" : "250 fine\r\n");
    }
  });
  EmailReceiver settings = spec("127.0.0.1:" + std::to_string(breaks.port()));
  settings.tls = MailTls::none;
  const Delivery delivery = deliver(settings);
  EXPECT_EQ(code_of(delivery), Errc::unavailable);
  EXPECT_THAT(said(delivery), Not(HasSubstr("no such user")));
}

TEST_F(Email, IsDeniedWithAWrongPasswordAndNeverShowsIt) {
  const Json login{{"user", "ballast"}, {"password", "another"}};
  const MailPeer wrong(secure(login));
  Delivery delivery = deliver(with_login(spec(wrong.address())));
  EXPECT_EQ(code_of(delivery), Errc::denied);
  EXPECT_THAT(said(delivery), HasSubstr("535"));
  EXPECT_THAT(wrong.mails(), IsEmpty());

  Json echo = login;
  echo["auth"] = std::string("535 no ") + kCanary + " AGJhbGxhc3QAY2FuYXJ5LXBhNTV3b3Jk Y2FuYXJ5LXBhNTV3b3Jk";
  const MailPeer talkative(secure(echo));
  delivery = deliver(with_login(spec(talkative.address())));
  EXPECT_THAT(said(delivery), HasSubstr("535 no *** *** ***"));

  Json later = login;
  later["auth"] = "454 4.7.0 try again";
  const MailPeer busy(secure(later));
  EXPECT_EQ(code_of(deliver(with_login(spec(busy.address())))), Errc::unavailable);

  EmailReceiver without_file = with_login(spec(busy.address()));
  without_file.auth->password.file = "/nonexistent/password";
  EXPECT_EQ(code_of(deliver(without_file)), Errc::not_found);
}

TEST_F(Email, DoesNotKnowWhatBecameOfAMailThatIsNotAnswered) {
  const MailPeer hangs_up(secure({{"data", "hang_up"}}));
  EXPECT_EQ(code_of(deliver(spec(hangs_up.address()))), Errc::outcome_unknown);
  const MailPeer silent(secure({{"data", "silence"}}));
  EmailReceiver settings = spec(silent.address());
  settings.timeout = 2s;
  EXPECT_EQ(code_of(deliver(settings)), Errc::outcome_unknown);
  EXPECT_EQ(silent.mails().size(), 1U);
}

TEST_F(Email, GivesUpOnASilentServerAtItsDeadline) {
  RawServer silent([](RawPeer& peer) { peer.hang(); });
  EmailReceiver settings = spec("127.0.0.1:" + std::to_string(silent.port()));
  settings.timeout = 300ms;
  const Delivery delivery = deliver(settings);
  EXPECT_EQ(code_of(delivery), Errc::timeout);
  EXPECT_THAT(said(delivery), HasSubstr("no answer within 0.3 s"));
}

TEST_F(Email, IsDoneOnceTheMailIsTakenThoughTheFarewellIsNotAnswered) {
  // Speaks without TLS, and no more once it has the mail; curl sends the last dot on its own.
  RawServer rude([](RawPeer& peer) {
    peer.send("220 rude\r\n");
    for (std::string got = peer.read_some(); !got.empty(); got = peer.read_some()) {
      if (got.starts_with("QUIT")) return peer.hang();
      if (got.starts_with("EHLO")) peer.send("502 what?\r\n");
      if (got.starts_with("DATA")) peer.send("354 go on\r\n");
      if (got.starts_with("HELO") || got.starts_with("MAIL") || got.starts_with("RCPT")) peer.send("250 fine\r\n");
      if (got == ".\r\n" || got.ends_with("\n.\r\n")) peer.send("250 taken\r\n");
    }
  });
  EmailReceiver settings = spec("127.0.0.1:" + std::to_string(rude.port()));
  settings.tls = MailTls::none;
  settings.timeout = 1s;
  EXPECT_EQ(said(deliver(settings)), "taken") << "and EHLO that was refused is no recipient";
}

TEST_F(Email, ConnectsToNoAddressWhereCloudsKeepMetadata) {
  for (const char* host : {"169.254.169.254:25", "[fe80::1]:25", "[::ffff:169.254.169.254]:25", "100.100.100.200:25"}) {
    const Delivery delivery = deliver(spec(host));
    EXPECT_EQ(code_of(delivery), Errc::denied) << host;
    EXPECT_THAT(said(delivery), HasSubstr("where clouds keep metadata"));
  }
}

TEST_F(Email, IsUnavailableWhereNobodyListens) {
  std::uint16_t port = 0;
  {
    port = RawServer([](RawPeer&) {}).port();
  }
  EXPECT_EQ(code_of(deliver(spec("127.0.0.1:" + std::to_string(port)))), Errc::unavailable);
}

Task<void> deliver_and_forget(Notifier& notifier) { co_await notifier.deliver(told()); }

TEST_F(Email, EndsSoonAfterItsAskerIsGone) {
  std::atomic<bool> heard = false;
  RawServer greets([&heard](RawPeer& peer) {
    peer.send("220 hello\r\n");
    heard = !peer.read_some().empty();
    heard.notify_all();
    peer.hang();
  });
  EmailReceiver settings = spec("127.0.0.1:" + std::to_string(greets.port()));
  settings.timeout = 60s;
  auto notifier = make_email_notifier(settings, host_);
  ASSERT_TRUE(notifier);
  const TimePoint before = loop_.now();
  {
    TaskGroup group;
    group.spawn(deliver_and_forget(**notifier));
    heard.wait(false);
  }
  notifier->reset();
  executor_.reset();  // waits for its work
  EXPECT_LT(loop_.now() - before, 30s);
}

}  // namespace
}  // namespace ballast
