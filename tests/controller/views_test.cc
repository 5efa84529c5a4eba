// What people are told of a policy whose documents are not in force.
#include "controller/cli/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ballast {
namespace {

using Json = nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr TimePoint kNow{std::chrono::hours{1000}};

PolicyView well() {
  PolicyView policy{.name = "default/web", .target = "process web", .at = kNow};
  policy.status.max_replicas = 9;
  policy.status.reason = Reason::within_tolerance;
  policy.status.conditions = {{.type = ConditionType::able_to_scale, .value = true},
                              {.type = ConditionType::ready, .value = true}};
  return policy;
}
const Condition& condition(const PolicyView& policy, ConditionType type) {
  EXPECT_EQ(std::ranges::count(policy.status.conditions, type, &Condition::type), 1) << to_string(type);
  return *std::ranges::find(policy.status.conditions, type, &Condition::type);
}

TEST(InForce, IsTrueWhereTheDocumentsAre) {
  PolicyView policy = well();
  add_in_force(policy, {.runs = true, .since = kNow});
  EXPECT_TRUE(condition(policy, ConditionType::in_force).value);
  EXPECT_TRUE(is_well(policy, kNow));
}

TEST(InForce, IsFalseWithTheReasonWhileTheVersionBeforeRuns) {
  PolicyView policy = well();
  add_in_force(policy, {.runs = true, .refused = Failure{{Errc::denied, "pid 7 has it"}, kNow}, .since = {}});
  EXPECT_FALSE(condition(policy, ConditionType::in_force).value);
  EXPECT_EQ(condition(policy, ConditionType::in_force).since, kNow);
  EXPECT_TRUE(condition(policy, ConditionType::ready).value) << "what runs is well";
  EXPECT_FALSE(is_well(policy, kNow)) << "but it is not what was written";
  EXPECT_THAT(to_json({policy}, kNow), HasSubstr("pid 7 has it"));
}

TEST(InForce, IsTheReasonOfWhatDoesNotRun) {
  PolicyView policy = well();
  add_in_force(policy, {.refused = Failure{{Errc::denied, "pid 7 has it"}, kNow}});
  for (const ConditionType type : {ConditionType::in_force, ConditionType::ready, ConditionType::able_to_scale}) {
    EXPECT_FALSE(condition(policy, type).value) << to_string(type);
    EXPECT_EQ(condition(policy, type).reason, Reason::not_in_force) << to_string(type);
    EXPECT_EQ(condition(policy, type).message.get(), "pid 7 has it") << to_string(type);
  }
  EXPECT_THAT(to_table({policy}, kNow), HasSubstr("NotInForce"));
}

TEST(MonitorView, HasNoReplicasAndNothingToBeReady) {
  PolicyView monitor{.name = "shop/monitor:site", .mode = Mode::dry_run, .at = kNow};
  monitor.status.reason = Reason::target_unknown;
  monitor.status.signals = {SignalStatus{.name = "up", .value = 0.0}};
  monitor.status.conditions = {{.type = ConditionType::able_to_scale, .value = false}};
  add_in_force(monitor, {.runs = true, .since = kNow});
  EXPECT_TRUE(is_well(monitor, kNow));
  EXPECT_THAT(to_table({monitor}, kNow), HasSubstr("shop/monitor:site  Monitor  -          up(0)    -"));
  EXPECT_THAT(to_table({monitor}, kNow), Not(HasSubstr("FailedGetScale")));
  EXPECT_THAT(to_json({monitor}, kNow), AllOf(HasSubstr(R"("kind": "Monitor")"), Not(HasSubstr("AbleToScale"))));
  EXPECT_FALSE(is_well(monitor, kNow + std::chrono::minutes{2})) << "it is silent";
}

TEST(PolicyViews, ListWhatPeopleOrdered) {
  PolicyView policy = well();
  EXPECT_EQ(Json::parse(to_json({policy}, kNow))[0]["orders"], Json::array());
  policy.orders = {{.kind = OrderKind::pause, .given = kNow, .who = "ann@host", .why = "the sale"},
                   {.kind = OrderKind::freeze, .direction = Freeze::scale_down, .given = kNow},
                   {.kind = OrderKind::scale, .replicas = 12, .given = kNow, .until = kNow + std::chrono::hours{2}},
                   {.kind = OrderKind::restart, .given = kNow}};
  const Json orders = Json::parse(to_json({policy}, kNow))[0]["orders"];
  ASSERT_EQ(orders.size(), 4U);
  EXPECT_EQ(orders[0], Json::parse(R"({"kind": "Pause", "given": "1970-02-11T16:00:00.000Z", "until": null,
                                       "who": "ann@host", "why": "the sale"})"));
  EXPECT_EQ(orders[1]["direction"], "ScaleDown");
  EXPECT_EQ(orders[2]["replicas"], 12);
  EXPECT_EQ(orders[2]["until"], "1970-02-11T18:00:00.000Z");
  EXPECT_EQ(orders[3]["kind"], "Restart");
}

}  // namespace
}  // namespace ballast
