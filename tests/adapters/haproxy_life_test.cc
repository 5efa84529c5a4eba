// The balancer over a real HAProxy, with real workers and requests through it.
#include "tests/adapters/haproxy_life.h"

#include <gtest/gtest.h>

#include "formats/haproxy.h"
#include "tests/support/balancer_contract.h"

namespace ballast {
namespace {

class RealWorld final : public BalancerWorld {
 public:
  RealWorld(HaproxyRig& rig, std::vector<WantedMember> members) : rig_(rig), members_(std::move(members)) {}
  std::vector<WantedMember> members() override { return members_; }
  Result<BalancerView> observe() override { return rig_.observe(); }
  Result<Done> apply(std::vector<WantedMember> wanted) override { return rig_.apply(std::move(wanted)); }
  std::map<std::string, std::int32_t> truth() override {
    std::map<std::string, std::int32_t> result;
    for (const auto& [server, weight] : rig_.servers("srv_uweight"))
      result[server.substr(std::string_view{"ballast-"}.size())] = std::stoi(weight);
    return result;
  }
  void lose_next_answer() override { rig_.faults().lose_answer = true; }
  Result<Done> shed(std::int32_t percent, Duration retry_after) override { return rig_.shed(percent, retry_after); }
  std::int32_t refused_of(std::int32_t requests) override {
    std::int32_t refused = 0;
    for (std::int32_t i = 0; i < requests; ++i)
      refused += rig_.answer_to("/").find("retry-after: 5\r\n") != std::string::npos ? 1 : 0;
    return refused;
  }

