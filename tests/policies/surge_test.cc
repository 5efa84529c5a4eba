#include "policies/scaling/surge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "policies/detection/watch.h"
#include "tests/policies/mean_story.h"

namespace ballast {
namespace {

using story::add_mean;
using story::has;
using story::kLoad;
using story::kWindow;
using story::Load;
using story::mean_of;
using story::seen;
using story::wave;

/// A service that is told what was decided; members need `start_delay` seconds.
struct Service {
  Workload workload = story::workload();
  Memory memory{};
  Load load{};
  int start_delay = 0;
  std::vector<int> ready_at{};  ///< of each member
  Plan plan{};
  int peak = 0;

  [[nodiscard]] int told() const { return static_cast<int>(ready_at.size()); }
  [[nodiscard]] int ready(int second) const {
    return static_cast<int>(std::ranges::count_if(ready_at, [second](int at) { return at <= second; }));
  }
  void tick(int second) {
    Observation o = seen(second, told());
    o.target->ready = ready(second);
    add_mean(o, mean_of(load, second));
    plan = evaluate(workload, memory, o);
    ready_at.resize(static_cast<std::size_t>(plan.replicas), second + start_delay);
    peak = std::max(peak, told());
  }
  void play(int from, int to) {
    for (int second = from; second <= to; second += 5) tick(second);
  }
};

Service service(Load load, StageMode mode = StageMode::enforce) {
  Service one;
  one.workload.max_replicas = 100;
  one.workload.surge.mode = mode;
  one.load = std::move(load);
  one.ready_at.assign(4, 0);
  return one;
}

/// 400 a second and a little noise, five times as much from 1000 on.
double five_times(int second) { return second < 1000 ? 390 + wave(second) : 1950 + wave(second); }

TEST(Surge, RaisesLongBeforeTheWindowHasCaughtUp) {
  Service with = service(five_times);
  Service without = service(five_times, StageMode::off);
  with.play(5, 1020);
  without.play(5, 1020);
  EXPECT_GE(with.told(), 19);
  EXPECT_LE(with.told(), 22);
  EXPECT_LE(without.told(), 12);
  EXPECT_TRUE(has(with.plan, Reason::surge_found));
  EXPECT_TRUE(has(with.plan, Reason::demand_surge));
  EXPECT_FALSE(has(without.plan, Reason::surge_found));
}

TEST(Surge, BeforeTheDetectorHasLearnedTwiceTheMeanIsEnough) {
  Service young = service([](int second) { return second < 100 ? 400.0 : 2000.0; });
  young.play(65, 115);
  EXPECT_GE(young.told(), 18);
}

TEST(Surge, MembersThatStartSlowlyAreNotAskedForTwice) {
  for (const TargetType type : {TargetType::average_value, TargetType::value}) {
    Service slow = service(five_times);
    slow.start_delay = 90;
    if (type == TargetType::value) {
      // The value is what each that is ready carries.
      slow.workload.signals[0].target_type = type;
      slow.load = [&slow](int second) { return five_times(second) / std::max(1, slow.ready(second)); };
    }
    slow.play(5, 1085);
    EXPECT_LE(slow.peak, 24) << "20 are needed";
    EXPECT_GE(slow.peak, 19);
  }
}

TEST(Surge, StaysUntilTheMeanHasCaughtUpAndThenLetsGo) {
  Service one = service([](int second) { return second >= 1000 && second < 1020 ? 2000.0 : 390 + wave(second); });
  one.workload.behavior = Behavior{};
  one.workload.behavior->scale_down.stabilization_window_seconds = 0;
  one.workload.behavior->scale_up.policies = {{PolicyType::percent, 900, 15}};
  one.play(5, 1015);
  const int raised = one.told();
  EXPECT_GE(raised, 18);
  one.play(1020, 1070);
  EXPECT_EQ(one.told(), raised) << "held";
  EXPECT_TRUE(has(one.plan, Reason::surge_hold));
  one.play(1075, 1200);
  EXPECT_EQ(one.told(), 4);
  EXPECT_FALSE(one.memory.surge);
}

TEST(Surge, OneSpikySampleAloneRaisesNoMoreThanItsMean) {
  Service one = service([](int second) { return second >= 1000 && second < 1005 ? 4000.0 : 390 + wave(second); });
  Service off = service(one.load, StageMode::off);
  one.play(5, 1300);
  off.play(5, 1300);
  EXPECT_EQ(one.peak, off.peak);
  EXPECT_LT(one.peak, 8) << "not even doubled";
}

TEST(Surge, OfTwoSamplesThatAreAheadTheLowerOneSpeaks) {
  const auto spike_and_echo = [](int second) {
    if (second >= 1000 && second < 1005) return 8000.0;
    return (second >= 1005 && second < 1010 ? 1200 : 390) + wave(second);
  };
  Service one = service(spike_and_echo);
  one.play(5, 1010);
  ASSERT_TRUE(one.memory.surge);
  EXPECT_LE(one.memory.surge->replicas, 13) << "1200 at 100 each";
  EXPECT_GE(one.memory.surge->replicas, 11);
}

TEST(Surge, AValuePerMemberIsSetAgainstTheMembersThatWereReadyThen) {
  Workload w = story::workload();
  w.max_replicas = 1000;
  w.signals[0].target_type = TargetType::value;
  Memory memory;
  std::int32_t most = 0;
  for (int second = 5; second <= 1040; second += 5) {
    Observation o = seen(second, second < 1010 ? 4 : 20);
    o.target->ready = second < 1015 ? 4 : 20;  // just ready, when the newest sample still tells of four
    add_mean(o, mean_of([](int t) { return five_times(t) / (t < 1015 ? 4 : 20); }, second));
    watch_arrivals(w, memory, o);
    std::vector<Step> steps;
    GradedSignal signal{.grade = Grade::fresh, .total = 100, .samples = 1};
    const ReplicaCounts counts{o.target->desired, o.target->existing, o.target->ready};
    most = std::max(most, surge(w, memory, o, {signal}, counts, 4, steps).value_or(0));
  }
  EXPECT_GE(most, 19);
  EXPECT_LE(most, 24) << "not five times twenty";
}

TEST(Surge, NoiseRaisesNothing) {
  std::uint64_t state = 1;
  const auto noisy = [&state](int) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return 300 + 200 * static_cast<double>(state >> 40U) * 0x1p-24;
  };
  std::vector<double> drawn;
  for (int i = 0; i < 20'000; ++i) drawn.push_back(noisy(i));
  Service one = service([&drawn](int second) { return drawn[static_cast<std::size_t>(second + kWindow)]; });
  for (int second = 5; second < 19'900; second += 5) {
    one.tick(second);
    ASSERT_FALSE(has(one.plan, Reason::surge_found)) << second;
  }
}

TEST(Surge, BoundsAndRatesHoldAsEver) {
  Service one = service(five_times);
  one.workload.behavior = Behavior{};
  one.workload.behavior->scale_up.policies = {{PolicyType::pods, 3, 60}};
  one.play(5, 1025);
  EXPECT_EQ(one.told(), 7);
  EXPECT_TRUE(has(one.plan, Reason::scale_up_limit));
  Service small = service(five_times);
  small.workload.max_replicas = 6;
  small.play(5, 1025);
  EXPECT_EQ(small.told(), 6);
}

TEST(Surge, DryRunLeavesStepsAndChangesNothing) {
  Service dry = service(five_times, StageMode::dry_run);
  Service off = service(five_times, StageMode::off);
  bool told = false;
  for (int second = 5; second < 1600; second += 5) {
    dry.tick(second);
    off.tick(second);
    ASSERT_EQ(dry.told(), off.told()) << second;
    for (const Step& step : dry.plan.steps) {
      if (step.reason != Reason::surge_found) continue;
      told = true;
      EXPECT_TRUE(step.dry_run);
      EXPECT_GT(step.after, step.before);
    }
  }
  EXPECT_TRUE(told);
}

TEST(Surge, NeverAsksForFewerThanTheStagesBefore) {
  // Anything may happen to the load; with and without, from the same state.
  std::uint64_t state = 7;
  const auto chance = [&state] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 40U) * 0x1p-24;
  };
  Workload w = story::workload();
  w.max_replicas = 1000;
  Memory memory;
  int replicas = 4;
  std::vector<double> load;
  double level = 400;
  for (int i = 0; i < 31'000; ++i) {
    if (chance() < 0.002) level = std::exp(12 * chance());
    load.push_back(level * (0.9 + 0.2 * chance()));
  }
  int raised = 0;
  for (int second = 5; second < 30'000; second += 5) {
    Observation o = seen(second, replicas);
    if (chance() < 0.9)
      add_mean(o, mean_of([&](int s) { return load[static_cast<std::size_t>(s + kWindow)]; }, second));
    Workload off = w;
    off.surge.mode = StageMode::off;
    Memory copy = memory;
    const Plan without = evaluate(off, copy, o);
    const Plan with = evaluate(w, memory, o);
    ASSERT_GE(with.replicas, without.replicas) << second;
    if (with.replicas > without.replicas) ++raised;
    replicas = with.replicas;
  }
  EXPECT_GT(raised, 0);
}

