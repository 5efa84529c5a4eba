// What a mail server's replies mean, line by line.
#include "adapters/receivers/smtp_talk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const std::vector<std::string> kTo{"a@x", "b@x", "c@x"};

/// Lines in their order: `>` is sent, `<` comes, `.` ends the message.
SmtpTalk talk(const std::vector<std::string_view>& lines) {
  SmtpTalk talk;
  for (const std::string_view line : lines) {
    const std::string rest = std::string(line.substr(1)) + "\r\n";
    if (line.starts_with('>'))
      note_asked(talk, rest);
    else if (line.starts_with('<'))
      EXPECT_TRUE(take_reply_line(talk, rest));
    else
      note_end_of_message(talk);
  }
  return talk;
}

/// From the greeting to the three recipients, and what follows.
SmtpTalk to_three(std::vector<std::string_view> replies, const std::vector<std::string_view>& then) {
  std::vector<std::string_view> lines{"<220 hi",        ">EHLO x",  "<502 what?",       ">HELO x",
                                      "<250-one of us", "<250 yes", ">MAIL FROM:<f@x>", "<250 ok"};
  const std::vector<std::string_view> asked{">RCPT TO:<a@x>", ">RCPT TO:<b@x>", ">RCPT TO:<c@x>"};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    lines.push_back(asked[i]);
    if (i < replies.size()) lines.push_back(replies[i]);
  }
  lines.insert(lines.end(), then.begin(), then.end());
  return talk(lines);
}

std::string failure_of(const std::optional<MailTry>& tried) {
  if (!tried) return "nothing is said";
  return tried->failure ? std::string(to_string(tried->failure->code)) + ": " + tried->failure->message : "none";
}

TEST(SmtpTalk, TellsWhoHasTheMailAndWhoWillNotGetIt) {
  const auto tried = what_replies_say(to_three({"<250 ok", "<550 no such user", "<450 greylisted"},
                                               {">DATA", "<354 go on", ".", "<250 taken", ">QUIT", "<221 bye"}),
                                      "mail:25", kTo);
  EXPECT_EQ(failure_of(tried), "none");
  EXPECT_THAT(tried->reached, ElementsAre("a@x"));
  EXPECT_THAT(tried->refused, ElementsAre(Pair("b@x", "550 no such user")));
  EXPECT_EQ(tried->later, "450 greylisted");
}

TEST(SmtpTalk, TakesARefusalForTheReasonOnlyWhereItEndedTheTransfer) {
  const std::vector<std::string_view> farewell{">QUIT", "<221 bye"};
  const auto says = [](const SmtpTalk& talk) { return failure_of(what_replies_say(talk, "mail:25", kTo)); };
  EXPECT_EQ(says(to_three({"<550 a", "<550 b", "<550 c"}, farewell)), "invalid: mail:25: 550 c");
  EXPECT_EQ(says(to_three({"<550 a", "<450 b", "<550 c"}, farewell)), "unavailable: mail:25: 450 b");
  EXPECT_EQ(says(to_three({"<250 a", "<550 b", "<250 c"}, {">DATA", "<451 later"})), "unavailable: mail:25: 451 later");
  EXPECT_EQ(says(talk({"<220 hi", ">EHLO x", "<250 x", ">MAIL FROM:<f@x>", "<530 log in"})),
            "denied: mail:25: 530 log in");
  EXPECT_EQ(says(talk({"<554 go away"})), "invalid: mail:25: 554 go away");
  // A connection that broke is no word about anybody.
  EXPECT_EQ(says(to_three({"<250 a", "<550 b", "<250 c"}, {">DATA", ">QUIT"})), "nothing is said");
  EXPECT_EQ(says(to_three({"<250 a", "<250 b", "<550 c"}, {">DATA", "<354 go on"})), "nothing is said");
  EXPECT_EQ(says(to_three({"<550 a"}, {})), "nothing is said") << "of b@x";
  EXPECT_EQ(says({}), "nothing is said");
}

TEST(SmtpTalk, RefusesForTheRestWhatIsRefusedAsAWhole) {
  const auto tried = what_replies_say(
      to_three({"<250 a", "<550 b", "<450 c"}, {">DATA", "<354 go on", ".", "<554 spam"}), "mail:25", kTo);
  EXPECT_EQ(failure_of(tried), "unavailable: mail:25: 450 c") << "who may get it is asked again";
  EXPECT_THAT(tried->reached, IsEmpty());
  EXPECT_THAT(tried->refused, ElementsAre(Pair("a@x", "554 spam"), Pair("b@x", "550 b")));
  EXPECT_EQ(failure_of(what_replies_say(to_three({"<250 a", "<250 b", "<250 c"}, {">DATA", "<354 go on", "."}),
                                        "mail:25", kTo)),
            "outcome_unknown: mail:25: the mail was sent, and not answered");
}

TEST(SmtpTalk, KeepsLittleOfAServerThatDoesNotStop) {
  SmtpTalk flood;
  ASSERT_TRUE(take_reply_line(flood, "220-hello\r\n"));
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(take_reply_line(flood, "\n"));
  EXPECT_LE(flood.line.size(), kMaxSmtpReply + 1);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(take_reply_line(flood, "220-" + std::string(1000, 'x') + "\r\n"));
  EXPECT_LE(flood.line.size(), kMaxSmtpReply + 1);
  ASSERT_TRUE(take_reply_line(flood, "220 hello\r\n"));
  EXPECT_THAT(flood.replies.front().text, HasSubstr("more than 4000 bytes"));
  bool goes_on = true;
  for (int i = 0; i < 1000 && goes_on; ++i) goes_on = take_reply_line(flood, "250\n");
  EXPECT_FALSE(goes_on);
  EXPECT_EQ(flood.replies.size(), kMaxSmtpReplies);
}

}  // namespace
}  // namespace ballast
