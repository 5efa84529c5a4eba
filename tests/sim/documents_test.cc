// Random worlds steered by random documents: whatever the reader takes, with its sizes brought to those of the world.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "controller/config/compile.h"
#include "controller/config/config.h"
#include "controller/config/generate.h"
#include "controller/config/yaml.h"
#include "tests/sim/run.h"

namespace ballast::sim {
namespace {

constexpr std::uint64_t kPlays = 150;

std::optional<Workload> random_workload(std::uint64_t seed) {
  const LoadedSet set =
      load(std::vector<SourceFile>{{"random.yaml", to_yaml(random_document("ScalingPolicy", seed)), {}}});
  if (set.workloads.empty()) return std::nullopt;
  return set.workloads.front().workload;
}

void shrink_times(ScalingRules& rules, std::int32_t fallback) {
  rules.stabilization_window_seconds = rules.stabilization_window_seconds.value_or(fallback) % 121;
  for (RatePolicy& policy : rules.policies) policy.period_seconds = policy.period_seconds % 60 + 1;
}

/// What the document says, except for names and sizes, which are the world's.
void take_over(const Workload& written, Play& play) {
  Workload& workload = play.workload;
  workload.mode = written.mode;
  if (written.behavior) {
    workload.behavior = written.behavior;
    shrink_times(workload.behavior->scale_up, 0);
    shrink_times(workload.behavior->scale_down, 60);
  }
  workload.combine = written.combine;
  workload.fallback = written.fallback;
  workload.fallback.after =
      std::clamp<Duration>(written.fallback.after, std::chrono::seconds{5}, std::chrono::minutes{2});
  if (auto& replicas = workload.fallback.replicas) replicas = 1 + *replicas % workload.max_replicas;
  workload.signals.resize(std::min(workload.signals.size(), written.signals.size()));
  bool by_ratio = false;
  for (std::size_t i = 0; i < workload.signals.size(); ++i) {
    Signal& signal = workload.signals[i];
    signal.target_type = written.signals[i].target_type;
    by_ratio = by_ratio || signal.target_type == TargetType::value || signal.target_type == TargetType::utilization;
    if (signal.target_type == TargetType::value || signal.target_type == TargetType::utilization)
      signal.target_milli = 70'000;
    if (signal.target_type == TargetType::utilization) {
      play.dialects.resize(i, Dialect::plain);
      play.dialects.push_back(Dialect::haproxy_servers);
    }
    const Duration least = std::max<Duration>(std::chrono::seconds{20}, 3 * workload.interval);
    signal.stale_after = std::clamp<Duration>(written.signals[i].stale_after, least, std::chrono::minutes{2});
  }
  if (!by_ratio) return;
  // A ratio is of those who serve; who is in a pool, and who not yet, is another story.
  workload.pools.clear();
  play.world.has_pool = false;
}

TEST(RandomDocuments, SteerRandomWorldsWithinEveryInvariant) {
  const char* text = std::getenv("BALLAST_SIM_SEED");
  const std::uint64_t first = text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
  std::size_t taken = 0;
  std::size_t ticks = 0;
  for (std::uint64_t seed = first; seed < first + kPlays; ++seed) {
    const auto written = random_workload(seed);
    if (!written || written->signals.empty()) continue;
    Play world = random_play(seed);
    take_over(*written, world);
    const Outcome outcome = play(world);
    ++taken;
    ticks += outcome.ticks;
    ASSERT_TRUE(outcome.violations.empty()) << "seed " << seed << "\n"
                                            << to_yaml(random_document("ScalingPolicy", seed)) << describe(world);
  }
  std::printf("%zu random documents steered random worlds, %zu ticks\n", taken, ticks);
  EXPECT_GT(taken, kPlays / 12);  // many name a source or a member label that a world does not have
}

}  // namespace
}  // namespace ballast::sim
