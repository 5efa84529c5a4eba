// Every timeline of the HPA that has a `behavior`, played through `evaluate`: as long as no stage of Ballast's own has
// a say, the replicas are the HPA's; where one has, they are never fewer.
//
// What a timeline becomes:
// - The workload has the spec's bounds and behavior, with the controller's tolerance and window written out. A timeline
//   that loses its behavior is played up to there: without one, Ballast holds by rules of its own. Timelines that may
//   go to zero are left out: Ballast's way there is another one.
// - A metric becomes a signal. Object and External: the sum, against Value or AverageValue. Metrics per pod: what the
// HPA
//   reports (the average, or the percentage of requests) as a Value, as long as every pod is ready and has a sample;
//   what the HPA guesses of other pods has no counterpart, and the timeline is played up to there.
// - Every step is one observation. Readings arrive fresh at it; a metric that failed, or a selector that selects
// nothing,
//   is an error that arrived; a scale that could not be read is a hidden target.
// - What was gathered before the first step is in memory: evidence for longer than any window, and the number of
// replicas
//   as the one proposal so far, which the HPA remembers at its first sync. Samples never come too late for each other.
// - The world is the recording: each step starts from what the HPA wrote, not from what `evaluate` would have written.
//   Up to the first difference `evaluate` remembers by itself, and must remember the same; from there on each step
//   starts with the HPA's history.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <map>

#include "policies/evaluate.h"
#include "policies/scaling/hpa.h"
#include "policies/scaling/numbers.h"
#include "tests/vectors/hpa_timeline.h"
#include "tests/vectors/vectors.h"

