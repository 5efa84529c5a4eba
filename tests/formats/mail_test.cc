#include "formats/mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/mail_text.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr WallTime kBegan = std::chrono::sys_days{std::chrono::November / 27 / 2026} + 8h;

Alert alert_of(const std::string& name, LabelSet more = {}) {
  Alert alert{.labels = std::move(more), .starts_at = kBegan};
  alert.labels["alertname"] = name;
  return alert;
}

Notification told(std::vector<Alert> alerts) {
  return {.receiver = "ops",
          .group_key = "{}:{alertname=\"MaxedOut\"}",
          .key = "42",
          .group_labels = {{"alertname", "MaxedOut"}, {"workload", "shop/checkout"}},
          .alerts = std::move(alerts)};
}

Notification told() { return told({alert_of("MaxedOut"), alert_of("MaxedOut")}); }

MailHead head() { return {.from = "ballast@example.com", .to = {"oncall@example.com"}, .date = kBegan}; }

/// What a reader makes of a mail: headers unfolded, in their order, and the body as it came.
struct Read {
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};

  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return "none";
  }
};

Read read(const std::string& mail) {
  Read result;
  std::string_view rest = mail;
  for (;;) {
    const std::size_t end = rest.find("\r\n");
    if (end == rest.npos) return result;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    if (line.empty()) break;
    if (line.front() == ' ') {
      result.headers.back().second += line;
      continue;
    }
    const std::size_t colon = line.find(':');
    result.headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  result.body = rest;
  return result;
}

/// RFC 2045, 6.7, and with `_` RFC 2047, 4.2.
std::string unquoted(std::string_view text, bool header = false) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      result += header && text[i] == '_' ? ' ' : text[i];
      continue;
    }
    int byte = 0;
    if (text.substr(i, 3) != "=\r\n") {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      result += static_cast<char>(byte);
    }
    i += 2;
  }
  return result;
}

std::string decoded_words(std::string_view value) {
  constexpr std::string_view kOpen = "=?UTF-8?Q?";
  std::string result;
  for (std::size_t at = value.find(kOpen); at != value.npos; at = value.find(kOpen)) {
    value.remove_prefix(at + kOpen.size());
    const std::size_t end = value.find("?=");
    result += unquoted(value.substr(0, end), true);
    value.remove_prefix(end + 2);
  }
  return result;
}

/// The decoded part of that type.
std::string part(const std::string& mail, std::string_view type) {
  const std::size_t from = mail.find("\r\n\r\n", mail.find("Content-Type: " + std::string(type))) + 4;
  return unquoted(mail.substr(from, mail.find("\r\n--=_", from) + 2 - from));
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return longest;
}

TEST(Mail, HasTheHeadersOfAMailThatAMachineSends) {
  const Read mail = read(mail_message(told(), head()));
  std::vector<std::string> names;
  for (const auto& [name, value] : mail.headers) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
                                 "Auto-Submitted", "MIME-Version", "Content-Type"));
  EXPECT_EQ(mail.header("From"), "ballast@example.com");
  EXPECT_EQ(mail.header("To"), "oncall@example.com");
  EXPECT_EQ(mail.header("Subject"), "[FIRING:2] MaxedOut shop/checkout");
  EXPECT_EQ(mail.header("Date"), "Fri, 27 Nov 2026 08:00:00 +0000");
  EXPECT_EQ(mail.header("Auto-Submitted"), "auto-generated");
  EXPECT_THAT(mail.header("Content-Type"), StartsWith("multipart/alternative; boundary=\"=_"));
}

TEST(Mail, KeepsItsIdentityOnEachTryAndItsThreadForEachOfTheGroup) {
  Notification next = told();
  next.key = "43";
  MailHead later = head();
  later.date += 5min;
  const Read first = read(mail_message(told(), head()));
  const Read again = read(mail_message(told(), later));
  const Read second = read(mail_message(next, later));
  EXPECT_THAT(first.header("Message-ID"), testing::MatchesRegex("<[0-9a-f]+@example.com>"));
  EXPECT_EQ(first.header("Message-ID"), again.header("Message-ID"));
  EXPECT_NE(first.header("Message-ID"), second.header("Message-ID"));
  EXPECT_EQ(first.header("References"), second.header("References"));
  EXPECT_EQ(first.header("References"), first.header("In-Reply-To"));
  next.group_key = "another";
  EXPECT_NE(read(mail_message(next, head())).header("References"), second.header("References"));
}