TEST(Surge, WithCombineMinAllMustRunAhead) {
  Workload w = story::workload();
  w.combine = Combine::min;
  w.max_replicas = 100;
  w.signals.push_back(w.signals[0]);
  w.signals[1].name = "other";
  w.signals[1].fingerprint = 12;
  Memory memory;
  Plan plan;
  for (int second = 5; second <= 1020; second += 5) {
    Observation o = seen(second, 4);
    add_mean(o, mean_of(five_times, second));
    story::add_value(o, 390, 12);
    plan = evaluate(w, memory, o);
  }
  EXPECT_EQ(plan.replicas, 4);
}

/// Ten replicas that 300 s of low load would let go, and a load that drops to nothing.
TEST(Drop, HoldsAShrinkUntilItIsTheNewLevelAndNoLonger) {
  for (const bool off : {false, true}) {
    Workload w = story::workload();
    w.behavior = Behavior{};
    w.behavior->scale_down.stabilization_window_seconds = 30;
    w.surge.mode = off ? StageMode::off : StageMode::enforce;
    Memory memory;
    int held = 0;
    int at_the_end = 0;
    for (int second = 5; second <= 1100; second += 5) {
      Observation o = seen(second, 15);  // more than the load needs: a shrink is due at any time
      story::add_value(o, second <= 1000 ? 1000 + wave(second) : 5);
      w.mode = second <= 1000 ? Mode::scale_up_only : Mode::enforce;
      const Plan plan = evaluate(w, memory, o);
      if (has(plan, Reason::drop_hold)) {
        ++held;
        EXPECT_EQ(plan.replicas, 15);
      }
      at_the_end = plan.replicas;
    }
    EXPECT_EQ(held, off ? 0 : 5) << "from the echo until 30 s have passed";
    EXPECT_EQ(at_the_end, 1);
  }
}

