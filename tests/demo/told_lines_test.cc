// What the demo's sink makes of what it hears, as the checker reads it.
#include "examples/demo/told_lines.h"

#include <gmock/gmock.h>

#include "examples/demo/logs.h"

namespace ballast_demo {
namespace {
using ::testing::IsEmpty;

std::vector<Told> read_back(const std::string& lines) {
  PlayLogs play;
  read_play("", lines, play);
  EXPECT_THAT(play.problems, IsEmpty());
  return play.told;
}

constexpr auto kBody =
    R"({"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"MemberEjected"},"startsAt":"2026-11-30"}]})";

TEST(ToldLines, OfAWebhookNameItsAlerts) {
  const auto told = read_back(webhook_line("key 1", kBody, 42) + webhook_line("key 2", "no json", 43));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].event, "webhook");
  EXPECT_EQ(told[0].at_us, 42);
  EXPECT_EQ(told[0].key, "key 1");
  ASSERT_EQ(told[0].alerts.size(), 1U);
  EXPECT_EQ(told[0].alerts[0].name, "MemberEjected");
  EXPECT_EQ(told[0].alerts[0].status, "firing");
  EXPECT_EQ(told[0].alerts[0].starts_at, "2026-11-30");
  EXPECT_NE(told[0].digest, told[1].digest);
  EXPECT_THAT(told[1].alerts, IsEmpty());
}

TEST(ToldLines, OfAMailHaveItsSubjectWhateverItsFolding) {
  const auto told = read_back(mail_line(
      "To: a@b\r\nSubject: [RESOLVED] ArrivalsUnknown\r\n default\r\nMessage-ID: <1@demo>\r\n\r\nSubject: x\r\n", 44));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].event, "mail");
  EXPECT_EQ(told[0].key, "<1@demo>");
  ASSERT_EQ(told[0].alerts.size(), 1U);
  EXPECT_EQ(told[0].alerts[0].name, "ArrivalsUnknown");
  EXPECT_EQ(told[0].alerts[0].status, "resolved");
}

TEST(MailSession, TakesAMailWholeAndSaysGoodbye) {
  MailSession session;
  for (const auto* line : {"EHLO me", "MAIL FROM:<a@b>", "rcpt to:<c@d>"})
    EXPECT_EQ(session.hear(line).reply.substr(0, 3), "250") << line;
  EXPECT_EQ(session.hear("DATA").reply.substr(0, 3), "354");
  for (const auto* line : {"Subject: x", "", "..", "QUIT"}) EXPECT_EQ(session.hear(line).reply, "") << line;
  const auto end = session.hear(".");
  EXPECT_EQ(end.reply.substr(0, 3), "250");
  EXPECT_EQ(end.mail, "Subject: x\r\n\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(session.hear("VRFY me").reply.substr(0, 3), "502");
  const auto quit = session.hear("QUIT");
  EXPECT_TRUE(quit.over);
  EXPECT_EQ(quit.reply.substr(0, 3), "221");
}

}  // namespace
}  // namespace ballast_demo