TEST(Mail, SaysInItsSubjectHowManyFireAndOfWhatGroup) {
  Alert over = alert_of("MaxedOut");
  over.ends_at = kBegan + 1min;
  EXPECT_EQ(mail_subject(told({alert_of("MaxedOut"), over})), "[FIRING:1] MaxedOut shop/checkout");
  EXPECT_EQ(mail_subject(told({over})), "[RESOLVED] MaxedOut shop/checkout");
  Notification of_all = told();
  of_all.group_labels.clear();
  EXPECT_EQ(mail_subject(of_all), "[FIRING:2] MaxedOut");
  of_all.group_labels = {{"zone", "b"}, {"area", "a"}};
  EXPECT_EQ(mail_subject(of_all), "[FIRING:2] a b");
}

TEST(Mail, NoTextReachesAHeaderOrEndsOne) {
  constexpr std::string_view kEvil = "x\r\nBcc: thief@example.com\r\n\r\nbody\0\x1b[31m\x7f"sv;
  const std::string evil(kEvil);
  Alert alert = alert_of(evil, {{evil, evil}});
  alert.annotations[evil] = evil;
  alert.generator_url = evil;
  Notification notification = told({alert});
  notification.group_labels = {{"alertname", evil}, {evil, "\nSubject: other"}};
  notification.group_key = notification.key = notification.receiver = notification.external_url = evil;
  const MailHead address{.from = "a@b\r\nBcc: c@d", .to = {"ok@example.com", "no@x\r\nBcc: t@x", "<n@x>", "n n@x"}};
  const std::string mail = mail_message(notification, address);
  const Read seen = read(mail);
  EXPECT_EQ(seen.header("From"), "");
  EXPECT_EQ(seen.header("To"), "ok@example.com");
  EXPECT_EQ(seen.header("Subject"), "[FIRING:1] x Bcc: thief@example.com body [31m Subject: other");
  EXPECT_EQ(seen.header("Bcc"), "none");
  EXPECT_EQ(seen.headers.size(), 10U);
  EXPECT_THAT(seen.header("Message-ID"), EndsWith("@localhost>"));
  for (const char c : mail) EXPECT_TRUE(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'));
}

TEST(Mail, EncodesASubjectThatIsNotAsciiInWholeCharacters) {
  Notification notification = told();
  std::string flames = "Größe ";
  for (int i = 0; i < 30; ++i) flames += "🔥";
  notification.group_labels = {{"alertname", flames}};
  const std::string mail = mail_message(notification, head());
  const std::string subject = read(mail).header("Subject");
  EXPECT_EQ(decoded_words(subject), "[FIRING:2] " + flames);
  EXPECT_LE(longest_line(mail), 76U);
  for (std::size_t at = subject.find("=?UTF-8?Q?"); at != subject.npos; at = subject.find("=?UTF-8?Q?", at + 1)) {
    const std::string word = subject.substr(at, subject.find("?=", at + 10) + 2 - at);
    const std::string alone = decoded_words(word);
    EXPECT_EQ(one_line(alone + "x", 1000), alone + "x") << "a character is cut in two: " << word;
  }
}

TEST(Mail, FoldsALongSubjectAndCutsOneThatIsTooLong) {
  Notification notification = told();
  notification.group_labels = {
      {"alertname", "many words that come one after the other and go on for more than a line"}};
  EXPECT_EQ(read(mail_message(notification, head())).header("Subject"),
            "[FIRING:2] many words that come one after the other and go on for more than a line");
  notification.group_labels = {{"alertname", std::string(5000, 'x')}};
  EXPECT_EQ(mail_subject(notification), "[FIRING:2] " + std::string(186, 'x') + "…");
  EXPECT_LE(longest_line(mail_message(notification, head())), 76U);
  // What looks as if it were encoded is not decoded by anybody.
  notification.group_labels = {{"alertname", "=?UTF-8?Q?=0D=0ABcc:_x?="}};
  EXPECT_EQ(decoded_words(read(mail_message(notification, head())).header("Subject")),
            "[FIRING:2] =?UTF-8?Q?=0D=0ABcc:_x?=");
}

TEST(Mail, TellsOfEachAlertItsLabelsAnnotationsAndTimes) {
  Alert fires = alert_of("MaxedOut", {{"member", "web-1"}});
  fires.annotations = {{"summary", "needs > 10 replicas\nfor 5 minutes"}, {"runbook_url", "https://wiki.example/m"}};
  fires.generator_url = "https://ballast.example/checkout?a=1&b=2";
  Alert over = alert_of("MaxedOut", {{"member", "web-2"}});
  over.ends_at = kBegan + 90s;
  Notification notification = told({fires, over});
  notification.external_url = "https://ballast.example/";
  const std::string mail = mail_message(notification, head());
  EXPECT_EQ(part(mail, "text/plain"),
            "1 firing, 1 resolved\r\n\r\n"
            "Firing: MaxedOut\r\n  since 2026-11-27T08:00:00Z\r\n"
            "  summary: needs > 10 replicas\r\nfor 5 minutes\r\n  runbook_url: https://wiki.example/m\r\n"
            "  alertname = MaxedOut\r\n  member = web-1\r\n"
            "  https://ballast.example/checkout?a=1&b=2\r\n\r\n"
            "Resolved: MaxedOut\r\n  from 2026-11-27T08:00:00Z to 2026-11-27T08:01:30Z\r\n"
            "  alertname = MaxedOut\r\n  member = web-2\r\n\r\n"
            "https://ballast.example/\r\n");
  const std::string html = part(mail, "text/html");
  EXPECT_THAT(html, HasSubstr("needs &gt; 10 replicas"));
  EXPECT_THAT(html, HasSubstr("<a href=\"https://wiki.example/m\">"));
  EXPECT_THAT(html, HasSubstr("<a href=\"https://ballast.example/checkout?a=1&amp;b=2\">"));
}

TEST(Mail, WritesNothingThatRunsInAReader) {
  Alert alert = alert_of("<script>alert(1)</script>", {{"<img src=x>", "\"><b>"}});
  alert.annotations = {{"runbook_url", "javascript:alert(1)"}, {"dashboard", "https://x.example/\" onclick=\"go()"}};
  alert.generator_url = "data:text/html,hi";
  const std::string html = part(mail_message(told({alert}), head()), "text/html");
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, Not(HasSubstr("\" onclick")));
  EXPECT_THAT(html, Not(HasSubstr("href=\"javascript")));
  EXPECT_THAT(html, Not(HasSubstr("href=\"data")));
}