TEST(Report, TellsWhatWasFoundAndThatASurgeHolds) {
  Service one = service(five_times);
  one.play(5, 1020);
  Observation o = seen(1025, one.told());
  add_mean(o, mean_of(five_times, 1025));
  const Plan plan = evaluate(one.workload, one.memory, o);
  const Status status = report(one.workload, {}, o, one.memory, plan);
  ASSERT_TRUE(status.signals[0].finding.get());
  EXPECT_EQ(status.signals[0].finding.get()->kind, FindingKind::surge);
  const auto condition = std::ranges::find(status.conditions, ConditionType::surge_found, &Condition::type);
  ASSERT_NE(condition, status.conditions.end());
  EXPECT_TRUE(condition->value);
}

TEST(Adopt, WhatIsUsualForASignalSurvivesAnotherTargetButNotAnotherQuery) {
  Service one = service(five_times);
  one.play(5, 1020);
  ASSERT_EQ(one.memory.watches.size(), 1U);
  ASSERT_TRUE(one.memory.surge);
  Workload other = one.workload;
  other.target_name = "api";
  Memory memory = one.memory;
  evaluate(other, memory, seen(1025, 4));
  EXPECT_EQ(memory.watches, one.memory.watches);
  EXPECT_FALSE(memory.surge);
  other.signals[0].fingerprint = 99;
  evaluate(other, memory, seen(1030, 4));
  EXPECT_TRUE(memory.watches.empty());
}

}  // namespace
}  // namespace ballast
