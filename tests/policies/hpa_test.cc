// Laws of the HPA's functions, at random and at the ends of every range. What they answer is compared with the original
// in tests/golden.
#include "policies/scaling/hpa.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace ballast {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr TimePoint kNow{std::chrono::hours{1000}};

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(end));
  }
  bool once_in(std::int64_t times) { return below(times) == 0; }
  template <class List>
  auto one_of(const List& list) {
    return list[static_cast<std::size_t>(below(std::ssize(list)))];
  }

 private:
  std::mt19937_64 engine_;
};

/// Any int64, mostly near an end of something.
std::int64_t extreme(Chance& chance) {
  constexpr std::array kEnds{kLeast,
                             kLeast + 1,
                             kLeast / 100,
                             -(std::int64_t{1} << 53),
                             std::int64_t{-1},
                             std::int64_t{0},
                             std::int64_t{1},
                             std::int64_t{100},
                             std::int64_t{1} << 31,
                             (std::int64_t{1} << 53) + 1,
                             kMost / 100,
                             kMost / 2 + 1,
                             kMost - 1,
                             kMost};
  return chance.one_of(kEnds);
}

double extreme_double(Chance& chance) {
  using Limit = std::numeric_limits<double>;
  constexpr std::array kEnds{Limit::quiet_NaN(),
                             Limit::infinity(),
                             -Limit::infinity(),
                             1e308,
                             -1e308,
                             Limit::denorm_min(),
                             -0.0,
                             0.0,
                             0.1,
                             1.0};
  return chance.one_of(kEnds);
}

HpaPod pod_of(Chance& chance) {
  constexpr std::array kPhases{HpaPod::Phase::pending, HpaPod::Phase::running,   HpaPod::Phase::running,
                               HpaPod::Phase::running, HpaPod::Phase::succeeded, HpaPod::Phase::failed};
  constexpr std::array kReady{HpaPod::Ready::yes, HpaPod::Ready::no, HpaPod::Ready::unknown};
  HpaPod pod{.phase = chance.one_of(kPhases), .deleted = chance.once_in(8)};
  if (!chance.once_in(4)) pod.started = TimePoint{Duration{extreme(chance)}};
  if (!chance.once_in(4)) pod.ready = {chance.one_of(kReady), TimePoint{Duration{extreme(chance)}}};
  for (auto i = chance.below(3); i >= 0; --i)
    pod.containers.push_back({.name = "app",
                              .role = static_cast<HpaContainer::Role>(chance.below(3)),
                              .requests = {extreme(chance), extreme(chance)}});
  if (chance.once_in(4)) pod.pod_level = HpaRequests{extreme(chance), std::nullopt};
  return pod;
}

HpaMetric metric_of(Chance& chance) {
  HpaMetric metric{.source = static_cast<HpaSource>(chance.below(5)), .target = extreme(chance)};
  const bool outside = metric.source == HpaSource::object || metric.source == HpaSource::external;
  metric.target_type = outside ? TargetType::value : TargetType::utilization;
  if (metric.source == HpaSource::pods || chance.once_in(2)) metric.target_type = TargetType::average_value;
  metric.resource = chance.once_in(2) ? HpaResource::cpu : HpaResource::memory;
  if (metric.source == HpaSource::container_resource) metric.container = "app";
  return metric;
}

HpaMeasured measured_of(Chance& chance, std::size_t pods) {
  HpaMeasured measured{.failed = chance.once_in(10)};
  for (std::size_t i = 0; i < pods; ++i) {
    auto& sample = measured.pods.emplace_back();
    if (!chance.once_in(4))
      sample = HpaSample{extreme(chance), TimePoint{Duration{extreme(chance)}}, Duration{extreme(chance)}};
  }
  if (chance.once_in(3)) measured.strangers = {extreme(chance), extreme(chance)};
  for (auto i = chance.below(4); i > 0; --i) measured.values.push_back(extreme(chance));
  return measured;
}

TEST(HpaReplicas, NothingOverflowsAtTheEndsOfAnyRange) {
  Chance chance{1};
  constexpr std::array kCounts{std::numeric_limits<std::int32_t>::min(), -1, 0, 1, 7,
                               std::numeric_limits<std::int32_t>::max()};
  int answered = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<HpaPod> pods;
    for (auto n = chance.below(6); n > 0; --n) pods.push_back(pod_of(chance));
    const HpaMeasured measured = measured_of(chance, pods.size());
    const HpaScene scene{TimePoint{Duration{extreme(chance)}},
                         chance.one_of(kCounts),
                         chance.one_of(kCounts),
                         pods,
                         {extreme_double(chance), extreme_double(chance)},
                         {Duration{extreme(chance)}, Duration{extreme(chance)}}};
    const HpaMetric metric = metric_of(chance);
    const HpaAnswer answer = hpa_replicas(metric, measured, scene);
    EXPECT_EQ(answer, hpa_replicas(metric, measured, scene));
    if (answer.failure != HpaFailure::none)
      EXPECT_EQ(answer.replicas, 0);
    else
      ++answered;
  }
  EXPECT_GT(answered, 5'000);
}

