#include "formats/chat_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/formats/notification.h"

namespace ballast {
namespace {

TEST(ChatHeadline, CountsAndNamesTheGroup) {
  const Alert one = alert({{"alertname", "HighErrors"}});
  EXPECT_EQ(chat_headline(notification({one, one})), "[FIRING:2] HighErrors");
  EXPECT_EQ(chat_headline(notification({over(one)})), "[RESOLVED:1] HighErrors");
  Notification told = notification({one, over(one), over(one)});
  told.group_labels = {{"a", "shop\nfront"}, {"b", ""}, {"c", "web]"}};
  EXPECT_EQ(chat_headline(told), "[FIRING:1, RESOLVED:2] shop front web]");
  told.group_labels.clear();
  EXPECT_EQ(chat_headline(told), "[FIRING:1, RESOLVED:2] HighErrors");
  told.alerts = {alert({})};
  EXPECT_EQ(chat_headline(told), "[FIRING:1] unnamed");
}

TEST(ChatAlert, SaysWhatAPersonNeeds) {
  Alert one = alert({{"alertname", "HighErrors"}, {"pod", "a"}, {"none", ""}, {"severity", "critical"}},
                    {{"summary", "too many"}, {"description", "7 %\nof 1000"}});
  one.generator_url = "https://h/?a&b";
  const ChatAlert shown = chat_alert(one);
  EXPECT_TRUE(shown.firing);
  EXPECT_EQ(shown.name, "HighErrors");
  EXPECT_EQ(shown.summary, "too many");
  EXPECT_EQ(shown.detail, "7 % of 1000");
  EXPECT_EQ(shown.labels, "pod=a, severity=critical");
  EXPECT_EQ(shown.link, "https://h/?a&amp;b");
  one.annotations.erase("summary");
  one.generator_url = "https://h/" + std::string(200, '&');
  EXPECT_EQ(chat_alert(one).summary, "7 % of 1000");
  EXPECT_EQ(chat_alert(one).detail, "");
  EXPECT_EQ(chat_alert(one).link, "");
}

TEST(ChatList, EndsWhereTheRoomEnds) {
  const auto named = [](const ChatAlert& one) { return "\n" + one.name; };
  std::vector<Alert> alerts;
  const std::string last(40, 'x');
  for (const std::string& name : {std::string("one"), std::string("two"), last})
    alerts.push_back(alert({{"alertname", name}}));
  const Notification told = notification(alerts);
  EXPECT_EQ(list_alerts(told, 49, named), "\none\ntwo\n" + last);
  EXPECT_EQ(list_alerts(told, 48, named), "\none\ntwo\n… and 1 more");
  EXPECT_EQ(list_alerts(told, 47, named), "\none\n… and 2 more");
  EXPECT_EQ(list_alerts(told, 40, named), "\n… and 3 more");
  EXPECT_EQ(list_alerts(notification({}), 40, named), "");
  EXPECT_EQ(list_alerts(notification({alerts[0]}), 4, named), "\none");
}

}  // namespace
}  // namespace ballast
