// Documents change: what runs, what is locked, and what waits. The locks are real ones, in a folder of the test.
#include "controller/engine/binding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "controller/journal/lock.h"
#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr TimePoint kStart{std::chrono::hours{1}};
TimePoint at(double second) { return kStart + from_seconds(second); }

class Bindings : public testing::Test {
 protected:
  /// As a second daemon would: flock tells apart who opened the file, not which process did.
  [[nodiscard]] bool is_free(const std::string& target) const {
    return lock_target(folder_.string(), target).has_value();
  }

  /// Ports that tell, as they go, which of `targets` somebody else could have taken by then.
  class Ports final : public Scaler {
   public:
    Ports(Bindings& test, std::vector<std::string> targets) : test_(test), targets_(std::move(targets)) {
      ++test_.alive;
    }
    ~Ports() override {
      --test_.alive;
      for (const std::string& target : targets_)
        if (test_.is_free(target)) test_.lost.push_back(target);
    }
    Task<Result<ScalerView>> observe() override { co_return ScalerView{}; }
    Task<Result<Done>> scale(ObservedTarget, std::int32_t, std::vector<std::string>) override { co_return Done{}; }

   private:
    Bindings& test_;
    std::vector<std::string> targets_;
  };

  Bind version(Fingerprint document, std::vector<std::string> targets) {
    Bind bind;
    bind.lock = [this, targets](const Locks& older) -> Result<Locks> {
      Locks locks;
      for (const std::string& target : targets) {
        if (const auto own = std::ranges::find(older, target, &HeldTarget::what); own != older.end()) {
          locks.push_back(*own);
          continue;
        }
        auto held = lock_target(folder_.string(), target);
        if (!held) return held.error();
        locks.push_back({.what = target, .lock = std::make_shared<const Lock>(*std::move(held))});
      }
      return locks;
    };
    bind.make = [this, document, targets]() -> Result<BoundWorkload> {
      EXPECT_EQ(alive, 0) << "two sets of ports steer one target";
      for (const std::string& target : targets)
        if (is_free(target)) lost.push_back(target);
      if (failing && failing->document == document) return failing->error;
      BoundWorkload bound;
      bound.workload.document = document;
      bound.scaler = std::make_unique<Ports>(*this, targets);
      return bound;
    };
    return bind;
  }

  static bool advance(Binding& binding, TimePoint now) {
    auto locks = binding.lock_next(now);
    return locks && binding.put_in_force(*std::move(locks), now);
  }
  [[nodiscard]] Fingerprint in_force() const { return binding.bound() ? binding.bound()->workload.document : 0; }

  struct Failing {
    Fingerprint document = 0;
    Error error{};
  };
  TemporaryFolder temporary_{"binding"};
  const std::filesystem::path& folder_ = temporary_.path();
  int alive = 0;
  std::vector<std::string> lost{};  ///< targets that were free while they should not be
  std::optional<Failing> failing{};
  Binding binding{};
};

TEST_F(Bindings, LocksOfTheOldTargetOutliveItsPorts) {
  binding.offer(version(1, {"port-1", "backend"}));
  ASSERT_TRUE(advance(binding, at(0)));
  EXPECT_FALSE(is_free("port-1"));
  binding.offer(version(2, {"port-2", "backend"}));
  ASSERT_TRUE(advance(binding, at(1)));
  EXPECT_EQ(in_force(), 2U);
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_TRUE(is_free("port-1"));
  EXPECT_FALSE(is_free("port-2"));
  EXPECT_FALSE(is_free("backend"));
  binding.release();
  EXPECT_THAT(lost, IsEmpty());
  EXPECT_TRUE(is_free("port-2"));
}

