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

TEST(RandomWorlds, KeepEveryInvariant) {
  const std::uint64_t worlds = number_from("BALLAST_SIM_WORLDS", 200);
  const std::uint64_t first = number_from("BALLAST_SIM_SEED", 1);
  std::size_t ticks = 0;
  std::size_t replayed = 0;
  std::size_t kills = 0;
  std::size_t failed = 0;
  double simulated = 0;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    const Play world = random_play(seed);
    const Outcome outcome = play(world);
    ticks += outcome.ticks;
    replayed += outcome.replayed;
    kills += outcome.kills;
    simulated += outcome.ended;
    if (outcome.violations.empty()) continue;
    ADD_FAILURE() << "BALLAST_SIM_SEED=" << seed << " BALLAST_SIM_WORLDS=1\n" << describe(world);
    ASSERT_LT(++failed, 10U);
  }
  std::printf("%llu random worlds clean, %.0f simulated hours, %zu ticks, %zu of them replayed, %zu kills -9\n",
              static_cast<unsigned long long>(worlds - failed), simulated / 3600, ticks, replayed, kills);
}

TEST(RandomWorlds, ASeedPlaysTheSameTwice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    EXPECT_EQ(play(random_play(seed)).digest, play(random_play(seed)).digest) << seed;
}

}  // namespace
}  // namespace ballast::sim
