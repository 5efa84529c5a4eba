#include "tests/sim/scenarios.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace ballast::sim {
namespace {

std::uint64_t seeds() {
  const char* text = std::getenv("BALLAST_SCENARIO_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 20;
}

/// Whether one of the first seeds shows it.
bool catches(const Scenario& scenario, Bug bug, std::uint64_t most_seeds) {
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
    Play planted = scenario.make(seed);
    planted.bugs = {bug};
    if (!play(planted).violations.empty()) return true;
  }
  return false;
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

/// Column headings upright: a bug's number; its name stands below the table.
void print_head() {
  std::printf("%-38s", "scenario (x: caught, X: its own)");
  for (std::size_t bug = 0; bug < kBugs.size(); ++bug) std::printf("%3zu", bug + 1);
  std::printf("\n");
}

TEST(PlantedBugs, AreEachCaughtAndEachScenarioFailsUnderItsOwn) {
  std::array<std::size_t, kBugs.size()> caught{};
  print_head();
  for (const Scenario& scenario : scenarios()) {
    std::printf("%-38s", std::string(scenario.name).c_str());
    for (std::size_t i = 0; i < kBugs.size(); ++i) {
      const bool own = kBugs[i].bug == scenario.bug;
      const bool found = catches(scenario, kBugs[i].bug, own ? 20 : 1);
      if (found) ++caught[i];
      EXPECT_TRUE(found || !own) << scenario.name << " does not fail under " << kBugs[i].name;
      std::printf("%3s", found ? (own ? "X" : "x") : ".");
    }
    std::printf("\n");
  }
  for (std::size_t i = 0; i < kBugs.size(); ++i) {
    std::printf("%3zu %-22s caught by %zu\n", i + 1, std::string(kBugs[i].name).c_str(), caught[i]);
    EXPECT_GT(caught[i], 0U) << kBugs[i].name;
  }
}

}  // namespace
}  // namespace ballast::sim
