// Alerts as people and programs are shown them.
#include "controller/cli/alert_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ballast {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr WallTime kEight = std::chrono::sys_days{std::chrono::November / 27 / 2026} + 8h;

/// One that fires and one that is over, of which oncall has still to be told.
AlertBook book() {
  AlertBook book;
  const EpisodeKey fires{"shop/web", 1, TimePoint{1s}};
  const EpisodeKey over{"shop/web", 2, TimePoint{2s}};
  book.episodes[fires] = {.labels = {{"alertname", "Fires"}, {"namespace", "shop"}}, .starts_at = kEight};
  book.episodes[over] = {.labels = {{"alertname", "Over"}, {"namespace", "shop"}}, .starts_at = kEight};
  book.episodes[over].ends_at = kEight + 1min;
  book.groups[{"shop/oncall", "{}"}].told = {{fires, Told::firing}, {over, Told::firing}};
  return book;
}

ServerResponse get(const std::string& query) {
  return answer_alerts({.method = "GET", .path = "/api/v2/alerts", .query = query}, book(), kEight + 2min);
}

TEST(AlertViews, ListWhatIsOverAndNotYetToldInBothForms) {
  const WallTime now = kEight + 2min;
  const Json listed = Json::parse(alerts_json(book(), now, AlertsShown::untold_too));
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0]["labels"]["alertname"], "Fires");
  EXPECT_EQ(listed[0]["status"]["state"], "active");
  EXPECT_EQ(listed[0]["endsAt"], "2026-11-27T08:07:00.000Z");
  EXPECT_EQ(listed[1]["labels"]["alertname"], "Over");
  EXPECT_EQ(listed[1]["status"]["state"], "resolved");
  EXPECT_EQ(listed[1]["endsAt"], "2026-11-27T08:01:00.000Z");
  EXPECT_EQ(listed[1]["receivers"], Json::parse(R"([{"name":"shop/oncall"}])"));
  const std::string table = alerts_table(book(), now);
  EXPECT_THAT(table, HasSubstr("firing    Fires"));
  EXPECT_THAT(table, HasSubstr("resolved  Over"));
}

TEST(AlertsOverHttp, AreThoseThatFireAsAlertmanagerShowsThem) {
  for (const char* query : {"", "active=true", "silenced=false&inhibited=false&unprocessed=false&receiver=x"}) {
    const ServerResponse answer = get(query);
    EXPECT_EQ(answer.status, 200) << query;
    EXPECT_EQ(answer.content_type, "application/json");
    const Json alerts = Json::parse(answer.body);
    ASSERT_EQ(alerts.size(), 1U) << query;
    EXPECT_EQ(alerts[0]["labels"]["alertname"], "Fires");
  }
  EXPECT_EQ(Json::parse(get("silenced=true&active=false").body), Json::array());
}

TEST(AlertsOverHttp, AreNotFilteredAndSaySo) {
  for (const char* query : {"filter=alertname%3D%22A%22", "active=true&filter=a", "fil%74er=a", "filter=", "filter"}) {
    const ServerResponse answer = get(query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(answer.body, HasSubstr("filter")) << query;
  }
  EXPECT_EQ(get("filters=a").status, 200);
}

}  // namespace
}  // namespace ballast
