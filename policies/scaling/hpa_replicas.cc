#include "policies/scaling/hpa_replicas.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "policies/scaling/numbers.h"

namespace ballast {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Counted {
  std::int64_t value = 0;
  std::optional<std::int64_t> request{};  ///< nothing: a pod that does not exist
};

/// The samples that count, and what stands in for those that do not.
struct Grouped {
  std::vector<Counted> samples{};
  std::vector<std::int64_t> missing{};  ///< their requests
  std::vector<std::int64_t> unready{};  ///< their requests
  std::int32_t ready = 0;
};

struct Ratio {
  double ratio = 0;
  std::int64_t average = 0;
  std::int32_t utilization = 0;
  HpaFailure failure = HpaFailure::none;
};

bool is_resource(const HpaMetric& metric) {
  return metric.source == HpaSource::resource || metric.source == HpaSource::container_resource;
}

Grouped group(const HpaMetric& metric, const HpaMeasured& measured, const HpaScene& scene,
              const std::vector<std::int64_t>& requests) {
  Grouped grouped;
  const auto resource = is_resource(metric) ? std::optional{metric.resource} : std::nullopt;
  for (std::size_t i = 0; i < scene.pods.size(); ++i) {
    const auto sample = i < measured.pods.size() ? measured.pods[i] : std::nullopt;
    switch (hpa_group(scene.pods[i], sample, resource, scene.patience, scene.now)) {
      case HpaGroup::ready:
        ++grouped.ready;
        grouped.samples.push_back({sample->value, requests[i]});
        break;
      case HpaGroup::unready:
        grouped.unready.push_back(requests[i]);
        break;
      case HpaGroup::missing:
        grouped.missing.push_back(requests[i]);
        break;
      case HpaGroup::ignored:
        break;
    }
  }
  for (const std::int64_t value : measured.strangers) grouped.samples.push_back({value, std::nullopt});
  return grouped;
}

Ratio utilization_ratio(const std::vector<Counted>& samples, std::int64_t target) {
  std::int64_t values = 0;
  std::int64_t requests = 0;
  std::int64_t count = 0;
  for (const Counted& sample : samples) {
    if (!sample.request) continue;
    values = saturating_add(values, sample.value);
    requests = saturating_add(requests, *sample.request);
    ++count;
  }
  if (requests == 0) return {.failure = HpaFailure::zero_request_total};
  const std::int32_t percent = narrow(saturating_divide(saturating_multiply(values, 100), requests));
  return {static_cast<double>(percent) / static_cast<double>(target), values / count, percent};
}

Ratio average_ratio(const std::vector<Counted>& samples, std::int64_t target) {
  std::int64_t values = 0;
  for (const Counted& sample : samples) values = saturating_add(values, sample.value);
  const std::int64_t average = values / static_cast<std::int64_t>(samples.size());
  return {static_cast<double>(average) / static_cast<double>(target), average};
}

Ratio ratio_of(const HpaMetric& metric, const std::vector<Counted>& samples) {
  return metric.target_type == TargetType::utilization ? utilization_ratio(samples, metric.target)
                                                       : average_ratio(samples, metric.target);
}

/// On the way down a missing pod is taken for fully used, on the way up pods without a sample are taken for idle.
void fill(Grouped& grouped, const HpaMetric& metric, double ratio) {
  const std::int64_t percent = std::max<std::int64_t>(100, metric.target);
  for (const std::int64_t request : grouped.missing) {
    const std::int64_t full =
        metric.target_type == TargetType::utilization ? saturating_multiply(request, percent) / 100 : metric.target;
    if (ratio < 1) grouped.samples.push_back({full, request});
    if (ratio > 1) grouped.samples.push_back({0, request});
  }
  if (ratio > 1)
    for (const std::int64_t request : grouped.unready) grouped.samples.push_back({0, request});
}

/// Replicas from a ratio per pod. What had to be guessed may weaken a change, never turn it round.
std::int32_t from_ratio(const HpaMetric& metric, const HpaScene& scene, Grouped& grouped, double ratio) {
  const bool guesses = !grouped.missing.empty() || (!grouped.unready.empty() && ratio > 1);
  if (!guesses) return within(ratio, scene.tolerance) ? scene.current : replicas_at(ratio, grouped.ready);
  fill(grouped, metric, ratio);
  const double again = ratio_of(metric, grouped.samples).ratio;
  const bool turned = (ratio < 1 && again > 1) || (ratio > 1 && again < 1);
  if (turned || within(again, scene.tolerance)) return scene.current;
  const std::int32_t asked = replicas_at(again, static_cast<double>(grouped.samples.size()));
  const bool wrong_way = (again < 1 && asked > scene.current) || (again > 1 && asked < scene.current);
  return wrong_way ? scene.current : asked;
}

HpaAnswer failed(HpaFailure failure) { return {.failure = failure}; }

HpaAnswer per_pod(const HpaMetric& metric, const HpaMeasured& measured, const HpaScene& scene) {
  if (scene.pods.empty()) return failed(HpaFailure::no_pods);
  std::vector<std::int64_t> requests(scene.pods.size());
  HpaFailure missing_request = HpaFailure::none;
  if (metric.target_type == TargetType::utilization) {
    for (std::size_t i = 0; i < scene.pods.size() && missing_request == HpaFailure::none; ++i) {
      const HpaRequest request = hpa_request(scene.pods[i], metric.resource, metric.container);
      requests[i] = request.milli;
      missing_request = request.failure;
    }
  }
  Grouped grouped = group(metric, measured, scene, requests);
  if (grouped.samples.empty()) return failed(HpaFailure::no_usable_metrics);
  if (missing_request != HpaFailure::none) return failed(missing_request);
  const Ratio ratio = ratio_of(metric, grouped.samples);
  if (ratio.failure != HpaFailure::none) return failed(ratio.failure);
  return {from_ratio(metric, scene, grouped, ratio.ratio), ratio.average, ratio.utilization};
}

/// A series that would lift the sum over the range ends it there, whatever follows; one that reaches its end does not.
std::int64_t sum_of(const std::vector<std::int64_t>& values) {
  std::int64_t sum = 0;
  for (const std::int64_t value : values) {
    if (value > 0 && sum > kMost - value) return kMost;
    sum = saturating_add(sum, value);
  }
  return sum;
}

HpaAnswer of_value(const HpaMeasured& measured, const HpaMetric& metric, const HpaScene& scene) {
  const std::int64_t usage = sum_of(measured.values);
  const ReplicaCounts counts{scene.current, scene.existing, hpa_ready_count(scene.pods)};
  const Asked asked = ask_value(usage, metric.target, counts, scene.tolerance);
  if (counts.current != 0 && !asked.within_tolerance && scene.pods.empty())
    return {.usage = usage, .failure = HpaFailure::no_pods};
  return {asked.replicas, usage};
}

HpaAnswer of_average_value(const HpaMeasured& measured, const HpaMetric& metric, const HpaScene& scene) {
  std::int64_t usage = sum_of(measured.values);
  const bool external = metric.source == HpaSource::external;
  // The HPA guards this sum against wrapping in a way that takes every negative series for an overflow.
  if (external && std::ranges::any_of(measured.values, [](std::int64_t value) { return value < 0; })) usage = kMost;
  const Asked asked = ask_average_value(usage, metric.target, {scene.current, scene.existing}, scene.tolerance);
  if (external && usage == kMost) return {asked.replicas, usage};
  const double each = static_cast<double>(usage) / static_cast<double>(scene.existing);
  return {asked.replicas, saturate<std::int64_t>(std::ceil(each))};
}

}  // namespace

HpaAnswer hpa_replicas(const HpaMetric& metric, const HpaMeasured& measured, const HpaScene& scene) {
  if (measured.failed) return failed(HpaFailure::metrics);
  if (metric.source != HpaSource::object && metric.source != HpaSource::external)
    return per_pod(metric, measured, scene);
  return metric.target_type == TargetType::value ? of_value(measured, metric, scene)
                                                 : of_average_value(measured, metric, scene);
}

}  // namespace ballast
