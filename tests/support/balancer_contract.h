// What every Balancer promises, told as a story over a world that can be asked for the truth: the real one and the
// simulation's fake both pass it.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
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
  virtual Result<Done> shed(std::int32_t percent, Duration retry_after) = 0;
  /// How many of so many requests are refused now.
  virtual std::int32_t refused_of(std::int32_t requests) = 0;
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

/// So much is refused, and seen to be; repeating is harmless. Chance may be off by six standard deviations.
inline void shed_and_expect(BalancerWorld& world, std::int32_t percent) {
  constexpr std::int32_t kRequests = 1000;
  for (int time = 0; time < 2; ++time) {
    const auto done = world.shed(percent, std::chrono::seconds{5});
    ASSERT_TRUE(done) << done.error().message;
  }
  const auto view = world.observe();
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->shed, percent);
  const double share = percent / 100.0;
  const double expected = kRequests * share;
  EXPECT_NEAR(world.refused_of(kRequests), expected, 6 * std::sqrt(expected * (1 - share)));
}

inline void check_refusals(BalancerWorld& world) {
  {
    SCOPED_TRACE("a share is refused, a larger one, none");
    EXPECT_EQ(world.observe()->shed, 0);
    for (const std::int32_t percent : {30, 80, 0}) shed_and_expect(world, percent);
  }
  {
    SCOPED_TRACE("an answer is lost");
    world.lose_next_answer();
    const auto lost = world.shed(30, std::chrono::seconds{5});
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::outcome_unknown) << lost.error().message;
    EXPECT_EQ(world.observe()->shed, 30);
    shed_and_expect(world, 0);
  }
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
  check_refusals(world);
}

}  // namespace ballast
