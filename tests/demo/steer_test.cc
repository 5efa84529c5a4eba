// The lanes beside Ballast's: what the HPA and KEDA would do, and how the metric source lies.
#include <gtest/gtest.h>

#include "examples/demo/liar.h"
#include "examples/demo/steer_rule.h"

namespace ballast_demo {
namespace {

using namespace std::chrono_literals;

ballast::TimePoint at(int second) { return ballast::TimePoint{std::chrono::seconds{1'700'000'000 + second}}; }

TEST(SteerByHpa, KeepsWorkersAtSixtyPercent) {
  Steer hpa(Rule::hpa, 4, 40);
  EXPECT_EQ(hpa.decide({.current = 4, .ready = 4, .value = 2.5}, at(0)), std::nullopt) << "62 % is within tolerance";
  EXPECT_EQ(hpa.decide({.current = 4, .ready = 4, .value = 4}, at(15)), 7) << "4 / 0.6, rounded up";
  EXPECT_EQ(hpa.decide({.current = 7, .ready = 7, .value = 7}, at(30)), 12);
  EXPECT_EQ(hpa.decide({.current = 12, .ready = 12, .answered = false}, at(45)), std::nullopt);
}

TEST(SteerByKeda, TakesNoValueForZero) {
  Steer keda(Rule::keda, 4, 40);
  EXPECT_EQ(keda.decide({.current = 4, .ready = 4, .value = 280}, at(0)), 16) << "at once, as Ballast's lane may";
  EXPECT_EQ(keda.decide({.current = 16, .ready = 16, .value = 300}, at(30)), std::nullopt) << "4 % more is tolerated";
  EXPECT_EQ(keda.decide({.current = 16, .ready = 16}, at(45)), std::nullopt) << "held by its window";
  EXPECT_EQ(keda.decide({.current = 16, .ready = 16}, at(60)), 4) << "nothing was read, and so nothing is there";
  EXPECT_EQ(keda.decide({.current = 16, .ready = 16, .answered = false}, at(90)), std::nullopt);
}

TEST(Liar, TellsTheTruthUntilItIsToldToLie) {
  Liar liar;
  const auto truth = liar.answer(Lie::none, 301.5, 5'000'000);
  EXPECT_NE(truth.find("demo_arrivals_per_second 301.500 5000\n"), std::string::npos);
  EXPECT_EQ(liar.answer(Lie::empty, 300, 6'000'000).find("demo_arrivals_per_second 3"), std::string::npos);
  EXPECT_NE(liar.answer(Lie::zero, 300, 7'000'000).find("demo_arrivals_per_second 0.000 7000\n"), std::string::npos);
  EXPECT_EQ(liar.answer(Lie::frozen, 20, 8'000'000), page_of(0.0, 7'000'000));
  EXPECT_EQ(liar.answer(Lie::frozen, 20, 9'000'000), page_of(0.0, 7'000'000));
}

TEST(Liar, CountsWhatCameAtTheBackend) {
  constexpr auto kStat = "# pxname,svname,scur,stot,\nfront,FRONTEND,1,7,\nweb,ballast-a,1,3,\nweb,BACKEND,2,5,\n";
  EXPECT_EQ(arrivals_in(kStat, "web"), 5);
  EXPECT_EQ(arrivals_in(kStat, "other"), std::nullopt);
  EXPECT_EQ(arrivals_in("", "web"), std::nullopt);
  EXPECT_EQ(rate_between({0, 10}, {2'000'000, 40}), 15);
  EXPECT_EQ(rate_between({0, 10}, {2'000'000, 4}), std::nullopt);
}

}  // namespace
}  // namespace ballast_demo