TEST(HpaReplicas, ALoadBeyondAllNumbersAsksForTheMostThereAre) {
  const std::vector<HpaPod> pods{{.started = kNow, .ready = {{HpaPod::Ready::yes, kNow}}}};
  for (const HpaSource source : {HpaSource::object, HpaSource::external}) {
    for (const TargetType type : {TargetType::value, TargetType::average_value}) {
      for (const std::int32_t current : {0, 1, 1000}) {
        const HpaMetric metric{.source = source, .target_type = type, .target = 1};
        const HpaScene scene{.now = kNow, .current = current, .existing = current, .pods = pods};
        EXPECT_EQ(hpa_replicas(metric, {.values = {kMost}}, scene).replicas, std::numeric_limits<std::int32_t>::max());
        EXPECT_GT(hpa_replicas(metric, {.values = {kMost}}, scene).usage, 0);
      }
    }
  }
}

TEST(HpaReplicas, ASumEndsWhereASeriesWouldLiftItOverTheRange) {
  const auto sum = [](std::vector<std::int64_t> values) {
    const HpaMetric metric{.source = HpaSource::external, .target_type = TargetType::value, .target = 1};
    return hpa_replicas(metric, {.values = std::move(values)}, {.now = kNow}).usage;
  };
  EXPECT_EQ(sum({kMost, -5}), kMost - 5);
  EXPECT_EQ(sum({kMost, 1, -5}), kMost);
  EXPECT_EQ(sum({kMost - 5, -10, 20}), kMost);
  EXPECT_EQ(sum({kLeast, -1}), kLeast);
  EXPECT_EQ(sum({}), 0);
}

/// Every pod ready and measured, as many as there shall be: where the HPA guesses nothing.
std::int32_t asked_at(const HpaMetric& metric, std::int64_t load, std::int32_t replicas, std::int32_t missing = 0) {
  std::vector<HpaPod> pods(static_cast<std::size_t>(replicas));
  HpaMeasured measured{.values = {load}};
  for (HpaPod& pod : pods) {
    pod.started = kNow - std::chrono::hours{2};
    pod.ready = {HpaPod::Ready::yes, *pod.started};
    pod.containers = {{.name = "app", .requests = {200, 1000}}};
    const bool sampled = std::ssize(measured.pods) >= missing;
    measured.pods.push_back(sampled ? std::optional{HpaSample{load, kNow, std::chrono::seconds{30}}} : std::nullopt);
  }
  const HpaAnswer answer =
      hpa_replicas(metric, measured, {.now = kNow, .current = replicas, .existing = replicas, .pods = pods});
  EXPECT_EQ(answer.failure, HpaFailure::none);
  return answer.replicas;
}

TEST(HpaReplicas, MoreLoadNeverAsksForFewer) {
  Chance chance{2};
  for (int i = 0; i < 500; ++i) {
    HpaMetric metric = metric_of(chance);
    metric.target = 1 + chance.below(300);
    const auto replicas = static_cast<std::int32_t>(2 + chance.below(30));
    const auto missing = static_cast<std::int32_t>(chance.once_in(2) ? chance.below(replicas) : 0);
    std::int32_t before = 0;
    for (std::int64_t load = 0; load < 3'000; load += 1 + chance.below(60)) {
      const std::int32_t now = asked_at(metric, load, replicas, missing);
      ASSERT_GE(now, before) << "metric " << static_cast<int>(metric.source) << " target " << metric.target << " load "
                             << load << " of " << replicas << ", missing " << missing;
      before = now;
    }
  }
}

TEST(HpaReplicas, MissingSamplesWeakenAChangeAndNeverTurnIt) {
  Chance chance{3};
  for (int i = 0; i < 5'000; ++i) {
    HpaMetric metric{.source = HpaSource::resource, .target = 1 + chance.below(150)};
    if (chance.once_in(2)) metric.target_type = TargetType::average_value;
    const auto replicas = static_cast<std::int32_t>(2 + chance.below(20));
    const std::int64_t load = chance.below(600);
    const std::int32_t all = asked_at(metric, load, replicas);
    const std::int32_t some =
        asked_at(metric, load, replicas, static_cast<std::int32_t>(1 + chance.below(replicas - 1)));
    EXPECT_TRUE(all >= replicas ? replicas <= some && some <= all : all <= some && some <= replicas)
        << all << " " << some << " of " << replicas;
  }
}