namespace ballast::vectors {
namespace {

constexpr TimePoint kEvidenceFrom = kTimelineStart - std::chrono::hours{24};

bool is_per_pod(const HpaMetric& metric) {
  return metric.source != HpaSource::object && metric.source != HpaSource::external;
}

Signal signal_of(const HpaMetric& metric, std::size_t place) {
  Signal signal{.name = "m" + std::to_string(place), .fingerprint = place + 1, .target_milli = metric.target};
  signal.target_type = is_per_pod(metric) ? TargetType::value : metric.target_type;
  if (metric.target_type == TargetType::utilization) signal.target_milli = metric.target * 1000;
  signal.interval = std::chrono::hours{24};
  signal.stale_after = std::chrono::hours{24};
  return signal;
}

Workload workload_of(const HpaSpec& spec, const HpaController& controller) {
  Workload workload{.name = "ns/h", .target_kind = "Deployment", .target_name = "d"};
  workload.min_replicas = spec.min_replicas;
  workload.max_replicas = spec.max_replicas;
  workload.behavior = spec.behavior;
  const Quantity general{std::llround(controller.tolerance * 1000)};
  ScalingRules& up = workload.behavior->scale_up;
  ScalingRules& down = workload.behavior->scale_down;
  if (!up.tolerance) up.tolerance = general;
  if (!down.tolerance) down.tolerance = general;
  if (!down.stabilization_window_seconds)
    down.stabilization_window_seconds = static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(controller.downscale_stabilization).count());
  for (std::size_t i = 0; i < spec.metrics.size(); ++i) workload.signals.push_back(signal_of(spec.metrics[i], i));
  return workload;
}

Reading reading_of(std::int64_t milli, TimePoint at) {
  return {at, {}, {Sample{.value = static_cast<double>(milli) / 1000.0, .at = at}}};
}

/// What a metric says as one number; nothing: the metrics API, or the HPA, has none.
std::optional<std::int64_t> told_by(const HpaMetric& metric, const HpaMeasured& measured, const HpaAnswer& answer) {
  if (answer.failure != HpaFailure::none) return std::nullopt;
  if (metric.target_type == TargetType::utilization) return std::int64_t{answer.utilization} * 1000;
  if (is_per_pod(metric)) return answer.usage;
  std::int64_t sum = 0;
  for (const std::int64_t value : measured.values) sum = saturating_add(sum, value);
  return sum;
}

Observation observation_of(const TimelineStep& step, const HpaPlan& original) {
  const HpaSeen& seen = step.seen;
  Observation observation{.at = seen.at, .evidence_from = kEvidenceFrom};
  if (seen.scale)
    observation.target = ObservedTarget{.uid = "u",
                                        .version = "1",
                                        .desired = seen.scale->current,
                                        .existing = seen.scale->existing,
                                        .ready = hpa_ready_count(seen.pods),
                                        .zero_is_off = true};
  else
    observation.hidden = Failure{Error{Errc::unavailable, "scale get refused"}, seen.at};
  for (std::size_t i = 0; i < step.spec.metrics.size(); ++i) {
    Arrival& arrival = observation.arrivals.emplace_back(Arrival{.signal = i + 1, .at = seen.at});
    const auto told = i < original.answers.size() ? told_by(step.spec.metrics[i], seen.metrics[i], original.answers[i])
                                                  : std::nullopt;
    if (told)
      arrival.reading = reading_of(*told, seen.at);
    else
      arrival.error = Error{Errc::unavailable, "no metrics returned"};
  }
  return observation;
}

enum class Evidence : std::uint8_t { none, plenty };

Memory memory_before(const Timeline& timeline, const Workload& workload, Evidence evidence) {
  Memory memory{.target = "Deployment/d", .uid = "u", .evidence_from = kEvidenceFrom};
  for (const Signal& signal : workload.signals) {
    if (evidence == Evidence::none) break;
    memory.signals.push_back({.fingerprint = signal.fingerprint,
                              .newest = reading_of(signal.target_milli, kTimelineStart - Duration{1}),
                              .run_since = kEvidenceFrom + Duration{1},
                              .run_samples = 100});
  }
  const auto first =
      std::ranges::find_if(timeline.steps, [](const TimelineStep& s) { return s.seen.scale.has_value(); });
  if (first != timeline.steps.end()) memory.scale.recommendations = {{first->seen.at, first->seen.scale->current}};
  return memory;
}

/// Why a step cannot be compared at all; empty: it can.
std::string no_counterpart(const TimelineStep& step) {
  if (!step.spec.behavior) return "spec without behavior";
  for (std::size_t i = 0; i < step.spec.metrics.size() && i < step.seen.metrics.size(); ++i) {
    const HpaMeasured& measured = step.seen.metrics[i];
    const bool whole =
        measured.strangers.empty() && std::ranges::all_of(measured.pods, [](const auto& s) { return s.has_value(); });
    if (is_per_pod(step.spec.metrics[i]) && !measured.failed &&
        (!whole || hpa_ready_count(step.seen.pods) != std::ssize(step.seen.pods)))
      return "pods that the HPA guesses";
    const bool negative = std::ranges::any_of(measured.values, [](std::int64_t value) { return value < 0; });
    if (negative && step.spec.metrics[i].source == HpaSource::external) return "negative series";
  }
  return {};
}

/// The stage that made a difference, or might have; empty: only those that are the HPA's too. A signal that is graded
/// down is one that failed for the HPA, as long as it proposes nothing.
std::string own_stage(const Plan& plan, const HpaPlan& original) {
  for (const Step& step : plan.steps) {
    if (step.stage == Stage::activation || step.stage == Stage::combine || step.stage == Stage::bounds_and_behavior ||
        (step.stage == Stage::quality && step.before == step.after))
      continue;
    if (step.stage != Stage::propose) return to_string(step.stage);
    const std::size_t place = step.subject.index;
    const bool known = place < original.answers.size() && original.answers[place].failure == HpaFailure::none;
    if (!known && step.reason != Reason::signal_not_usable) return "quality";
    if (known && std::max(0, original.answers[place].replicas) != step.after) return "propose";
  }
  return {};
}

struct Counts {
  int timelines = 0;
  int whole = 0;  ///< equal to their last step
  int equal = 0;
  int later_equal = 0;
  int later_more = 0;
  std::map<std::string, int> ended{};
};

void take_history(Memory& memory, const ScaleMemory& history) {
  memory.scale.recommendations = history.recommendations;
  memory.scale.ups = history.ups;
  memory.scale.downs = history.downs;
  memory.scale.pending_delta.reset();
}

void play(const Timeline& timeline, Evidence evidence, Counts& counts) {
  ScaleMemory history;
  HpaStatus status;
  Memory memory = memory_before(timeline, workload_of(timeline.steps.front().spec, timeline.controller), evidence);
  bool alike = true;
  for (const TimelineStep& step : timeline.steps) {
    if (const std::string why = no_counterpart(step); !why.empty()) {
      if (alike) ++counts.ended[why];
      return;
    }
    if (!alike) take_history(memory, history);
    const HpaPlan original = hpa(step.spec, timeline.controller, history, status, step.seen);
    const Plan plan = evaluate(workload_of(step.spec, timeline.controller), memory, observation_of(step, original));
    SCOPED_TRACE(timeline.id + " at " + std::to_string((step.seen.at - kTimelineStart) / std::chrono::milliseconds{1}));
    if (step.seen.scale) {
      const std::string own = own_stage(plan, original);
      if (alike && !own.empty()) {
        ++counts.ended[own];
        alike = false;
      }
      if (alike) {
        ++counts.equal;
        EXPECT_EQ(plan.replicas, original.replicas);
        EXPECT_EQ(memory.scale.recommendations, history.recommendations);
        EXPECT_EQ(memory.scale.ups, history.ups);
        EXPECT_EQ(memory.scale.downs, history.downs);
      } else {
        EXPECT_GE(plan.replicas, original.replicas) << own;
        ++(plan.replicas == original.replicas ? counts.later_equal : counts.later_more);
      }
    }
    if (!step.write_fails) hpa_scaled(step.spec, history, original);
    if (step.write_fails) memory.scale.pending_delta.reset();
    status = hpa_report(step.spec, timeline.controller, status, original, !step.write_fails);
  }
  if (alike) ++counts.whole;
}

Counts play_all(const char* what, Evidence evidence) {
  Counts counts;
  const auto lines = read_group(std::string{BALLAST_SOURCE_DIR} + "/tests/data/golden", "hpa_timeline");
  EXPECT_TRUE(lines.has_value());
  if (!lines) return counts;
  for (const nlohmann::json& line : *lines) {
    const Timeline timeline = read_timeline(line);
    if (!timeline.steps.front().spec.behavior || timeline.controller.scale_to_zero) continue;
    ++counts.timelines;
    play(timeline, evidence, counts);
  }
  std::printf(
      "evaluate, %s: %d timelines, %d equal to the end; %d steps equal; later %d equal, %d with more replicas\n", what,
      counts.timelines, counts.whole, counts.equal, counts.later_equal, counts.later_more);
  for (const auto& [stage, times] : counts.ended)
    std::printf("evaluate, %s: first difference by %s: %d timelines\n", what, stage.c_str(), times);
  return counts;
}

TEST(EvaluateOnTimelines, AsksForTheHpasReplicasAndNeverForFewer) {
  const Counts counts = play_all("with evidence", Evidence::plenty);
  EXPECT_EQ(counts.timelines, 263);
  EXPECT_GT(counts.whole, 100);
  EXPECT_GT(counts.equal, 8000);
  EXPECT_FALSE(counts.ended.contains("guard"));
}

TEST(EvaluateOnTimelines, RightAfterAStartTheGuardHoldsWhereTheHpaShrinks) {
  const Counts counts = play_all("after a start", Evidence::none);
  EXPECT_GT(counts.equal, 1000);
  EXPECT_GT(counts.ended.at("guard"), 20);
  EXPECT_GT(counts.later_more, 20);
}

}  // namespace
}  // namespace ballast::vectors
