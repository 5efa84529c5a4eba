#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/sim/run.h"

namespace ballast::sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

std::string describe(const Outcome& outcome) {
  std::string text;
  for (const Violation& violation : outcome.violations)
    text += violation.invariant + " at " + std::to_string(violation.at) + ": " + violation.text + "\n";
  const std::size_t shown = std::min<std::size_t>(outcome.story.size(), 400);
  for (std::size_t i = 0; i < shown; ++i) text += "  " + outcome.story[i] + "\n";
  return text;
}

std::string describe_play(const Play& play) {
  std::string text =
      "replicas " + std::to_string(play.workload.min_replicas) + " to " + std::to_string(play.workload.max_replicas) +
      ", interval " + std::to_string(seconds(play.workload.interval)) + ", drain timeout " +
      (play.workload.pools.empty() ? "none" : std::to_string(seconds(play.workload.pools[0].drain_timeout))) + "\n";
  for (const Trouble& trouble : play.faults.troubles)
    text += "  trouble " + std::to_string(static_cast<int>(trouble.target)) + "/" +
            std::to_string(static_cast<int>(trouble.fault)) + " " + trouble.signal + " " +
            std::to_string(trouble.from) + " to " + std::to_string(trouble.to) + "\n";
  return text;
}

TEST(RandomWorlds, KeepEveryInvariant) {
  const std::uint64_t worlds = number_from("BALLAST_SIM_WORLDS", 200);
  const std::uint64_t first = number_from("BALLAST_SIM_SEED", 1);
  std::size_t ticks = 0;
  std::size_t kills = 0;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    const Outcome outcome = play(random_play(seed));
    ticks += outcome.ticks;
    kills += outcome.kills;
    ASSERT_TRUE(outcome.violations.empty()) << "BALLAST_SIM_SEED=" << seed << " BALLAST_SIM_WORLDS=1\n"
                                            << describe_play(random_play(seed)) << describe(outcome);
  }
  std::printf("%llu random worlds clean, %zu ticks, %zu kills -9\n", static_cast<unsigned long long>(worlds), ticks,
              kills);
}

TEST(RandomWorlds, ASeedPlaysTheSameTwice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    EXPECT_EQ(play(random_play(seed)).digest, play(random_play(seed)).digest) << seed;
}

}  // namespace
}  // namespace ballast::sim
