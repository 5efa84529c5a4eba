#include "policies/scaling/hpa.h"

#include <algorithm>

#include "policies/scaling/behavior.h"
#include "policies/scaling/numbers.h"

namespace ballast {
namespace {

constexpr std::string_view kAbleToScale = "AbleToScale";
constexpr std::string_view kScalingActive = "ScalingActive";
constexpr std::string_view kScalingLimited = "ScalingLimited";
constexpr std::string_view kScaledToZero = "ScaledToZero";

void say(HpaPlan& plan, std::string_view type, bool value, std::string_view reason) {
  plan.words.push_back({type, value, reason, plan.at});
}

bool is_from_outside(const HpaMetric& metric) {
  return metric.source == HpaSource::object || metric.source == HpaSource::external;
}

bool has_outside_metric(const HpaSpec& spec) { return std::ranges::any_of(spec.metrics, is_from_outside); }

bool is_true(const HpaStatus& status, std::string_view type) {
  const auto found = std::ranges::find(status.conditions, type, &HpaCondition::type);
  return found != status.conditions.end() && found->value;
}

std::string_view failure_reason(HpaSource source) {
  constexpr std::string_view kReasons[] = {"FailedGetResourceMetric", "FailedGetContainerResourceMetric",
                                           "FailedGetPodsMetric", "FailedGetObjectMetric", "FailedGetExternalMetric"};
  return kReasons[static_cast<std::size_t>(source)];
}

/// Stages 3 and 4. Nothing: stuck; what is known may hold or raise beside what is not, never lower.
std::optional<std::int32_t> propose(const HpaSpec& spec, const HpaController& controller, const HpaSeen& seen,
                                    HpaPlan& plan) {
  if (!seen.selector_valid) {
    say(plan, kScalingActive, false, "InvalidSelector");
    return std::nullopt;
  }
  const auto behavior = controller.configurable_tolerance ? spec.behavior : std::nullopt;
  const HpaScene scene{seen.at,
                       seen.scale->current,
                       seen.scale->existing,
                       seen.pods,
                       tolerance_of(behavior, controller.tolerance),
                       controller.patience};
  const HpaMeasured unanswered{.failed = true};
  std::vector<std::optional<std::int32_t>> proposals;
  const HpaMetric* failed = nullptr;
  for (std::size_t i = 0; i < spec.metrics.size(); ++i) {
    const HpaMeasured& measured = i < seen.metrics.size() ? seen.metrics[i] : unanswered;
    const HpaAnswer& answer = plan.answers.emplace_back(hpa_replicas(spec.metrics[i], measured, scene));
    const bool works = answer.failure == HpaFailure::none;
    proposals.push_back(works ? std::optional{answer.replicas} : std::nullopt);
    if (!works && failed == nullptr) failed = &spec.metrics[i];
  }
  const auto largest = largest_of(proposals);
  if (!largest || (failed != nullptr && *proposals[*largest] < plan.current)) {
    say(plan, kScalingActive, false, failure_reason(failed != nullptr ? failed->source : HpaSource::resource));
    return std::nullopt;
  }
  say(plan, kScalingActive, true, "ValidMetricFound");
  return std::max(0, *proposals[*largest]);
}

/// The highest proposal of the window, ends included. The last one that is older gives its place to this one.
std::int32_t stabilize_downwards(std::vector<Recommendation>& past, std::int32_t proposal, Duration window,
                                 TimePoint now) {
  std::int32_t highest = proposal;
  std::optional<std::size_t> outdated;
  const TimePoint cutoff = saturating_add(now, -window);
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (past[i].at < cutoff)
      outdated = i;
    else
      highest = std::max(highest, past[i].replicas);
  }
  if (outdated)
    past[*outdated] = {now, proposal};
  else
    past.push_back({now, proposal});
  return highest;
}

/// Within the bounds, and at most to twice the current number or 4.
Limited limit_without_behavior(const HpaSpec& spec, std::int32_t current, std::int32_t wanted) {
  const std::int32_t doubled = std::max(4, replicas_at(2, current));
  const std::int32_t cap = std::min(spec.max_replicas, doubled);
  if (wanted < spec.min_replicas) return {spec.min_replicas, Reason::too_few_replicas};
  if (wanted <= cap) return {wanted};
  return {cap, spec.max_replicas > doubled ? Reason::scale_up_limit : Reason::too_many_replicas};
}

Windows windows_of(const Behavior& behavior, const HpaController& controller) {
  const auto& down = behavior.scale_down.stabilization_window_seconds;
  return {std::chrono::seconds{behavior.scale_up.stabilization_window_seconds.value_or(0)},
          down ? Duration{std::chrono::seconds{*down}} : controller.downscale_stabilization};
}

/// Stage 7.
std::int32_t limit(const HpaSpec& spec, const HpaController& controller, ScaleMemory& memory, std::int32_t proposal,
                   HpaPlan& plan) {
  Stabilized wanted;
  Limited limited;
  if (spec.behavior) {
    wanted = stabilize(memory.recommendations, plan.current, proposal, windows_of(*spec.behavior, controller), plan.at);
    limited = limit_rate(with_defaults(*spec.behavior), Bounds{spec.min_replicas, spec.max_replicas}, memory,
                         plan.current, wanted.replicas, plan.at);
  } else {
    wanted.replicas =
        stabilize_downwards(memory.recommendations, proposal, controller.downscale_stabilization, plan.at);
    wanted.reason = Reason::scale_down_stabilized;
    limited = limit_without_behavior(spec, plan.current, wanted.replicas);
  }
  say(plan, kAbleToScale, true, wanted.replicas != proposal ? info(wanted.reason).code : "ReadyForNewScale");
  say(plan, kScalingLimited, limited.replicas != wanted.replicas, info(limited.reason).code);
  return limited.replicas;
}

/// Stage 1: the cases before metrics. Nothing: go on.
std::optional<std::int32_t> activate(const HpaSpec& spec, bool may_wake, HpaPlan& plan) {
  if (plan.current == 0) {
    if (may_wake) return std::nullopt;  // the metrics say when, even where the minimum is above zero by now
    say(plan, kScalingActive, false, info(Reason::scaling_disabled).code);
    return 0;
  }
  if (plan.current > spec.max_replicas) return spec.max_replicas;
  if (plan.current < spec.min_replicas) return spec.min_replicas;
  return std::nullopt;
}

}  // namespace