ScalingRules rules_of(Chance& chance) {
  ScalingRules rules;
  if (chance.once_in(2)) rules.stabilization_window_seconds = static_cast<std::int32_t>(chance.below(3601));
  rules.select_policy = static_cast<SelectPolicy>(chance.below(3));
  for (auto n = chance.below(3); n > 0; --n)
    rules.policies.push_back({chance.once_in(2) ? PolicyType::pods : PolicyType::percent,
                              static_cast<std::int32_t>(1 + chance.below(chance.once_in(5) ? 2'000'000'000 : 200)),
                              static_cast<std::int32_t>(1 + chance.below(1800))});
  if (chance.once_in(3)) rules.tolerance = Quantity{chance.below(500)};
  return rules;
}

HpaSpec spec_of(Chance& chance) {
  HpaSpec spec;
  spec.min_replicas = static_cast<std::int32_t>(chance.below(5));
  spec.max_replicas =
      static_cast<std::int32_t>(chance.once_in(5) ? std::numeric_limits<std::int32_t>::max()
                                                  : std::max<std::int64_t>(1, spec.min_replicas) + chance.below(50));
  for (auto n = chance.below(3); n >= 0; --n) spec.metrics.push_back(metric_of(chance));
  if (!chance.once_in(3)) spec.behavior = Behavior{rules_of(chance), rules_of(chance)};
  return spec;
}

TEST(Hpa, EveryDecisionIsWithinTheBoundsAndEveryConditionKeepsItsTime) {
  Chance chance{4};
  int changes = 0;
  for (int world = 0; world < 400; ++world) {
    HpaSpec spec = spec_of(chance);
    const HpaController controller{.scale_to_zero = chance.once_in(2)};
    ScaleMemory memory;
    HpaStatus status;
    auto current = static_cast<std::int32_t>(chance.below(40));
    HpaSeen seen{.at = kNow};
    for (int sync = 0; sync < 40; ++sync, seen.at += std::chrono::seconds{chance.below(400)}) {
      if (chance.once_in(20)) spec = spec_of(chance);
      seen.scale.reset();
      if (!chance.once_in(20)) seen.scale = HpaScale{current, static_cast<std::int32_t>(chance.below(40))};
      seen.selector_valid = !chance.once_in(20);
      seen.pods.clear();
      for (auto n = std::min(current, 8); n > 0; --n) seen.pods.push_back(pod_of(chance));
      seen.metrics.clear();
      for (std::size_t i = 0; i < spec.metrics.size(); ++i)
        seen.metrics.push_back(measured_of(chance, seen.pods.size()));
      const HpaPlan plan = hpa(spec, controller, memory, status, seen);
      const bool written = !chance.once_in(10);
      if (written) hpa_scaled(spec, memory, plan);
      const HpaStatus before = status;
      status = hpa_report(spec, controller, status, plan, written);
      ASSERT_GE(plan.replicas, 0);
      if (plan.end == HpaEnd::decided && plan.replicas != 0) {
        ASSERT_LE(plan.replicas, spec.max_replicas);
        ASSERT_GE(plan.replicas, std::min(spec.min_replicas, current));
      }
      if (plan.end != HpaEnd::decided) {
        ASSERT_FALSE(writes(plan));
        ASSERT_EQ(status.desired, before.desired);
      }
      for (std::size_t i = 0; i < before.conditions.size(); ++i) {
        ASSERT_EQ(status.conditions[i].type, before.conditions[i].type);
        ASSERT_GE(status.conditions[i].since, before.conditions[i].since);
      }
      if (writes(plan) && written) {
        current = plan.replicas;
        ++changes;
        ASSERT_EQ(status.last_scale, seen.at);
      }
    }
  }
  EXPECT_GT(changes, 1'000);
}

TEST(Hpa, ASteadyLoadComesToRest) {
  Chance chance{5};
  for (int world = 0; world < 300; ++world) {
    HpaSpec spec = spec_of(chance);
    spec.min_replicas = std::max(1, spec.min_replicas);
    spec.max_replicas = spec.min_replicas + 100;
    const std::int64_t target = 1 + chance.below(1000);
    spec.metrics = {{.source = HpaSource::external, .target_type = TargetType::average_value, .target = target}};
    const std::int64_t load = chance.below(150 * target);
    ScaleMemory memory;
    HpaStatus status;
    auto current = static_cast<std::int32_t>(1 + chance.below(60));
    TimePoint changed = kNow;
    TimePoint at = kNow;
    for (; at < kNow + std::chrono::hours{72}; at += std::chrono::minutes{5}) {
      const HpaSeen seen{.at = at, .scale = HpaScale{current, current}, .metrics = {{.values = {load}}}};
      const HpaPlan plan = hpa(spec, {}, memory, status, seen);
      hpa_scaled(spec, memory, plan);
      status = hpa_report(spec, {}, status, plan, true);
      if (writes(plan)) changed = at;
      current = plan.replicas;
    }
    EXPECT_LT(changed, at - std::chrono::hours{24}) << "still moving at " << current;
  }
}

}  // namespace
}  // namespace ballast