 private:
  HaproxyRig& rig_;
  std::vector<WantedMember> members_;
};

TEST_F(HaproxyBalancerLife, KeepsTheContractOfABalancer) {
  for (const bool check : {true, false}) {
    SCOPED_TRACE(check ? "with health checks" : "without");
    auto pool = rig->pool();
    pool.check = check;
    rig->bind(pool);
    RealWorld world{*rig, {member("a", 0, 1), member("b", 1, 1), member("c", 2, 1)}};
    check_balancer_contract(world);
  }
}

TEST_F(HaproxyBalancerLife, TellsThoseThatItRefusesWhenToComeAgain) {
  make({member("a", 0, 100)});
  ASSERT_TRUE(rig->shed(90, std::chrono::milliseconds{6500}));
  std::string refused;
  for (int i = 0; i < 1000 && !refused.starts_with("HTTP/1.1 503"); ++i) refused = rig->answer_to("/");
  EXPECT_NE(refused.find("retry-after: 7\r\n"), std::string::npos) << refused;
}

TEST_F(HaproxyBalancerLife, ARestartedBallastSeesWhatIsRefusedAndARestartedHaproxyRefusesNothing) {
  ASSERT_TRUE(rig->shed(30, std::chrono::seconds{5}));
  rig->bind(rig->pool());
  EXPECT_EQ(rig->observe()->shed, 30);
  rig->kill_haproxy();
  rig->start_haproxy();
  EXPECT_EQ(rig->observe()->shed, 0);
}

TEST_F(HaproxyBalancerLife, RefusesByTheVariableThatItIsTold) {
  auto pool = rig->pool();
  pool.shed_variable = "shop_shed";
  rig->bind(pool);
  ASSERT_TRUE(rig->shed(90, std::chrono::seconds{5}));
  EXPECT_NE(rig->ask("get var proc.shop_shed").find("value=<90>"), std::string::npos);
  EXPECT_NE(rig->ask("get var proc.ballast_shed").find("not found"), std::string::npos);
  pool.shed_variable = "a b";
  rig->bind(pool);
  expect_says(unseen(), Errc::invalid, {"shedVariable", "a b"});
}

TEST_F(HaproxyBalancerLife, GivesMembersRequestsByTheirWeights) {
  make({member("a", 0, 30), member("b", 1, 10), member("c", 2, 0)});
  for (int i = 0; i < 40; ++i) ASSERT_EQ(rig->get("/"), 200);
  EXPECT_EQ(workers[0].served(), 30);
  EXPECT_EQ(workers[1].served(), 10);
  EXPECT_EQ(workers[2].served(), 0);
}

TEST_F(HaproxyBalancerLife, WritesNothingWhenThePoolIsAsWanted) {
  make({member("a", 0, 100), member("b", 1, 0)});
  rig->faults().changes = 0;
  make({member("a", 0, 100), member("b", 1, 0)});
  EXPECT_EQ(rig->faults().changes, 0);
}

TEST_F(HaproxyBalancerLife, DrainsWithoutFailingARequestThatIsInFlight) {
  make({member("a", 0, 100)});
  auto slow = rig->get_later("/hold");
  ASSERT_TRUE(workers[0].holds(1));
  EXPECT_EQ(rig->observed("a").in_flight, 1);

  make({member("a", 0, 0), member("b", 1, 100)});
  EXPECT_EQ(rig->observed("a").in_flight, 1);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(rig->get("/"), 200);
  EXPECT_EQ(workers[1].served(), 10);

  workers[0].release();
  EXPECT_EQ(slow.get(), 200);
  // HAProxy answers before it counts the request as ended; an idle connection does not count.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (rig->observed("a").in_flight != 0 && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_EQ(rig->observed("a").in_flight, 0);
  make({member("b", 1, 100)});
  EXPECT_EQ(weights(), (Table{{"ballast-b", "100"}}));
  EXPECT_EQ(rig->get("/"), 200);
}

TEST_F(HaproxyBalancerLife, CutsWhatIsInFlightToAMemberThatGoesAllTheSame) {
  make({member("a", 0, 100)});
  auto stuck = rig->get_later("/hold");
  ASSERT_TRUE(workers[0].holds(1));
  make({member("a", 0, 0), member("b", 1, 100)});
  make({member("b", 1, 100)});
  EXPECT_EQ(weights(), (Table{{"ballast-b", "100"}}));
  EXPECT_NE(stuck.get(), 200);
}

TEST_F(HaproxyBalancerLife, GivesANewServerItsMaxconn) {
  auto pool = rig->pool();
  pool.maxconn = 3;
  rig->bind(pool);
  make({member("a", 0, 100)});
  const auto table = parse_haproxy_stat(rig->ask("show stat web 4 -1"));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows.at(0).at(*table->column("slim")), "3");
}

TEST_F(HaproxyBalancerLife, CountsWhatEachMemberAnsweredAndFailedAndHowLongItTook) {
  auto pool = rig->pool();
  pool.check = false;
  rig->bind(pool);
  make({member("a", 0, 100), member("b", 1, 0)});
  // HAProxy counts a request once it has ended, a moment after its answer.
  const auto counted = [&](std::int64_t answers) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    Counters counters;
    while (counters.answers < answers && std::chrono::steady_clock::now() < deadline)
      counters = rig->observed("a").counters.value_or(Counters{});
    EXPECT_EQ(counters.answers, answers);
    return counters;
  };
  rig->observed("a");
  for (int i = 0; i < 40; ++i) ASSERT_EQ(rig->get("/"), 200);
  const Counters first = counted(40);
  EXPECT_EQ(first.failures, 0);
  EXPECT_EQ(first.timed, 40);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(rig->get("/fail"), 500);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(rig->get("/hang-up"), 502);
  const Counters second = counted(48);
  EXPECT_EQ(second.failures, 8);
  EXPECT_EQ(second.timed, 45);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(rig->get("/late"), 200);
  const Counters third = counted(58);
  EXPECT_EQ(third.failures, 8);
  EXPECT_GE(third.answering - second.answering + third.answering_error, std::chrono::seconds{1});
  EXPECT_LE(third.answering - second.answering - third.answering_error, std::chrono::seconds{5}) << "5 times slack";
  EXPECT_EQ(rig->observed("b").counters, (Counters{}));
}

