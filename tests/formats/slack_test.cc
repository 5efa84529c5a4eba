#include "formats/slack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "formats/utf8.h"
#include "tests/formats/notification.h"

namespace ballast {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

Json attachment_of(const Notification& told) { return Json::parse(slack_body(told, {}))["attachments"][0]; }
std::size_t length(const Json& text) { return count_code_points(text.get<std::string>()); }

TEST(Slack, IsToldOneAttachment) {
  Alert first = alert({{"alertname", "HighErrors"}, {"pod", "a"}, {"severity", "critical"}},
                      {{"summary", "too many errors"}, {"description", "7 % of\n1000"}});
  first.generator_url = "https://p.example.org/graph?a=1&b=2";
  const Notification told = notification({first, over(alert({{"alertname", "HighErrors"}, {"pod", "b"}}))});
  EXPECT_EQ(slack_body(told, {"#shop", "ballast"}),
            R"({"channel":"#shop","username":"ballast","attachments":[{"color":"danger",)"
            R"("title":"[FIRING:1, RESOLVED:1] HighErrors","title_link":"https://ballast.example.org",)"
            R"("text":"FIRING HighErrors: too many errors\n    7 % of 1000\n    pod=a, severity=critical\n)"
            R"(    <https://p.example.org/graph?a=1&amp;b=2>\nRESOLVED HighErrors\n    pod=b",)"
            R"("fallback":"[FIRING:1, RESOLVED:1] HighErrors"}]})");
}

TEST(Slack, IsToldTheColourOfTheWorstThatFires) {
  const auto color = [](std::vector<Alert> alerts) { return attachment_of(notification(std::move(alerts)))["color"]; };
  const Alert info = alert({{"severity", "info"}});
  const Alert critical = alert({{"severity", "critical"}});
  EXPECT_EQ(color({info}), "#439FE0");
  EXPECT_EQ(color({info, alert({{"severity", "unheard of"}})}), "warning");
  EXPECT_EQ(color({info, alert({})}), "warning");
  EXPECT_EQ(color({info, critical}), "danger");
  EXPECT_EQ(color({info, over(critical)}), "#439FE0");
  EXPECT_EQ(color({over(critical)}), "good");
}

TEST(Slack, CannotBeMadeToMentionOrLink) {
  Notification told = notification({alert({{"alertname", kHostile}, {kHostile, kHostile}}, {{"summary", kHostile}})});
  told.group_labels = {{"alertname", kHostile}};
  const Json attachment = attachment_of(told);
  for (const char* key : {"title", "text", "fallback"}) {
    const auto text = attachment[key].get<std::string>();
    EXPECT_THAT(text, Not(HasSubstr("<"))) << key;
    EXPECT_THAT(text, HasSubstr("&lt;!channel&gt;")) << key;
    EXPECT_EQ(text.find_first_of("\r\x1b"), std::string::npos) << key;
  }
}

TEST(Slack, IsToldNothingThatMarkdownTakesForAMentionOrALink) {
  const std::string text =
      "@all, (@here) @@x <@channel> -@b._@c \xc3\xa9@d ann@example.com [safe](https://evil.example)";
  Notification told = notification({alert({{"alertname", text}, {text, text}}, {{"summary", text}})});
  told.alerts[0].annotations["description"] = text;
  told.group_labels = {{"alertname", text}};
  const std::string u = "\xe2\x80\x8b";
  const std::string harmless = "@" + u + "all, (@" + u + "here) @" + u + "@" + u + "x &lt;@" + u + "channel&gt; -@" +
                               u + "b._@" + u + "c \xc3\xa9@" + u + "d ann@example.com [safe]" + u +
                               "(https://evil.example)";
  const Json attachment = attachment_of(told);
  EXPECT_EQ(attachment["title"], "[FIRING:1] " + harmless);
  EXPECT_EQ(attachment["fallback"], attachment["title"]);
  EXPECT_EQ(attachment["text"],
            "FIRING " + harmless + ": " + harmless + "\n    " + harmless + "\n    " + harmless + "=" + harmless);
}

TEST(Slack, IsToldAtMostWhatItTakes) {
  std::vector<Alert> alerts;
  for (int i = 0; i < 300; ++i)
    alerts.push_back(alert({{"alertname", std::string(300, '&')}, {"x", std::string(5000, 'x')}},
                           {{"summary", std::string(1000, '<')}, {"description", std::string(100'000, '>')}}));
  alerts[0].generator_url = "https://h/" + std::string(480, '&');
  Notification told = notification(alerts);
  told.group_labels = {{"a", std::string(3000, '&')}};
  const Json attachment = attachment_of(told);
  EXPECT_LE(length(attachment["title"]), 1024U);
  EXPECT_GT(length(attachment["title"]), 1000U);
  EXPECT_LE(length(attachment["text"]), 3000U);
  EXPECT_THAT(attachment["text"].get<std::string>(), HasSubstr("\n… and 299 more"));
  told.group_labels = {{"a", std::string(1024, '@')}};
  EXPECT_LE(length(attachment_of(told)["title"]), 1024U) << "with what parts the words";
}

TEST(SlackAnswer, IsOkOrAFailure) {
  EXPECT_TRUE(read_slack_answer("ok"));
  EXPECT_TRUE(read_slack_answer("ok\n"));
  EXPECT_TRUE(read_slack_answer(R"({"ok":true,"ts":"1"})"));
  EXPECT_TRUE(read_slack_answer(R"({"success":true})")) << "Rocket.Chat's";
  EXPECT_TRUE(read_slack_answer(R"({"status":"sent"})")) << "of a server that says it by its status alone";
  struct Case {
    std::string body;
    Errc code;
    const char* message;
  };
  for (const auto& [body, code, message] : {
           Case{R"({"ok":false,"error":"channel_not_found"})", Errc::not_found, "channel_not_found"},
           Case{R"({"ok":false,"error":"invalid_auth"})", Errc::denied, "invalid_auth"},
           Case{R"({"ok":false,"error":"ratelimited"})", Errc::rate_limited, "ratelimited"},
           Case{R"({"ok":false,"error":"internal_error"})", Errc::unavailable, "internal_error"},
           Case{R"({"ok":false,"error":"x\ny"})", Errc::invalid, "x y"},
           Case{R"({"ok":false})", Errc::invalid, "without a reason"},
           Case{R"({"ok":"true"})", Errc::invalid, "neither"},
           Case{R"({"ok":"true","success":true})", Errc::invalid, "neither"},
           Case{R"({"success":false,"error":"invalid_auth"})", Errc::denied, "{\"success\": false}: invalid_auth"},
           Case{R"({"success":false})", Errc::invalid, "without a reason"},
           Case{R"({"success":true,"ok":false})", Errc::invalid, "{\"ok\": false}"},
           Case{R"(["ok"])", Errc::invalid, "neither"},
           Case{R"("ok")", Errc::invalid, "neither"},
           Case{"", Errc::invalid, "neither"},
           Case{"okay", Errc::invalid, "neither"},
           Case{"<html>sign in</html>", Errc::invalid, "<html>sign in"},
           Case{std::string(100'000, '['), Errc::invalid, "65536"},
       }) {
    const auto read = read_slack_answer(body);
    ASSERT_FALSE(read) << body.substr(0, 100);
    EXPECT_EQ(read.error().code, code) << body.substr(0, 100);
    EXPECT_THAT(read.error().message, HasSubstr(message));
    EXPECT_LT(read.error().message.size(), 250U);
  }
}

}  // namespace
}  // namespace ballast
