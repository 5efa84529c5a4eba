// What the receiver `email` does not take for its settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "adapters/receivers/email.h"

namespace ballast {
namespace {

using testing::IsEmpty;

TEST(EmailReceiver, RefusesWhatCouldBreakOutOfItsPlaceOrShowsThePassword) {
  const EmailReceiver good{.smarthost = "mail.example.com:587", .from = "a@b", .to = {"c@d"}};
  EXPECT_THAT(good.check(), IsEmpty());
  struct Case {
    const char* path;
    void (*change)(EmailReceiver&);
  };
  const std::vector<Case> cases{
      {"from", [](EmailReceiver& spec) { spec.from = "Ballast <a@b>"; }},
      {"from", [](EmailReceiver& spec) { spec.from = "a@b>\r\nRCPT TO:<x@y"; }},
      {"to[1]", [](EmailReceiver& spec) { spec.to.emplace_back("c@d\nBcc: x@y"); }},
      {"to", [](EmailReceiver& spec) { spec.to.clear(); }},
      {"hello", [](EmailReceiver& spec) { spec.hello = "x\r\nMAIL"; }},
      {"hello", [](EmailReceiver& spec) { spec.hello = "x%0d%0aMAIL"; }},
      {"smarthost", [](EmailReceiver& spec) { spec.smarthost = "user@mail:25"; }},
      {"smarthost", [](EmailReceiver& spec) { spec.smarthost = "mail/x:25"; }},
      {"smarthost", [](EmailReceiver& spec) { spec.smarthost = "mail"; }},
      {"smarthost", [](EmailReceiver& spec) { spec.smarthost = "mail:0"; }},
      {"smarthost", [](EmailReceiver& spec) { spec.smarthost = "mail:25/x"; }},
      {"smarthost", [](EmailReceiver& spec) { spec.smarthost = "*:25"; }},
      {"auth",
       [](EmailReceiver& spec) {
         spec.tls = MailTls::none;
         spec.auth = SmtpLogin{.username = "a", .password = {.env = "P"}};
       }},
  };
  for (const Case& what : cases) {
    EmailReceiver spec = good;
    what.change(spec);
    const Problems problems = spec.check();
    ASSERT_EQ(problems.size(), 1U) << what.path;
    EXPECT_EQ(problems.front().path, what.path);
    for (const char c : problems.front().message) EXPECT_GE(c, ' ');
  }
  EmailReceiver six = good;
  six.smarthost = "[::1]:25";
  EXPECT_THAT(six.check(), IsEmpty());
}

}  // namespace
}  // namespace ballast
