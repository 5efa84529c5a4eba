// What every Balancer promises, told as a story over a world that can be asked for the truth: the real one and the
// simulation's fake both pass it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/ports.h"

namespace ballast {

/// A pool that is empty at first, with members that can stand in it.
class BalancerWorld {
 public:
  virtual ~BalancerWorld() = default;
  /// At least three different members with their addresses.
  virtual std::vector<WantedMember> members() = 0;
  virtual Result<BalancerView> observe() = 0;
  virtual Result<Done> apply(std::vector<WantedMember> wanted) = 0;
  /// Weights by member as the balancer itself has them, not through the port.
  virtual std::map<std::string, std::int32_t> truth() = 0;
  /// The next write is carried out, and its answer is lost.
  virtual void lose_next_answer() = 0;
};

inline std::map<std::string, std::int32_t> weights_of(const std::vector<WantedMember>& members) {
  std::map<std::string, std::int32_t> weights;
  for (const auto& member : members) weights[member.name] = member.weight;
  return weights;
}

/// The pool holds `wanted`, for the balancer itself and as observed; nothing is contested or busy.
inline void expect_pool(BalancerWorld& world, const std::vector<WantedMember>& wanted) {
  EXPECT_EQ(world.truth(), weights_of(wanted));
  const auto view = world.observe();
  ASSERT_TRUE(view) << view.error().message;
  std::map<std::string, std::int32_t> seen;
  for (const auto& member : view->members) {
    seen[member.name] = member.weight;
    EXPECT_FALSE(member.contested) << member.name;
    EXPECT_EQ(member.in_flight, 0) << member.name;
  }
  EXPECT_EQ(seen, weights_of(wanted));
}

inline void apply_and_expect(BalancerWorld& world, const std::vector<WantedMember>& wanted) {
  const auto done = world.apply(wanted);
  ASSERT_TRUE(done) << done.error().message;
  expect_pool(world, wanted);
}

/// An answer that was lost is outcome_unknown; repeating the same is harmless and brings it about.
inline void apply_without_answer(BalancerWorld& world, const std::vector<WantedMember>& wanted) {
  world.lose_next_answer();
  const auto lost = world.apply(wanted);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::outcome_unknown) << lost.error().message;
  apply_and_expect(world, wanted);
}

inline void check_balancer_contract(BalancerWorld& world) {
  auto wanted = world.members();
  ASSERT_GE(wanted.size(), 3U);
  wanted.resize(3);
  for (auto& member : wanted) member.weight = 100;
  {
    SCOPED_TRACE("members come, and repeating is harmless");
    expect_pool(world, {});
    apply_and_expect(world, {wanted[0]});
    apply_and_expect(world, wanted);
    apply_and_expect(world, wanted);
  }
  {
    SCOPED_TRACE("weights change; a member at weight 0 stays");
    wanted[0].weight = 0;
    wanted[1].weight = 7;
    apply_and_expect(world, wanted);
    wanted[0].weight = 100;
    apply_and_expect(world, wanted);
  }
  {
    SCOPED_TRACE("an answer to each kind of change is lost");
    wanted[2].weight = 0;
    apply_without_answer(world, wanted);
    apply_without_answer(world, {wanted[0], wanted[1]});
    wanted[2].weight = 50;
    apply_without_answer(world, wanted);
  }
  {
    SCOPED_TRACE("members go");
    apply_and_expect(world, {wanted[1]});
    apply_and_expect(world, {});
    apply_and_expect(world, {});
  }
}

}  // namespace ballast
