#include "formats/alertmanager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/formats/notification.h"

namespace ballast {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

Json first_of(const Notification& told, WallTime now = kEight) {
  return Json::parse(alertmanager_bodies(told, now).front())[0];
}

TEST(Alertmanager, IsToldWhenAnAlertEndsUnlessItHearsOfItAgain) {
  Notification told = notification({alert({{"alertname", "HighErrors"}, {"none", ""}}, {{"summary", "s"}})});
  EXPECT_EQ(alertmanager_bodies(told, kEight + 1min).front(),
            R"([{"labels":{"alertname":"HighErrors"},"annotations":{"summary":"s"},)"
            R"("startsAt":"2026-11-27T08:00:00.000Z","endsAt":"2026-11-27T08:21:00.000Z"}])");
  told.repeat = 1min;
  EXPECT_EQ(first_of(told)["endsAt"], "2026-11-27T08:04:00.000Z");
  told.repeat = 1s;
  EXPECT_EQ(first_of(told)["endsAt"], "2026-11-27T08:04:00.000Z");
  told.repeat = Duration::max();
  EXPECT_GT(first_of(told)["endsAt"], "2030");
}

TEST(Alertmanager, IsToldWhenAnAlertEnded) {
  EXPECT_EQ(first_of(notification({over(alert({{"a", "b"}}), 90s)}), kEight + 1h)["endsAt"],
            "2026-11-27T08:01:30.000Z");
}

TEST(Alertmanager, IsNeverToldAnEndBeforeTheBegin) {
  EXPECT_EQ(first_of(notification({over(alert({{"a", "b"}}), -90s)}))["endsAt"], "2026-11-27T08:00:00.000Z");
  EXPECT_EQ(first_of(notification({alert({{"a", "b"}})}), kEight - 1h)["endsAt"], "2026-11-27T08:00:00.000Z");
}

TEST(Alertmanager, IsToldNamesThatItTakes) {
  const Json labels = first_of(notification({alert(
      {{"a-b", "1"}, {"a.b", "2"}, {"a_b", "3"}, {"0", "4"}, {"", "5"}, {"\xc3\xbc", "6"}, {"__", "7"}})}))["labels"];
  EXPECT_EQ(labels,
            Json({{"a_b", "3"}, {"a_b_", "1"}, {"a_b__", "2"}, {"_0", "4"}, {"_", "5"}, {"___", "6"}, {"__", "7"}}));
  EXPECT_EQ(first_of(notification({alert({{"none", ""}}, {{"run-book", "x"}})})),
            Json({{"labels", {{"alertname", "unnamed"}}},
                  {"annotations", {{"run_book", "x"}}},
                  {"startsAt", "2026-11-27T08:00:00.000Z"},
                  {"endsAt", "2026-11-27T08:20:00.000Z"}}));
}

TEST(Alertmanager, IsToldAtMostSoManyAtOnceByTheirBegin) {
  std::vector<Alert> alerts;
  for (int i = 0; i < 600; ++i) {
    alerts.push_back(alert({{"number", std::to_string(i)}}));
    alerts.back().starts_at = kEight - i * 1s;
  }
  const auto bodies = alertmanager_bodies(notification(alerts), kEight);
  ASSERT_EQ(bodies.size(), 3U);
  int number = 600;
  for (const std::string& body : bodies) {
    const Json posted = Json::parse(body);
    EXPECT_EQ(posted.size(), std::min(number, 256)) << "as Prometheus";
    for (const Json& one : posted) EXPECT_EQ(one["labels"]["number"], std::to_string(--number));
  }
  EXPECT_EQ(number, 0);
  alerts.resize(256);
  EXPECT_EQ(alertmanager_bodies(notification(alerts), kEight).size(), 1U);
  EXPECT_EQ(alertmanager_bodies(notification(alerts), kEight, 255).size(), 2U);
}

TEST(Alertmanager, IsToldOnlyAddressesThatItTakes) {
  Alert one = alert({{"a", "b"}});
  one.generator_url = "https://ballast.example.org/x?y=1";
  EXPECT_EQ(first_of(notification({one}))["generatorURL"], "https://ballast.example.org/x?y=1");
  one.generator_url = "not an address";
  EXPECT_FALSE(first_of(notification({one})).contains("generatorURL"));
}

}  // namespace
}  // namespace ballast
