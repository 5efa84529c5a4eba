#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/sim/run.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : fallback;
}

/// Replicas, reasons and times of many plays as one number, which every compiler must find: printed, and left in the
/// file that BALLAST_WORLDS_DIGEST names for whoever compares.
class Digest {
 public:
  void add(const Outcome& outcome) { value_ = (value_ ^ outcome.digest) * 1099511628211ULL; }
  void tell(const char* of) const {
    std::printf("digest of %s: %016llx\n", of, static_cast<unsigned long long>(value_));
    if (const char* path = std::getenv("BALLAST_WORLDS_DIGEST"))
      std::ofstream(path, std::ios::app) << of << ' ' << std::hex << value_ << '\n';
  }

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

TEST(RandomWorlds, KeepEveryInvariant) {
  const std::uint64_t worlds = number_from("BALLAST_SIM_WORLDS", 200);
  const std::uint64_t first = number_from("BALLAST_SIM_SEED", 1);
  std::size_t ticks = 0;
  std::size_t replayed = 0;
  std::size_t kills = 0;
  std::size_t failed = 0;
  double simulated = 0;
  constexpr std::uint64_t kInDigest = 100;  // of each tier
  Digest digest;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    const Play world = random_play(seed);
    const Outcome outcome = play(world);
    if (seed <= kInDigest) digest.add(outcome);
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
  if (first == 1 && worlds >= kInDigest) digest.tell("the first 100 random worlds");
}

TEST(Plays, AreTheSameTwice) {
  Digest digest;
  const auto same_twice = [&](const Play& of) {
    const Outcome outcome = play(of);
    digest.add(outcome);
    return outcome.digest == play(of).digest;
  };
  for (const Scenario& scenario : scenarios()) EXPECT_TRUE(same_twice(scenario.make(1))) << scenario.name;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_TRUE(same_twice(random_play(seed))) << seed;
  digest.tell("all scenarios and 10 random worlds");
}

}  // namespace
}  // namespace ballast::sim
