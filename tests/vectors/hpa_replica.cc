// Group hpa_replica: one call of the replica calculator. Compared: replicas, usage or utilization and raw average, and
// the class of the error. Not its text, and not what Go left to the processor: see tests/data/golden/README.md.
#include <limits>

#include "formats/quantity.h"
#include "policies/scaling/hpa_replicas.h"
#include "tests/vectors/hpa_json.h"
#include "tests/vectors/vectors.h"

namespace ballast::vectors {
namespace {

using nlohmann::json;

/// The vectors tell ages; engine time is anything well above them.
constexpr TimePoint kNow{std::chrono::hours{24 * 365 * 50}};

TimePoint ago(std::int64_t milliseconds) { return kNow - std::chrono::milliseconds{milliseconds}; }

HpaRequests requests_of(HpaResource resource, const json& owner, const char* key) {
  HpaRequests requests;
  if (const auto text = maybe<std::string>(owner, key); text && !text->empty())
    (resource == HpaResource::cpu ? requests.cpu : requests.memory) = milli_of(*text);
  return requests;
}

HpaContainer container_of(HpaResource resource, const json& line) {
  HpaContainer container{.name = line.at("name"), .requests = requests_of(resource, line, "request")};
  if (get_or<bool>(line, "init_sidecar")) container.role = HpaContainer::Role::sidecar;
  if (get_or<bool>(line, "init_plain")) container.role = HpaContainer::Role::init;
  return container;
}

HpaPod::Phase phase_of(const std::string& name) {
  if (name == "Pending") return HpaPod::Phase::pending;
  if (name == "Running") return HpaPod::Phase::running;
  if (name == "Succeeded") return HpaPod::Phase::succeeded;
  return name == "Failed" ? HpaPod::Phase::failed : HpaPod::Phase::unknown;
}

HpaPod::Ready ready_of(const std::string& name) {
  if (name == "True") return HpaPod::Ready::yes;
  return name == "False" ? HpaPod::Ready::no : HpaPod::Ready::unknown;
}

HpaPod pod_of(HpaResource resource, const json& line) {
  HpaPod pod{.phase = phase_of(get_or<std::string>(line, "phase")), .deleted = get_or<bool>(line, "deleted")};
  if (const auto age = maybe<std::int64_t>(line, "start_ago_ms")) pod.started = ago(*age);
  if (const auto ready = maybe<std::string>(line, "ready"))
    pod.ready = {ready_of(*ready), ago(get_or<std::int64_t>(line, "ready_ltt_ago_ms"))};
  for (const json& one : line.at("containers")) pod.containers.push_back(container_of(resource, one));
  if (line.contains("pod_level_request")) pod.pod_level = requests_of(resource, line, "pod_level_request");
  if (get_or<bool>(line, "pod_level_other_resource_only")) pod.pod_level = HpaRequests{};
  return pod;
}

std::optional<HpaSample> sample_of(const json& pod) {
  const auto found = pod.find("metric");
  if (found == pod.end() || found->is_null()) return std::nullopt;
  return HpaSample{get_or<std::int64_t>(*found, "value"), ago(get_or<std::int64_t>(*found, "ts_ago_ms")),
                   std::chrono::milliseconds{get_or<std::int64_t>(*found, "window_ms")}};
}

HpaMetric metric_of(const std::string& fn, const json& line) {
  HpaMetric metric{.target_type = TargetType::average_value,
                   .target = get_or<std::int64_t>(line, "target_milli"),
                   .resource = get_or<std::string>(line, "resource") == "cpu" ? HpaResource::cpu : HpaResource::memory,
                   .container = get_or<std::string>(line, "container")};
  if (fn == "resource_utilization") {
    metric.target_type = TargetType::utilization;
    metric.target = line.at("target_utilization");
  }
  if (fn == "pods_metric") metric.source = HpaSource::pods;
  if (fn.starts_with("object")) metric.source = HpaSource::object;
  if (fn.starts_with("external")) metric.source = HpaSource::external;
  if (fn == "object_value" || fn == "external_value") metric.target_type = TargetType::value;
  return metric;
}

HpaMeasured measured_of(const json& line) {
  HpaMeasured measured{.failed = line.contains("metrics_error")};
  for (const json& pod : line.at("pods")) measured.pods.push_back(sample_of(pod));
  for (const json& stranger : line.value("extra_metrics", json::array()))
    measured.strangers.push_back(get_or<std::int64_t>(stranger, "value"));
  measured.values = get_or<std::vector<std::int64_t>>(line, "metric_values");
  return measured;
}

std::string class_of(HpaFailure failure, const std::string& fn) {
  if (failure == HpaFailure::metrics)
    return fn.starts_with("resource")   ? "resource_metric_fetch"
           : fn.starts_with("external") ? "external_metric_fetch"
                                        : "metric_fetch";
  constexpr const char* kNames[] = {"none",
                                    "metrics",
                                    "no_pods",
                                    "no_usable_metrics",
                                    "missing_request",
                                    "container_not_found",
                                    "missing_pod_level_request",
                                    "zero_request_total"};
  return kNames[static_cast<std::size_t>(failure)];
}

/// A number, or nothing where the vector's own is what amd64 makes of a double that no integer holds.
std::optional<std::int64_t> defined(const json& line, const char* key) {
  for (const json& field : line.value("impl_defined", json::array()))
    if (field == key) return std::nullopt;
  const auto number = line.at("expect").at(key).get<std::int64_t>();
  if (number == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return number;
}

/// Where Go's number is the processor's, ours must be the nearest that there is: on the side of the load.
std::string judge(const json& line, const char* key, std::int64_t ours, std::int64_t least, std::int64_t most) {
  if (const auto theirs = defined(line, key)) return difference(key, ours, *theirs);
  std::int64_t load = 0;
  for (const std::int64_t value : get_or<std::vector<std::int64_t>>(line, "metric_values"))
    load = load != 0 ? load : value;
  const std::int64_t sane = load > 0 ? most : load < 0 ? least : 0;
  return difference(std::string{key} + " (saturated)", ours, sane);
}

}  // namespace

std::string compare_hpa_replica(const json& line) {
  const auto fn = line.at("fn").get<std::string>();
  const HpaMetric metric = metric_of(fn, line);
  std::vector<HpaPod> pods;
  for (const json& pod : line.at("pods")) pods.push_back(pod_of(metric.resource, pod));
  const auto current = line.at("current_replicas").get<std::int32_t>();
  const HpaScene scene{
      .now = kNow,
      .current = current,
      .existing = current,
      .pods = pods,
      .tolerance = {get_or(line, "tolerance_down", 0.0), get_or(line, "tolerance_up", 0.0)},
      .patience = {std::chrono::milliseconds{get_or<std::int64_t>(line, "cpu_init_period_ms")},
                   std::chrono::milliseconds{get_or<std::int64_t>(line, "initial_readiness_delay_ms")}}};
  const HpaAnswer answer = hpa_replicas(metric, measured_of(line), scene);
  const json& expected = line.at("expect");
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::string different =
      difference("error_class", class_of(answer.failure, fn), expected.at("error_class").get<std::string>());
  different += judge(line, "replicas", answer.replicas, std::numeric_limits<std::int32_t>::min(),
                     std::numeric_limits<std::int32_t>::max());
  if (metric.target_type == TargetType::utilization) {
    different += judge(line, "utilization", answer.utilization, kLeast, kMost);
    different += judge(line, "raw_average", answer.usage, kLeast, kMost);
  } else {
    different += judge(line, "usage", answer.usage, kLeast, kMost);
  }
  return different;
}

}  // namespace ballast::vectors
