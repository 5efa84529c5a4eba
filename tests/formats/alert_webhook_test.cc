#include "formats/alert_webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/formats/notification.h"

namespace ballast {
namespace {

using Json = nlohmann::json;

Json body_of(const Notification& told, std::size_t most = 0) { return Json::parse(alert_webhook_body(told, most)); }

TEST(AlertFingerprint, IsThatOfAlertmanager) {
  EXPECT_EQ(alert_fingerprint({{"alertname", "T"}, {"a", "b"}}), "c5088262821a4b75");
  EXPECT_EQ(alert_fingerprint({}), "cbf29ce484222325");  // the basis of FNV-1a
  EXPECT_NE(alert_fingerprint({{"a", "bc"}}), alert_fingerprint({{"ab", "c"}}));
}

TEST(AlertWebhook, IsTheDocumentOfAlertmanagersVersionFour) {
  Alert first = alert({{"alertname", "HighErrors"}, {"pod", "a"}, {"zone", "x"}}, {{"summary", "too many"}});
  first.generator_url = "https://ballast.example.org/policies/shop/web";
  const Alert second =
      over(alert({{"alertname", "HighErrors"}, {"pod", "b"}, {"zone", "x"}}, {{"summary", "too many"}}));
  EXPECT_EQ(alert_webhook_body(notification({first, second})),
            R"({"receiver":"pager","status":"firing","alerts":[)"
            R"({"status":"firing","labels":{"alertname":"HighErrors","pod":"a","zone":"x"},)"
            R"("annotations":{"summary":"too many"},"startsAt":"2026-11-27T08:00:00.000Z",)"
            R"("endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://ballast.example.org/policies/shop/web",)"
            R"("fingerprint":")" +
                alert_fingerprint(first.labels) +
                R"("},{"status":"resolved","labels":{"alertname":"HighErrors","pod":"b","zone":"x"},)"
                R"("annotations":{"summary":"too many"},"startsAt":"2026-11-27T08:00:00.000Z",)"
                R"("endsAt":"2026-11-27T08:05:00.000Z","generatorURL":"","fingerprint":")" +
                alert_fingerprint(second.labels) +
                R"("}],"groupLabels":{"alertname":"HighErrors"},"commonLabels":{"alertname":"HighErrors","zone":"x"},)"
                R"("commonAnnotations":{"summary":"too many"},"externalURL":"https://ballast.example.org",)"
                R"("version":"4","groupKey":"shop/HighErrors","truncatedAlerts":0})");
}

TEST(AlertWebhook, SaysResolvedWhenNoneFires) {
  EXPECT_EQ(body_of(notification({over(alert({{"a", "1"}}))}))["status"], "resolved");
  EXPECT_EQ(body_of(notification({over(alert({{"a", "1"}})), alert({{"a", "2"}})}))["status"], "firing");
}

TEST(AlertWebhook, KeepsThoseThatFireWhenThereAreTooMany) {
  std::vector<Alert> alerts;
  for (int i = 0; i < 4; ++i) alerts.push_back(over(alert({{"n", std::to_string(i)}, {"zone", "x"}})));
  alerts.push_back(alert({{"n", "4"}, {"zone", "y"}}));
  const Json body = body_of(notification(alerts), 2);
  ASSERT_EQ(body["alerts"].size(), 2U);
  EXPECT_EQ(body["alerts"][0]["labels"]["n"], "4");
  EXPECT_EQ(body["alerts"][1]["labels"]["n"], "0");
  EXPECT_EQ(body["truncatedAlerts"], 3);
  EXPECT_EQ(body["commonLabels"], Json::object());
  EXPECT_EQ(body_of(notification(alerts), 5)["truncatedAlerts"], 0);
  EXPECT_EQ(body_of(notification(alerts), 1)["commonLabels"], Json({{"n", "4"}, {"zone", "y"}}));
}

TEST(AlertWebhook, DropsEmptyLabelsAndReplacesBrokenBytes) {
  const Json body = body_of(notification({alert({{"alertname", "T"}, {"a", "b"}, {"none", ""}, {"x\xff", kHostile}})}));
  const Json labels = body["alerts"][0]["labels"];
  EXPECT_EQ(labels.size(), 3U);
  EXPECT_THAT(labels["x\xef\xbf\xbd"].get<std::string>(), testing::HasSubstr("\x1b[31m\xef\xbf\xbd\xef\xbf\xbd "));
  EXPECT_EQ(body_of(notification({alert({{"alertname", "T"}, {"a", "b"}, {"none", ""}})}))["alerts"][0]["fingerprint"],
            "c5088262821a4b75");
}

}  // namespace
}  // namespace ballast
