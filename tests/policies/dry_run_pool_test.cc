// A pool in a dry run: what would be done to its members is told, and members join and leave it as ever.
#include <gtest/gtest.h>

#include "tests/policies/sick_pool.h"

namespace ballast {
namespace {

class Tried : public Sick {
 protected:
  void SetUp() override {
    Sick::SetUp();
    workload_.pools[0].dry_run = true;
    load_ = 300;
  }
  [[nodiscard]] bool tells_in_a_dry_run(Reason reason) const {
    return std::ranges::any_of(last_.steps, [&](const Step& step) { return step.reason == reason && step.dry_run; });
  }
};

TEST_F(Tried, TellsWhoWouldBeOutAndLeavesItsWeight) {
  wait(3);
  look({1});
  EXPECT_TRUE(tells_in_a_dry_run(Reason::ejected_consecutive_5xx));
  wait(60, {1});
  EXPECT_TRUE(out().empty());
}

TEST_F(Tried, LetsMembersJoin) {
  wait(3);
  look({1});
  worlds_[6] = {.weight = 0, .in_pool = false};
  look({1});
  EXPECT_EQ(weight(6), 100);
}

TEST_F(Tried, ReplacesNobody) {
  load_ = 500;  // the others could not carry it
  wait(60, {1});
  EXPECT_EQ(last_.replicas, 5);
  EXPECT_EQ(last_.write, std::nullopt);
  EXPECT_TRUE(out().empty());
}

TEST_F(Tried, BeginsAnewOnceItIsMeant) {
  wait(20, {1});
  workload_.pools[0].dry_run = false;
  wait(2, {1});
  EXPECT_EQ(out(), std::vector<std::uint32_t>{1});
  workload_.pools[0].dry_run = true;
  look({1});
  EXPECT_TRUE(out().empty()) << "who was out is in again";
}

TEST_F(Tried, WeighsNobodyByItsHeat) {
  workload_.pools[0].balance.by = BalanceBy::latency;
  wait(60);
  for (const auto& [id, member] : worlds_) EXPECT_EQ(member.weight, 100) << id;
}

}  // namespace
}  // namespace ballast
