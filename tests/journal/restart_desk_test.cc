// Restarts that rules order: as often as maxPerHour allows, over restarts of Ballast too.
#include <gmock/gmock.h>

#include "controller/actions/restart.h"
#include "tests/journal/on_lossy_disk.h"
#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class RestartDesks : public OnLossyDisk {
 protected:
  void SetUp() override { again(); }
  void again() {
    open();
    RestartOrders orders;
    orders.may = [this](const std::string&, const Order&) {
      return refusal_ ? Result<Done>{*refusal_} : Result<Done>{Done{}};
    };
    orders.give = [this](const std::string& policy, Order order) { given_.emplace_back(policy, std::move(order)); };
    desk_ = std::make_unique<RestartDesk>(clock_, *journal_, std::move(orders));
  }
  Delivery ask(const std::string& key, std::int32_t max_per_hour = 1, const std::string& policy = "shop/web") {
    return await(desk_->restart(
        {.policy = policy, .max_per_hour = max_per_hour, .key = key, .who = "rule Stuck", .why = "queue is 9"}));
  }
  static std::optional<Errc> code(const Delivery& delivery) {
    return delivery.failure ? std::optional(delivery.failure->code) : std::nullopt;
  }
  SimClock clock_{};
  std::optional<Error> refusal_{};
  std::vector<std::pair<std::string, Order>> given_{};
  std::unique_ptr<RestartDesk> desk_{};
};

TEST_F(RestartDesks, OrderWhatAPersonOrdersWithWhoAndWhy) {
  EXPECT_EQ(code(ask("a")), std::nullopt);
  ASSERT_THAT(given_, SizeIs(1));
  EXPECT_EQ(given_[0].first, "shop/web");
  EXPECT_EQ(given_[0].second.kind, OrderKind::restart);
  EXPECT_EQ(given_[0].second.given, clock_.now());
  EXPECT_EQ(given_[0].second.who, "rule Stuck");
  EXPECT_EQ(given_[0].second.why, "queue is 9");
}

TEST_F(RestartDesks, DoNotOrderMoreThanAnHourMayHaveEvenAfterARestart) {
  EXPECT_EQ(code(ask("a")), std::nullopt);
  clock_.run_for(10min);
  again();
  const Delivery limited = ask("b");
  EXPECT_EQ(code(limited), Errc::rate_limited);
  EXPECT_THAT(limited.failure->message, HasSubstr("maxPerHour (1) allows, the next one is in 3000 s"));
  EXPECT_EQ(limited.retry_after, 50min);
  EXPECT_EQ(code(ask("c", 1, "shop/web2")), std::nullopt) << "another policy";
  EXPECT_EQ(code(ask("d", 2)), std::nullopt) << "another rule allows two";
  EXPECT_EQ(code(ask("e", 2)), Errc::rate_limited) << "those of all rules count";
  clock_.run_for(50min);
  EXPECT_EQ(code(ask("b", 2)), std::nullopt);
  EXPECT_THAT(given_, SizeIs(4));
}

TEST_F(RestartDesks, OrderTheSameAgainAsItWas) {
  EXPECT_EQ(code(ask("a")), std::nullopt);
  const TimePoint first = clock_.now();
  clock_.run_for(10min);
  again();
  EXPECT_EQ(code(ask("a")), std::nullopt);
  ASSERT_THAT(given_, SizeIs(2));
  EXPECT_EQ(given_[1].second.given, first) << "who was started since is not replaced again";
}

TEST_F(RestartDesks, WaitWithoutCountingForWhatHoldsThePolicy) {
  refusal_ = Error{Errc::conflict, "somebody paused it"};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(code(ask("a")), Errc::conflict);
  EXPECT_THAT(given_, IsEmpty());
  refusal_.reset();
  EXPECT_EQ(code(ask("a")), std::nullopt);
}

TEST_F(RestartDesks, OrderNothingThatTheyCannotRemember) {
  disk_.fail_writes(LossyDisk::Fault::full);
  EXPECT_EQ(code(ask("a")), Errc::unavailable);
  EXPECT_THAT(given_, IsEmpty());
  disk_.fail_writes(LossyDisk::Fault::none);
  EXPECT_EQ(code(ask("a")), std::nullopt) << "it was not counted";
  disk_.fail_reads(true);
  journal_.reset();
  again();
  EXPECT_EQ(code(ask("b", 60)), Errc::unavailable) << "nobody knows what was ordered before";
}

TEST_F(RestartDesks, TakeARowThatCannotBeReadForARestart) {
  ASSERT_TRUE(await(journal_->put({{"restarts/shop/web", "{]"}}, Durability::full)));
  EXPECT_EQ(code(ask("a")), Errc::rate_limited);
  clock_.run_for(1h);
  EXPECT_EQ(code(ask("a")), std::nullopt);
}

TEST(RestartLimit, CountsWhatWasOrderedWithinAnHour) {
  const TimePoint now{100'000s};
  const std::vector<RuleRestart> two{{"a", now - 50min}, {"b", now - 20min}};
  EXPECT_EQ(wait_for_restart({}, 1, now), 0s);
  EXPECT_EQ(wait_for_restart(two, 3, now), 0s);
  EXPECT_EQ(wait_for_restart(two, 2, now), 10min);
  EXPECT_EQ(wait_for_restart(two, 1, now), 40min);
  EXPECT_EQ(wait_for_restart({{"a", now - 1h}}, 1, now), 0s);
  EXPECT_EQ(*read_restarts_row(restarts_row(two)), two);
}

}  // namespace
}  // namespace ballast
