#include "formats/telegram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "formats/utf8.h"
#include "tests/formats/notification.h"

namespace ballast {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// Whether a text is Telegram's HTML as we write it: tags closed in order, `&` only in entities.
bool is_whole(std::string_view text) {
  std::vector<std::string_view> open;
  for (std::size_t at = text.find_first_of("<&"); at != text.npos; at = text.find_first_of("<&", at + 1)) {
    const std::string_view rest = text.substr(at);
    if (rest.front() == '&') {
      if (!rest.starts_with("&amp;") && !rest.starts_with("&lt;") && !rest.starts_with("&gt;")) return false;
    } else if (rest.starts_with("</")) {
      if (open.empty() || !rest.substr(2).starts_with(open.back())) return false;
      open.pop_back();
    } else {
      open.push_back(rest.starts_with("<b>") ? "b>" : rest.starts_with("<i>") ? "i>" : "a>");
      if (open.back() == "a>" && !rest.starts_with("<a href=\"http")) return false;
    }
  }
  return open.empty();
}

TEST(Telegram, IsToldAHeadlineAndTheAlerts) {
  Alert first = alert({{"alertname", "HighErrors"}, {"pod", "a<b"}}, {{"summary", "R&D"}, {"description", "more"}});
  first.generator_url = "https://p.example.org/graph?a=1&b=2";
  const Notification told = notification({first, over(alert({{"alertname", "Low"}}, {{"description", "was low"}}))});
  EXPECT_EQ(telegram_text(told),
            "<b>[FIRING:1, RESOLVED:1] HighErrors</b>\n\n"
            "FIRING <b>HighErrors</b>\nR&amp;D\nmore\n<i>pod=a&lt;b</i>\n"
            "<a href=\"https://p.example.org/graph?a=1&amp;b=2\">source</a>\n\n"
            "RESOLVED <b>Low</b>\nwas low");
  EXPECT_TRUE(is_whole(telegram_text(told)));
}

TEST(Telegram, IsToldWhereItGoes) {
  const Notification told = notification({alert({{"alertname", "HighErrors"}})});
  const Json body = Json::parse(telegram_body(told, {"-1001234567890", 7}));
  EXPECT_EQ(body, Json({{"chat_id", "-1001234567890"},
                        {"message_thread_id", 7},
                        {"text", "<b>[FIRING:1] HighErrors</b>\n\nFIRING <b>HighErrors</b>"},
                        {"parse_mode", "HTML"},
                        {"link_preview_options", {{"is_disabled", true}}}}));
  EXPECT_FALSE(Json::parse(telegram_body(told, {"@shop", std::nullopt})).contains("message_thread_id"));
}

TEST(Telegram, IsNeverToldMoreThanItTakesOrHalfATag) {
  std::mt19937_64 random(3);
  const std::vector<std::string> parts{"&", "<", ">", "\"", "x", "\xf0\x9f\x94\xa5", "\xff", "\n", "</b>", "&lt;"};
  const auto text = [&](std::size_t most) {
    std::string result;
    for (std::size_t i = random() % most; i > 0; --i) result += parts[random() % parts.size()];
    return result;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<Alert> alerts;
    for (std::size_t i = 1 + random() % 30; i > 0; --i) {
      alerts.push_back(
          alert({{"alertname", text(300)}, {"l", text(900)}}, {{"summary", text(900)}, {"description", text(900)}}));
      alerts.back().generator_url = "https://h/" + std::string(random() % 600, random() % 2 == 0 ? '&' : 'x');
    }
    Notification told = notification(alerts);
    told.group_labels = {{"a", text(2000)}};
    const std::string shown = telegram_text(told);
    ASSERT_LE(count_code_points(shown), 4096U);
    ASSERT_TRUE(is_whole(shown)) << shown;
    ASSERT_EQ(valid_utf8(shown), shown);
    ASSERT_THAT(shown, HasSubstr("FIRING <b>"));
  }
}

TEST(Telegram, IsToldHowManyAreLeftOut) {
  const std::vector<Alert> alerts(1000, alert({{"alertname", "HighErrors"}}, {{"summary", std::string(400, 'x')}}));
  const std::string text = telegram_text(notification(alerts));
  EXPECT_THAT(text, testing::EndsWith("\n… and 991 more"));
  EXPECT_TRUE(is_whole(text));
}

TEST(Telegram, CannotBeMadeToFormat) {
  Notification told = notification({alert({{"alertname", kHostile}, {kHostile, kHostile}}, {{"summary", kHostile}})});
  told.group_labels = {{"alertname", kHostile}};
  const std::string text = telegram_text(told);
  EXPECT_TRUE(is_whole(text)) << text;
  EXPECT_THAT(text, HasSubstr("&lt;a href="));
  EXPECT_EQ(text.find_first_of("\r\x1b"), std::string::npos);
}

TEST(TelegramAnswer, SaysWhatFailedAndHowLongToWait) {
  const auto taken = read_telegram_answer(R"({"ok":true,"result":{"message_id":5}})");
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(*taken, TelegramAnswer{.ok = true});
  const auto limited = read_telegram_answer(
      R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}})");
  ASSERT_TRUE(limited) << limited.error().message;
  EXPECT_EQ(*limited, (TelegramAnswer{
                          .error_code = 429, .description = "Too Many Requests: retry after 35", .retry_after = 35s}));
  const auto moved = read_telegram_answer(
      R"({"ok":false,"error_code":400,"description":"x\ny","parameters":{"migrate_to_chat_id":-1001234567890}})");
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(*moved, (TelegramAnswer{.error_code = 400, .description = "x y", .moved_to = -1001234567890}));
}

TEST(TelegramAnswer, IsBounded) {
  const auto huge = read_telegram_answer(R"({"ok":false,"error_code":99999,"description":")" + std::string(5000, 'x') +
                                         R"(","parameters":{"retry_after":9223372036854775807}})");
  ASSERT_TRUE(huge) << huge.error().message;
  EXPECT_EQ(huge->error_code, 0);
  EXPECT_EQ(huge->description.size(), 200U);
  EXPECT_EQ(huge->retry_after, std::optional<Duration>(24h));
  EXPECT_FALSE(read_telegram_answer(R"({"ok":false,"parameters":{"retry_after":-5}})")->retry_after);
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("{}"), std::string(R"({"ok":"yes"})"),
        std::string((1U << 20U) + 1, ' '), std::string(9999, '[')})
    EXPECT_EQ(read_telegram_answer(body).error().code, Errc::invalid) << body.substr(0, 20);
}

}  // namespace
}  // namespace ballast
