// Group hpa_timeline: whole syncs of one HPA. Compared at every step: what was written, both numbers of the status,
// every condition with its time and its place, and the time of the last scale.
#include "tests/vectors/hpa_timeline.h"

#include "tests/vectors/vectors.h"

namespace ballast::vectors {
namespace {

using nlohmann::json;

std::int64_t milliseconds(TimePoint at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at - kTimelineStart).count();
}

std::string text_of(const HpaCondition& condition) {
  return std::string{condition.type} + (condition.value ? "=True/" : "=False/") + std::string{condition.reason} + "@" +
         std::to_string(milliseconds(condition.since));
}

json told(const HpaStatus& status, std::optional<std::int32_t> scaled_to) {
  json conditions = json::array();
  for (const HpaCondition& condition : status.conditions) conditions.push_back(text_of(condition));
  json last;  // null while there is none
  if (status.last_scale) last = milliseconds(*status.last_scale);
  json written;
  if (scaled_to) written = *scaled_to;
  return {{"scaled_to", written},
          {"status_current", status.current},
          {"status_desired", status.desired},
          {"conditions", conditions},
          {"last_scale_t_ms", last}};
}

std::string compare_step(const json& ours, const json& expected) {
  std::string different;
  for (const auto& [key, value] : ours.items()) different += difference(key, value, expected.at(key));
  return different;
}

}  // namespace

std::string compare_hpa_timeline(const json& line) {
  const Timeline timeline = read_timeline(line);
  ScaleMemory memory;
  HpaStatus status;
  for (const TimelineStep& step : timeline.steps) {
    const HpaPlan plan = hpa(step.spec, timeline.controller, memory, status, step.seen);
    const bool written = !step.write_fails;
    if (written) hpa_scaled(step.spec, memory, plan);
    status = hpa_report(step.spec, timeline.controller, status, plan, written);
    const bool scaled = writes(plan) && written;
    const std::string different =
        compare_step(told(status, scaled ? std::optional{plan.replicas} : std::nullopt), step.expected);
    if (!different.empty()) return "at " + std::to_string(milliseconds(plan.at)) + " ms: " + different;
  }
  return timeline.steps.empty() ? "has no steps" : "";
}

}  // namespace ballast::vectors