TEST_F(Bindings, ARefusedLockLeavesTheOldVersionAloneAndIsTriedAgain) {
  binding.offer(version(1, {"port-1"}));
  ASSERT_TRUE(advance(binding, at(0)));
  const BoundWorkload* before = binding.bound().get();
  std::optional<Result<Lock>> other = lock_target(folder_.string(), "port-2");
  binding.offer(version(2, {"port-2"}));
  EXPECT_TRUE(binding.superseded());
  EXPECT_FALSE(advance(binding, at(10)));
  EXPECT_FALSE(binding.superseded()) << "the old version is in force again, and may act";
  EXPECT_EQ(binding.bound().get(), before);
  ASSERT_TRUE(binding.refused());
  EXPECT_EQ(binding.refused()->since, at(10));
  EXPECT_THAT(binding.refused()->error.message, HasSubstr("pid " + std::to_string(::getpid())));

  std::vector<double> tries;
  for (double t = 10.25; t < 120; t += 0.25) {
    if (!binding.due(at(t))) continue;
    tries.push_back(t);
    EXPECT_FALSE(advance(binding, at(t)));
  }
  EXPECT_THAT(tries, ElementsAre(10.5, 11.5, 13.5, 17.5, 25.5, 41.5, 71.5, 101.5));
  EXPECT_EQ(binding.refused()->since, at(10));
  other.reset();
  ASSERT_TRUE(binding.due(at(132)));
  EXPECT_TRUE(advance(binding, at(132)));
  EXPECT_EQ(in_force(), 2U);
  EXPECT_FALSE(binding.refused());
  EXPECT_TRUE(is_free("port-1"));
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(Bindings, AVersionThatCannotBeMadeGivesWayToTheOneBefore) {
  binding.offer(version(1, {"port-1"}));
  ASSERT_TRUE(advance(binding, at(0)));
  failing = Failing{2, {Errc::unavailable, "no room"}};
  binding.offer(version(2, {"port-1"}));
  EXPECT_TRUE(advance(binding, at(1)));
  EXPECT_EQ(in_force(), 1U);
  EXPECT_EQ(binding.refused()->error.message, "no room");
  EXPECT_TRUE(binding.due(at(2)));
  failing.reset();
  EXPECT_TRUE(advance(binding, at(2)));
  EXPECT_EQ(in_force(), 2U);
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(Bindings, WhatOnlyAnotherDocumentCanMendIsNotTriedAgainAtTheCostOfWhatRuns) {
  binding.offer(version(1, {"port-1"}));
  ASSERT_TRUE(advance(binding, at(0)));
  failing = Failing{2, {Errc::invalid, "no such column"}};
  binding.offer(version(2, {"port-1"}));
  advance(binding, at(1));
  EXPECT_EQ(in_force(), 1U);
  EXPECT_FALSE(binding.due(at(1000)));
  EXPECT_TRUE(binding.refused()) << "people are still told";
  // Without anything that runs there is nothing to lose.
  binding.release();
  Binding first;
  first.offer(version(2, {"port-3"}));
  EXPECT_FALSE(advance(first, at(0)));
  EXPECT_FALSE(first.bound());
  EXPECT_TRUE(first.due(at(1)));
}

TEST_F(Bindings, TwoThatChangeTargetsWithEachOtherBothGetThem) {
  Binding other;
  const auto of_us = [this](Bind bind) {  // what this process holds itself is a conflict, not a refusal
    bind.lock = [lock = std::move(bind.lock)](const Locks& older) -> Result<Locks> {
      auto locks = lock(older);
      if (!locks) return Error{Errc::conflict, locks.error().message};
      return locks;
    };
    bind.make = [this, make = std::move(bind.make)] {
      alive = 0;  // of the other one
      return make();
    };
    return bind;
  };
  binding.offer(of_us(version(1, {"port-1"})));
  other.offer(of_us(version(2, {"port-2"})));
  ASSERT_TRUE(advance(binding, at(0)) && advance(other, at(0)));
  binding.offer(of_us(version(3, {"port-2"})));
  other.offer(of_us(version(4, {"port-1"})));
  EXPECT_FALSE(advance(binding, at(1)));
  EXPECT_EQ(in_force(), 1U) << "whoever runs it has a last word";
  ASSERT_TRUE(binding.must_leave());
  binding.release();
  EXPECT_FALSE(binding.must_leave());
  EXPECT_TRUE(advance(other, at(1)));
  ASSERT_TRUE(binding.due(at(2)));
  EXPECT_TRUE(advance(binding, at(2)));
  EXPECT_EQ(in_force(), 3U);
  EXPECT_EQ(other.bound()->workload.document, 4U);
}

}  // namespace
}  // namespace ballast