bool writes(const HpaPlan& plan) { return plan.end == HpaEnd::decided && plan.replicas != plan.current; }

HpaPlan hpa(const HpaSpec& spec, const HpaController& controller, ScaleMemory& memory, const HpaStatus& status,
            const HpaSeen& seen) {
  HpaPlan plan{.at = seen.at};
  if (!seen.scale) {
    plan.end = HpaEnd::blind;
    say(plan, kAbleToScale, false, info(Reason::target_unknown).code);
    return plan;
  }
  say(plan, kAbleToScale, true, "SucceededGetScale");
  plan.current = plan.replicas = seen.scale->current;
  if (memory.recommendations.empty()) memory.recommendations.push_back({seen.at, plan.current});
  const bool asleep = controller.scale_to_zero && is_true(status, kScaledToZero);
  const bool may_wake = asleep && (spec.min_replicas != 0 || has_outside_metric(spec));
  if (const auto early = activate(spec, may_wake, plan)) {
    plan.replicas = *early;
    return plan;
  }
  const auto proposal = propose(spec, controller, seen, plan);
  if (!proposal) {
    plan.end = HpaEnd::stuck;
    return plan;
  }
  plan.replicas = limit(spec, controller, memory, *proposal, plan);
  if (asleep && plan.current == 0 && spec.min_replicas != 0) plan.replicas = std::max(plan.replicas, spec.min_replicas);
  return plan;
}

void hpa_scaled(const HpaSpec& spec, ScaleMemory& memory, const HpaPlan& plan) {
  if (!spec.behavior || !writes(plan)) return;
  const std::int64_t delta = std::int64_t{plan.replicas} - plan.current;
  record_event(with_defaults(*spec.behavior), memory, narrow(delta), plan.at);
}

HpaStatus hpa_report(const HpaSpec& spec, const HpaController& controller, HpaStatus status, const HpaPlan& plan,
                     bool written) {
  const auto set = [&](const HpaCondition& word) {
    const auto found = std::ranges::find(status.conditions, word.type, &HpaCondition::type);
    if (found == status.conditions.end()) {
      status.conditions.push_back(word);
      return;
    }
    if (found->value != word.value) found->since = word.since;
    found->value = word.value;
    found->reason = word.reason;
  };
  std::ranges::for_each(plan.words, set);
  if (plan.end == HpaEnd::blind) return status;
  status.current = plan.current;
  if (plan.end == HpaEnd::stuck) return status;
  if (!writes(plan)) {
    status.desired = plan.replicas;
    return status;
  }
  set({kAbleToScale, written, written ? "SucceededRescale" : "FailedUpdateScale", plan.at});
  if (!written) return status;
  status.desired = plan.replicas;
  status.last_scale = plan.at;
  if (controller.scale_to_zero) {
    const bool to_zero = plan.current > 0 && plan.replicas == 0 && spec.min_replicas == 0 && has_outside_metric(spec);
    set({kScaledToZero, to_zero, to_zero ? "ScaledToZero" : "NotScaledToZero", plan.at});
  }
  return status;
}

}  // namespace ballast