TEST_F(HaproxyBalancerLife, CountsAConnectionThatIsRefusedAsAFailure) {
  auto pool = rig->pool();
  pool.check = false;
  rig->bind(pool);
  make({{.name = "dead", .address = "127.0.0.1:1", .weight = 100}});
  for (int i = 0; i < 3; ++i) ASSERT_EQ(rig->get("/"), 503);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  Counters counters;
  while (counters.answers < 3 && std::chrono::steady_clock::now() < deadline)
    counters = rig->observed("dead").counters.value_or(Counters{});
  EXPECT_EQ(counters.answers, 3);
  EXPECT_EQ(counters.failures, 3);
}

TEST_F(HaproxyBalancerLife, SeesAMemberWhoseHealthCheckFails) {
  auto pool = rig->pool();
  pool.check_interval = std::chrono::milliseconds{100};
  rig->bind(pool);
  make({member("a", 0, 100), {.name = "dead", .address = "127.0.0.1:1", .weight = 100}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (rig->observed("dead").healthy && std::chrono::steady_clock::now() < deadline) {
  }
  EXPECT_FALSE(rig->observed("dead").healthy);
  EXPECT_TRUE(rig->observed("a").healthy);
  EXPECT_FALSE(rig->observed("dead").contested);
}

TEST_F(HaproxyBalancerLife, AddsAgainWhatARestartedHaproxyLost) {
  make({member("a", 0, 100), member("b", 1, 40)});
  rig->kill_haproxy();
  expect_says(unseen(), Errc::unavailable, {rig->path("admin.sock")});
  rig->start_haproxy();
  const auto view = rig->observe();
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_TRUE(view->members.empty());
  make({member("a", 0, 100), member("b", 1, 40)});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "100"}, {"ballast-b", "40"}}));
  EXPECT_EQ(rig->get("/"), 200);
}

TEST_F(HaproxyBalancerLife, WeighsListedServersAndLeavesTheOthersAlone) {
  rig->bind(rig->pool("mixed"), {"s1", "s2"});
  EXPECT_EQ(rig->observed("s1").weight, 7);
  EXPECT_TRUE(rig->observed("s2").contested);  // `disabled` in the configuration
  make({{.name = "s1", .weight = 3}, member("a", 0, 100)});
  EXPECT_EQ(weights("mixed"), (Table{{"s1", "3"}, {"s2", "9"}, {"s3", "11"}, {"ballast-a", "100"}}));
  make({});
  EXPECT_EQ(weights("mixed"), (Table{{"s1", "3"}, {"s2", "9"}, {"s3", "11"}}));
  EXPECT_EQ(rig->servers("srv_port", "mixed").at("s1"), "1");
  rig->bind(rig->pool("mixed"), {"s1", "gone"});
  expect_says(fails({{.name = "gone", .weight = 3}}), Errc::not_found, {"mixed/gone"});
}

TEST_F(HaproxyBalancerLife, AHaproxyThatStartedAnewIsNotAPersonWhoChangedWeights) {
  rig->bind(rig->pool("mixed"), {"s1"});
  make({{.name = "s1", .weight = 3}});
  rig->kill_haproxy();
  rig->start_haproxy();
  EXPECT_EQ(rig->observed("s1").weight, 7);
  EXPECT_FALSE(rig->observed("s1").contested);
  make({{.name = "s1", .weight = 3}});
}

