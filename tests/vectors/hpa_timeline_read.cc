#include "tests/vectors/hpa_json.h"
#include "tests/vectors/hpa_timeline.h"
#include "tests/vectors/vectors.h"

namespace ballast::vectors {
namespace {

using nlohmann::json;

/// Fills rules with what is written; what is not keeps the API's default.
ScalingRules rules_of(const json& behavior, const char* direction) {
  ScalingRules rules;
  const auto found = behavior.find(direction);
  if (found == behavior.end() || found->is_null()) return rules;
  rules.stabilization_window_seconds = maybe<std::int32_t>(*found, "stabilizationWindowSeconds");
  const auto select = get_or<std::string>(*found, "selectPolicy");
  if (select == "Min") rules.select_policy = SelectPolicy::min;
  if (select == "Disabled") rules.select_policy = SelectPolicy::disabled;
  for (const json& policy : get_or<json>(*found, "policies", json::array()))
    rules.policies.push_back({policy.at("type") == "Pods" ? PolicyType::pods : PolicyType::percent, policy.at("value"),
                              policy.at("periodSeconds")});
  if (const auto tolerance = maybe<json>(*found, "tolerance"))
    rules.tolerance = Quantity{tolerance->is_string() ? milli_of(*tolerance) : milli_of(tolerance->dump())};
  return rules;
}

HpaMetric metric_of(const json& line) {
  struct Kind {
    const char* type;
    const char* key;
    HpaSource source;
  };
  constexpr std::array kKinds{Kind{"Resource", "resource", HpaSource::resource},
                              Kind{"ContainerResource", "containerResource", HpaSource::container_resource},
                              Kind{"Pods", "pods", HpaSource::pods}, Kind{"Object", "object", HpaSource::object},
                              Kind{"External", "external", HpaSource::external}};
  const auto type = line.at("type").get<std::string>();
  const auto kind = std::ranges::find(kKinds, std::string_view{type}, &Kind::type);
  if (kind == kKinds.end()) throw json::other_error::create(501, "unknown metric type " + type, &line);
  const json& source = line.at(kind->key);
  const json& target = source.at("target");
  HpaMetric metric{.source = kind->source, .container = get_or<std::string>(source, "container")};
  if (get_or<std::string>(source, "name") == "memory") metric.resource = HpaResource::memory;
  const auto target_type = target.at("type").get<std::string>();
  if (target_type == "Utilization") {
    metric.target = target.at("averageUtilization");
  } else {
    metric.target_type = target_type == "Value" ? TargetType::value : TargetType::average_value;
    metric.target = milli_of(target.at(target_type == "Value" ? "value" : "averageValue"));
  }
  return metric;
}

HpaSpec spec_of(const json& line) {
  HpaSpec spec{.min_replicas = get_or<std::int32_t>(line, "minReplicas", 1),
               .max_replicas = line.at("maxReplicas").get<std::int32_t>()};
  for (const json& metric : line.at("metrics")) spec.metrics.push_back(metric_of(metric));
  if (const auto behavior = maybe<json>(line, "behavior"))
    spec.behavior = Behavior{rules_of(*behavior, "scaleUp"), rules_of(*behavior, "scaleDown")};
  return spec;
}

HpaController controller_of(const json& line) {
  const auto seconds = [&](const char* key) { return std::chrono::seconds{line.at(key).get<std::int64_t>()}; };
  return {.tolerance = line.at("tolerance"),
          .downscale_stabilization = seconds("downscale_stabilization_s"),
          .patience = {seconds("cpu_init_period_s"), seconds("initial_readiness_delay_s")},
          .scale_to_zero = get_or<bool>(line, "scale_to_zero_gate"),
          .configurable_tolerance = get_or<bool>(line, "configurable_tolerance_gate")};
}

/// The first `ready` started an hour ago and are ready since; the others are not ready since their start 10 s ago.
std::vector<HpaPod> pods_of(const json& step, const HpaRequests& requests, TimePoint now) {
  std::vector<HpaPod> pods;
  const auto count = get_or<std::int64_t>(step, "pods");
  const auto ready = get_or<std::int64_t>(step, "ready");
  for (std::int64_t i = 0; i < count; ++i) {
    const bool is_ready = i < ready;
    const TimePoint started = now - (is_ready ? Duration{std::chrono::hours{1}} : std::chrono::seconds{10});
    HpaPod& pod = pods.emplace_back();
    pod.started = started;
    pod.ready = {is_ready ? HpaPod::Ready::yes : HpaPod::Ready::no, started};
    pod.containers.push_back({.name = "app", .requests = requests});
  }
  return pods;
}

/// A sample past the last pod is of one that does not exist.
HpaMeasured measured_of(const json& line, std::size_t pods, TimePoint now) {
  HpaMeasured measured{.failed = line.contains("error")};
  for (const json& value : get_or<json>(line, "pods", json::array())) {
    if (measured.pods.size() == pods) {
      if (!value.is_null()) measured.strangers.push_back(value.get<std::int64_t>());
      continue;
    }
    std::optional<HpaSample>& sample = measured.pods.emplace_back();
    if (!value.is_null()) sample = HpaSample{value.get<std::int64_t>(), now, std::chrono::seconds{30}};
  }
  measured.values = get_or<std::vector<std::int64_t>>(line, "values");
  return measured;
}

HpaSeen seen_of(const json& step, const HpaRequests& requests) {
  HpaSeen seen{.at = kTimelineStart + std::chrono::milliseconds{step.at("t_ms").get<std::int64_t>()}};
  const auto fault = get_or<std::string>(step, "fault");
  if (fault != "get_scale")
    seen.scale = HpaScale{get_or<std::int32_t>(step, "replicas"), get_or<std::int32_t>(step, "status_replicas")};
  seen.selector_valid = fault != "no_selector" && fault != "bad_selector";
  seen.pods = pods_of(step, requests, seen.at);
  for (const json& metric : get_or<json>(step, "metrics", json::array()))
    seen.metrics.push_back(measured_of(metric, seen.pods.size(), seen.at));
  return seen;
}

}  // namespace

Timeline read_timeline(const json& line) {
  Timeline timeline{.id = get_or<std::string>(line, "id"), .controller = controller_of(line.at("controller"))};
  const HpaRequests requests{milli_of(line.at("pod_request_cpu")), milli_of(line.at("pod_request_memory"))};
  HpaSpec spec = spec_of(line.at("spec_defaulted"));
  for (const json& step : line.at("steps")) {
    if (const auto updated = maybe<json>(step, "spec_update_defaulted")) spec = spec_of(*updated);
    timeline.steps.push_back(
        {spec, seen_of(step, requests), get_or<std::string>(step, "fault") == "update_scale", step.at("expect")});
  }
  return timeline;
}

}  // namespace ballast::vectors
