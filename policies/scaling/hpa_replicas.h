// One call of the HPA's replica calculator: what one metric of an autoscaling/v2 spec asks for. Unclamped, and exact
// to the last bit where the HPA's own result is defined.
// Source: replica_calculator.go, k8s.io/kubernetes v1.36.3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/workload.h"
#include "policies/scaling/ask.h"
#include "policies/scaling/hpa_pods.h"

namespace ballast {

enum class HpaSource : std::uint8_t { resource, container_resource, pods, object, external };

/// A metric of a spec. `target` is a percentage for utilization, else thousandths. Resources and pods have no `value`;
/// only resources have a `utilization`.
struct HpaMetric {
  HpaSource source = HpaSource::resource;
  TargetType target_type = TargetType::utilization;
  std::int64_t target = 0;
  HpaResource resource = HpaResource::cpu;  ///< of a resource
  std::string container{};                  ///< of a container_resource
};

/// What the metrics API answered about one metric.
struct HpaMeasured {
  bool failed = false;
  std::vector<std::optional<HpaSample>> pods{};  ///< in the order of the scene's pods; those past its end are missing
  std::vector<std::int64_t> strangers{};         ///< samples of pods that do not exist (any more)
  std::vector<std::int64_t> values{};            ///< the series of an external metric, or the one value of an object
};

/// What all metrics are judged against.
struct HpaScene {
  TimePoint now{};
  std::int32_t current = 0;   ///< scale.spec.replicas
  std::int32_t existing = 0;  ///< scale.status.replicas
  std::span<const HpaPod> pods{};
  Tolerance tolerance{};
  HpaPatience patience{};
};

/// `usage` is what the HPA reports: the average per pod, or the value. `utilization` is its percentage of the requests.
/// After a failure all are 0, but for the value of an object or external metric that finds no pods.
struct HpaAnswer {
  std::int32_t replicas = 0;  ///< may be negative for a negative value
  std::int64_t usage = 0;
  std::int32_t utilization = 0;
  HpaFailure failure = HpaFailure::none;
  bool operator==(const HpaAnswer&) const = default;
};

/// Where Go converts a double that no int holds, amd64 gives INT32_MIN or INT64_MIN, which would end a service at its
/// highest load: here the nearest int is the answer, and 0 for NaN. So an average over no replica is INT64_MAX,
/// INT64_MIN or, of nothing, 0; and a value 10^12 times its target asks for INT32_MAX replicas. Sums and percentages
/// that run over their integer, which wrap in Go, are saturated too.
HpaAnswer hpa_replicas(const HpaMetric& metric, const HpaMeasured& measured, const HpaScene& scene);

}  // namespace ballast
