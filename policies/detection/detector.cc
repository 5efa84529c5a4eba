#include "policies/detection/detector.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

constexpr std::int32_t kLevelSamples = 10;    // time constant of the level
constexpr std::int32_t kScaleSamples = 1500;  // and of the usual distance to it
constexpr std::int32_t kLearned = 30;         // before that nothing is clipped and nothing found
constexpr std::int32_t kEcho = 2;             // a sample alone is no finding
constexpr std::int32_t kSettled = 10;         // samples in a row that are the new level
constexpr double kClip = 5;                   // usual distances that one sample may move what is learned by
constexpr double kClipRare = 20;              // the same for their root mean square, which knows what is rare
constexpr double kOfNormal = 0.8;             // mean to root mean square of distances, of normal noise
constexpr double kBeyond = 8;                 // usual distances that are not expected
constexpr double kStillBeyond = 4;            // the same within a run
constexpr double kBand = 3;                   // usual distances that are shown as expected
constexpr double kMostScore = 1e6;
constexpr double kLargest = 1e300;  // twice that is still a number

/// A mean over the first samples, a moving one later.
double weight(std::int32_t samples, std::int32_t time_constant) {
  return 1.0 / static_cast<double>(std::clamp(samples, 1, time_constant));
}

double usual_distance(const DetectorMemory& memory) { return std::max(memory.scale, kOfNormal * memory.tail); }

void begin(DetectorMemory& memory, DetectorSample sample) {
  memory.level = sample.value;
  memory.level_samples = 1;
  memory.run = 0;
  memory.score = 0;
}

/// How many usual distances between samples have passed.
double learn_spacing(DetectorMemory& memory, TimePoint at) {
  const double gap = seconds(at - memory.at);
  if (memory.spacing <= 0) {
    memory.spacing = gap;
    return 1;
  }
  const double steps = gap / memory.spacing;
  memory.spacing += (std::min(gap, kClip * memory.spacing) - memory.spacing) * weight(memory.samples, kLevelSamples);
  return steps;
}

void learn_scale(DetectorMemory& memory, double distance) {
  const double share = weight(memory.samples, kScaleSamples);
  const double usual = usual_distance(memory);
  const bool clips = memory.samples >= kLearned && usual > 0;
  memory.scale += ((clips ? std::min(distance, kClip * usual) : distance) - memory.scale) * share;
  const double rare = clips ? std::min(distance, kClipRare * usual) : distance;
  memory.tail = std::hypot(std::sqrt(1 - share) * memory.tail, std::sqrt(share) * rare);
}

/// A series that never moved is left by any distance.
double score_of(double distance, double usual) {
  if (usual <= 0) return distance > 0 ? kMostScore : 0;
  return std::min(distance / usual, kMostScore);
}

/// Whether the sample belongs to a run, and to which: +1 above, -1 below, 0 expected.
int side_of(const DetectorMemory& memory, double distance) {
  if (memory.samples < kLearned) return 0;
  const int side = distance > 0 ? 1 : -1;
  const bool goes_on = memory.run * side > 0;
  return memory.score >= (goes_on ? kStillBeyond : kBeyond) ? side : 0;
}

void extend_run(DetectorMemory& memory, DetectorSample sample, int side) {
  if (side == 0 || memory.run * side < 0) memory.run = 0;
  if (side == 0) return;
  if (memory.run == 0) {
    memory.run_since = sample.at;
    memory.run_level = 0;
  }
  memory.run += side;
  memory.run_level += (sample.value - memory.run_level) / std::abs(memory.run);
  if (std::abs(memory.run) < kSettled) return;
  memory.level = memory.run_level;
  memory.run = 0;
}

}  // namespace

bool has_learned(const DetectorMemory& memory) { return memory.samples >= kLearned; }

std::optional<Finding> finding_of(const DetectorMemory& memory) {
  const std::int32_t agreeing = std::abs(memory.run);
  if (agreeing < kEcho) return std::nullopt;
  const double history = static_cast<double>(memory.samples) / (memory.samples + kLearned);
  const double doubt = std::min(1.0, kStillBeyond / memory.score) * std::exp2(1 - agreeing);
  const double band = kBand * usual_distance(memory);
  return Finding{.kind = memory.run > 0 ? FindingKind::surge : FindingKind::drop,
                 .score = memory.score,
                 .confidence = history * (1 - doubt),
                 .since = memory.run_since,
                 .expected_low = memory.level - band,
                 .expected_high = memory.level + band,
                 .value = memory.value};
}

std::optional<Finding> detect(DetectorMemory& memory, DetectorSample sample) {
  if (!std::isfinite(sample.value) || std::abs(sample.value) > kLargest) return finding_of(memory);
  if (memory.samples > 0 && sample.at <= memory.at) return finding_of(memory);
  const double steps = memory.samples > 0 ? learn_spacing(memory, sample.at) : 1;
  const bool begins = memory.samples == 0 || steps > kLevelSamples;
  memory.at = sample.at;
  memory.value = sample.value;
  if (begins) {
    begin(memory, sample);
    memory.samples = std::max(memory.samples, 1);
    return std::nullopt;
  }
  const double distance = sample.value - memory.level;
  const double usual = usual_distance(memory);
  memory.score = score_of(std::abs(distance), usual);
  const int side = side_of(memory, distance);
  const double clip = memory.samples >= kLearned ? kClip * usual : std::abs(distance);
  // Samples that are missing make the next one weigh more: 1 step 1/10, 10 steps 10/19.
  const double share = std::max(weight(memory.level_samples + 1, kLevelSamples), steps / (steps + kLevelSamples - 1));
  memory.level += std::clamp(distance, -clip, clip) * share;
  learn_scale(memory, std::abs(distance));
  memory.samples = std::min(memory.samples + 1, kScaleSamples);
  memory.level_samples = std::min(memory.level_samples + 1, kLevelSamples);
  extend_run(memory, sample, side);
  return finding_of(memory);
}

}  // namespace ballast
