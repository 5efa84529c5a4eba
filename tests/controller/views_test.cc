// What people are told of a policy whose documents are not in force.
#include "controller/cli/views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace ballast {
namespace {

using testing::HasSubstr;

constexpr TimePoint kNow{std::chrono::hours{1000}};

PolicyView well() {
  PolicyView policy{.name = "default/web", .target = "process web", .at = kNow};
  policy.status.reason = Reason::within_tolerance;
  policy.status.conditions = {{.type = "AbleToScale", .value = true}, {.type = "Ready", .value = true}};
  return policy;
}
const Condition& condition(const PolicyView& policy, const std::string& type) {
  EXPECT_EQ(std::ranges::count(policy.status.conditions, type, &Condition::type), 1) << type;
  return *std::ranges::find(policy.status.conditions, type, &Condition::type);
}

TEST(InForce, IsTrueWhereTheDocumentsAre) {
  PolicyView policy = well();
  add_in_force(policy, {.runs = true, .since = kNow});
  EXPECT_TRUE(condition(policy, "InForce").value);
  EXPECT_TRUE(is_well(policy, kNow));
}

TEST(InForce, IsFalseWithTheReasonWhileTheVersionBeforeRuns) {
  PolicyView policy = well();
  add_in_force(policy, {.runs = true, .refused = Failure{{Errc::denied, "pid 7 has it"}, kNow}, .since = {}});
  EXPECT_FALSE(condition(policy, "InForce").value);
  EXPECT_EQ(condition(policy, "InForce").since, kNow);
  EXPECT_TRUE(condition(policy, "Ready").value) << "what runs is well";
  EXPECT_FALSE(is_well(policy, kNow)) << "but it is not what was written";
  EXPECT_THAT(to_json({policy}, kNow), HasSubstr("pid 7 has it"));
}

TEST(InForce, IsTheReasonOfWhatDoesNotRun) {
  PolicyView policy = well();
  add_in_force(policy, {.refused = Failure{{Errc::denied, "pid 7 has it"}, kNow}});
  for (const char* type : {"InForce", "Ready", "AbleToScale"}) {
    EXPECT_FALSE(condition(policy, type).value) << type;
    EXPECT_EQ(condition(policy, type).reason, Reason::not_in_force) << type;
    EXPECT_EQ(condition(policy, type).message, "pid 7 has it") << type;
  }
  EXPECT_THAT(to_table({policy}, kNow), HasSubstr("NotInForce"));
}

}  // namespace
}  // namespace ballast
