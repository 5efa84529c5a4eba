// What is written down for people, and when.
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/engine/fold.h"

namespace ballast {
namespace {

constexpr TimePoint kStart{std::chrono::hours{1}};

Workload pooled() {
  Workload w{.name = "default/web", .target_kind = "process", .target_name = "web", .max_replicas = 5};
  w.pools = {Pool{.name = "haproxy:web", .fingerprint = 7}};
  return w;
}

/// Two members in a pool; the second in a state that a person set, or not.
Observation seen(int second, bool contested) {
  Observation o{.at = kStart + std::chrono::seconds{second}, .evidence_from = kStart};
  o.target = ObservedTarget{.uid = "u", .version = "1", .desired = 2, .existing = 2, .ready = 2};
  for (const std::uint32_t id : {1U, 2U}) {
    const bool held = contested && id == 2;
    o.members.push_back(Member{.id = MemberId{id}, .state = MemberState::ready});
    o.members.back().pools = {PoolMember{.pool = PoolId{0}, .weight = held ? 0 : 100, .contested = held}};
  }
  return o;
}

bool tells(const Record& record, Reason reason, const std::string& whom) {
  return std::ranges::any_of(record.steps, [&](const Step& step) {
    const auto name = std::ranges::find(record.names, step.subject, &SubjectName::subject);
    return step.reason == reason && name != record.names.end() && name->name == whom;
  });
}

TEST(Records, AMemberThatAPersonTakesAndGivesBackIsEachTimeOne) {
  WorkloadState state;
  const std::vector<MemberName> names{{MemberId{1}, "web-1"}, {MemberId{2}, "web-2"}};
  const auto tick = [&](int second, bool contested) {
    const Observation o = seen(second, contested);
    const std::optional<Decision> before = state.decision;
    const Plan plan = fold(pooled(), state, second == 1 ? names : std::vector<MemberName>{}, o);
    return record_of(pooled(), state, before, o, plan);
  };
  ASSERT_TRUE(tick(1, false)) << "the first decision is one";
  EXPECT_FALSE(tick(2, false));
  const auto taken = tick(3, true);
  ASSERT_TRUE(taken);
  EXPECT_TRUE(tells(*taken, Reason::member_contested, "web-2"));
  EXPECT_FALSE(tick(4, true)) << "told once";
  const auto back = tick(5, false);
  ASSERT_TRUE(back);
  EXPECT_TRUE(tells(*back, Reason::member_released, "web-2"));
  EXPECT_FALSE(tick(6, false));
}

}  // namespace
}  // namespace ballast