TEST_F(HaproxyBalancerLife, LeavesAServerThatAPersonPutInMaintenance) {
  for (const std::string state : {"maint", "drain"}) {
    SCOPED_TRACE(state);
    make({member("a", 0, 100), member("b", 1, 100)});
    rig->ask("set server web/ballast-a state " + state);
    EXPECT_TRUE(rig->observed("a").contested);
    EXPECT_FALSE(rig->observed("b").contested);
    make({member("a", 0, 100), member("b", 1, 50)});  // nothing is asked of it: no conflict
    expect_says(fails({member("a", 0, 10), member("b", 1, 60)}), Errc::conflict,
                {"web/ballast-a", state, "set server web/ballast-a state ready"});
    expect_says(fails({member("b", 1, 70)}), Errc::conflict, {"web/ballast-a"});
    EXPECT_EQ(weights(), (Table{{"ballast-a", "100"}, {"ballast-b", "70"}}));
    EXPECT_NE(rig->servers("srv_admin_state").at("ballast-a"), "0");

    rig->ask("set server web/ballast-a state ready");
    EXPECT_FALSE(rig->observed("a").contested);
    make({member("b", 1, 100)});
    EXPECT_EQ(weights(), (Table{{"ballast-b", "100"}}));
  }
}

TEST_F(HaproxyBalancerLife, LeavesAServerThatAPersonWeighed) {
  make({member("a", 0, 100), member("b", 1, 100)});
  rig->ask("set weight web/ballast-a 5");
  EXPECT_TRUE(rig->observed("a").contested);
  expect_says(fails({member("a", 0, 100), member("b", 1, 50)}), Errc::conflict,
              {"web/ballast-a", "weight 5", "set weight web/ballast-a 100"});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "5"}, {"ballast-b", "50"}}));
  rig->ask("set weight web/ballast-a 100");
  make({member("a", 0, 30), member("b", 1, 50)});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "30"}, {"ballast-b", "50"}}));
}

TEST_F(HaproxyBalancerLife, ARestartedBallastTakesOverWhatIsThere) {
  make({member("a", 0, 100), member("b", 1, 0), member("c", 2, 100)});
  rig->ask("set server web/ballast-c state maint");
  rig->bind(rig->pool());
  EXPECT_FALSE(rig->observed("a").contested);
  EXPECT_FALSE(rig->observed("b").contested);
  EXPECT_TRUE(rig->observed("c").contested);  // Ballast never leaves a member in maintenance
  make({member("a", 0, 30), member("b", 1, 20), member("c", 2, 100)});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "30"}, {"ballast-b", "20"}, {"ballast-c", "100"}}));
}

TEST_F(HaproxyBalancerLife, FinishesARemovalThatWasCutShort) {
  make({member("a", 0, 100), member("b", 1, 0)});
  rig->ask("set server web/ballast-b state maint");  // what Ballast had written when it was killed
  rig->bind(rig->pool());
  make({member("a", 0, 100)});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "100"}}));
}

TEST_F(HaproxyBalancerLife, AQuestionThatNeverArrivedHasAnUnknownOutcomeToo) {
  rig->faults().lose_question = true;
  expect_says(fails({member("a", 0, 100)}), Errc::outcome_unknown, {rig->path("admin.sock")});
  EXPECT_TRUE(weights().empty());
  make({member("a", 0, 100)});
  rig->faults().lose_question = true;
  EXPECT_EQ(fails({member("a", 0, 50)}).code, Errc::outcome_unknown);
  EXPECT_FALSE(rig->observed("a").contested);
  make({member("a", 0, 60)});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "60"}}));
}

TEST_F(HaproxyBalancerLife, MovesAMemberWhoseAddressChanged) {
  make({member("a", 0, 100)});
  make({member("a", 1, 100)});
  EXPECT_EQ(rig->get("/"), 200);
  EXPECT_EQ(workers[1].served(), 1);
}

TEST_F(HaproxyBalancerLife, ManyMembersComeAndGoAtOnce) {
  std::vector<WantedMember> wanted;
  for (int i = 0; i < 300; ++i) wanted.push_back(member("many-" + std::to_string(i), 0, i % 257));
  auto pool = rig->pool();
  pool.check = false;
  rig->bind(pool);
  make(wanted);
  EXPECT_EQ(weights().size(), 300U);
  EXPECT_EQ(weights().at("ballast-many-256"), "256");
  make({});
  EXPECT_TRUE(weights().empty());
}

}  // namespace
}  // namespace ballast