TEST(Mail, ListsAtMostAHundredAlertsAndLessOfLongOnes) {
  const std::string many =
      part(mail_message(told(std::vector<Alert>(103, alert_of("MaxedOut"))), head()), "text/plain");
  EXPECT_THAT(many, StartsWith("103 firing\r\n"));
  EXPECT_THAT(many, EndsWith("and 3 more\r\n\r\n"));
  Alert endless = alert_of("MaxedOut");
  for (int i = 0; i < 200; ++i) endless.annotations[std::to_string(i)] = std::string(10'000, '<');
  const std::string mail = mail_message(told(std::vector<Alert>(50, endless)), head());
  EXPECT_LT(mail.size(), 2'000'000U);
  EXPECT_THAT(part(mail, "text/plain"), HasSubstr("  and more: 150\r\n"));
  EXPECT_THAT(part(mail, "text/plain"), HasSubstr("and 48 more\r\n"));
}

TEST(MailText, ReplacesWhatIsNoUtf8AndWhatCannotBeSeen) {
  EXPECT_EQ(one_line("a\xff\xc0\xaf\xed\xa0\x80z", 100), "a������z");
  EXPECT_EQ(one_line("\xf0\x9f\x94", 100), "���") << "cut off";
  EXPECT_EQ(one_line("  a\r\n\t b\xc2\x85"
                     "c\xe2\x80\xae"
                     "d ",
                     100),
            "a b c d");
  EXPECT_EQ(many_lines("a\r\n\tb\x01", 100), "a\n\tb ");
  EXPECT_EQ(one_line("ääääää", 8), "ää…");
  EXPECT_EQ(one_line("ääää", 8), "ääää");
}

TEST(MailText, QuotesLinesThatAreLongOrEndInABlank) {
  EXPECT_EQ(quoted_printable("a = ä \nb\t\n."), "a =3D =C3=A4=20\r\nb=09\r\n.\r\n");
  const std::string quoted = quoted_printable(std::string(200, 'x') + "\n" + std::string(50, '='));
  EXPECT_EQ(longest_line(quoted), 76U);
  EXPECT_EQ(unquoted(quoted), std::string(200, 'x') + "\r\n" + std::string(50, '=') + "\r\n");
  EXPECT_THAT(quoted_printable(""), IsEmpty());
}

TEST(MailText, KnowsWhatIsAnAddress) {
  for (const char* good : {"a@b", "on.call+ops@mail.example.com", "o'neil@x-y.example"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const char* bad : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "<a@b>", "a@b\r\nX: y", ".a@b", "a..b@c",
                          "a@b.", "\"a\"@b", "a@b,c@d", "ä@b", "a@[127.0.0.1]", "a@b\x7f"})
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  EXPECT_TRUE(is_mail_address(std::string(64, 'a') + "@" + std::string(189, 'b')));
  EXPECT_FALSE(is_mail_address(std::string(64, 'a') + "@" + std::string(190, 'b')));
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
}

}  // namespace
}  // namespace ballast
