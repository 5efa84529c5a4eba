#include "tests/sim/scenarios.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace ballast::sim {
namespace {

std::uint64_t seeds() {
  const char* text = std::getenv("BALLAST_SCENARIO_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20;
}

struct Planted {
  Bug bug{};
  const char* name = "";
};
constexpr Planted kPlanted[] = {{Bug::unknown_is_zero, "unknown=0"}, {Bug::act_before_journal, "act before journal"},
                                {Bug::lost_drain, "lost drain"},     {Bug::stale_is_fresh, "stale=fresh"},
                                {Bug::repeats_relative, "relative"}, {Bug::forgets, "forgets"}};

std::uint64_t caught(const Scenario& scenario, Bug bug, std::uint64_t count) {
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    Play planted = scenario.make(seed);
    planted.bugs = {bug};
    if (!play(planted).violations.empty()) ++found;
  }
  return found;
}

class EachScenario : public testing::TestWithParam<Scenario> {};

TEST_P(EachScenario, IsCleanWithEverySeed) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    const Play clean = GetParam().make(seed);
    const Outcome outcome = play(clean);
    ASSERT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n" << describe(clean);
  }
}

INSTANTIATE_TEST_SUITE_P(Named, EachScenario, testing::ValuesIn(scenarios()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(PlantedBugs, AreEachCaughtByANamedScenario) {
  constexpr std::uint64_t kSeeds = 5;
  std::uint64_t total[std::size(kPlanted)] = {};
  std::printf("%-28s", "scenario (caught of 5)");
  for (const Planted& planted : kPlanted) std::printf("%20s", planted.name);
  std::printf("\n");
  for (const Scenario& scenario : scenarios()) {
    std::printf("%-28s", std::string(scenario.name).c_str());
    for (std::size_t i = 0; i < std::size(kPlanted); ++i) {
      const std::uint64_t found = caught(scenario, kPlanted[i].bug, kSeeds);
      total[i] += found;
      std::printf("%20llu", static_cast<unsigned long long>(found));
    }
    std::printf("\n");
  }
  for (std::size_t i = 0; i < std::size(kPlanted); ++i) EXPECT_GT(total[i], 0U) << kPlanted[i].name;
}

}  // namespace
}  // namespace ballast::sim
