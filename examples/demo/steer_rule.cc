#include "examples/demo/steer_rule.h"

#include <cmath>
#include <vector>

namespace ballast_demo {
namespace {

constexpr std::int64_t kBusyShare = 600;     // thousandths of a worker
constexpr std::int64_t kArrivals = 18'000;   // thousandths of a request a second
constexpr std::int32_t kStabilization = 20;  // as the policy of Ballast's lane; the HPA's own default is 300

/// The HPA counts them only for metrics of pods; for an external metric their number is `current`.
std::vector<ballast::HpaPod> pods(std::int32_t count, ballast::TimePoint now) {
  ballast::HpaPod pod;
  pod.started = now - std::chrono::hours{1};
  pod.ready = ballast::HpaPod::Condition{ballast::HpaPod::Ready::yes, now - std::chrono::hours{1}};
  return std::vector<ballast::HpaPod>(static_cast<std::size_t>(count), pod);
}

}  // namespace

std::optional<Rule> rule_named(std::string_view name) {
  if (name == "hpa") return Rule::hpa;
  if (name == "keda") return Rule::keda;
  return std::nullopt;
}

Steer::Steer(Rule rule, std::int32_t min, std::int32_t max) : rule_(rule) {
  spec_.min_replicas = min;
  spec_.max_replicas = max;
  ballast::HpaMetric metric;
  metric.source = ballast::HpaSource::external;
  metric.target_type = ballast::TargetType::average_value;
  metric.target = rule == Rule::hpa ? kBusyShare : kArrivals;
  spec_.metrics = {metric};
  ballast::Behavior behavior;
  behavior.scale_down.stabilization_window_seconds = kStabilization;
  behavior.scale_up.policies = {
      {.type = ballast::PolicyType::pods, .value = max, .period_seconds = 15}};  // as Ballast's lane
  spec_.behavior = behavior;
}

std::optional<std::int32_t> Steer::decide(const Steered& seen, ballast::TimePoint now) {
  ballast::HpaSeen sync;
  sync.at = now;
  sync.scale = ballast::HpaScale{seen.current, seen.current};
  sync.pods = pods(seen.ready, now);
  ballast::HpaMeasured measured;
  const bool known = seen.answered && (seen.value || rule_ == Rule::keda);
  measured.failed = !known;
  if (known) measured.values = {std::llround(seen.value.value_or(0) * 1000)};
  sync.metrics = {measured};
  const ballast::HpaPlan plan = ballast::hpa(spec_, {}, memory_, status_, sync);
  const bool changes = ballast::writes(plan);
  if (changes) ballast::hpa_scaled(spec_, memory_, plan);
  status_ = ballast::hpa_report(spec_, {}, status_, plan, true);
  return changes ? std::optional(plan.replicas) : std::nullopt;
}

}  // namespace ballast_demo
