// The HorizontalPodAutoscaler as one pure function: what a sync of it decides, and what it writes into its status.
// `evaluate` is built from the same stages; this is their composition exactly as Kubernetes has it, so that vectors of
// the original can be played against it. Numbers that amd64 decides in the original: see hpa_replicas.h.
// Source: horizontal.go, k8s.io/kubernetes v1.36.3;
// https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/memory.h"
#include "core/workload.h"
#include "policies/scaling/hpa_replicas.h"

namespace ballast {

/// autoscaling/v2 HorizontalPodAutoscalerSpec, without what it is about. Absent fields of `behavior` have the API's
/// defaults; no `behavior` at all is another algorithm.
struct HpaSpec {
  std::int32_t min_replicas = 1;
  std::int32_t max_replicas = 1;
  std::vector<HpaMetric> metrics{};
  std::optional<Behavior> behavior{};
};

/// Flags and feature gates of kube-controller-manager.
struct HpaController {
  double tolerance = 0.1;
  Duration downscale_stabilization = std::chrono::minutes{5};
  HpaPatience patience{};
  bool scale_to_zero = false;          ///< HPAScaleToZero
  bool configurable_tolerance = true;  ///< HPAConfigurableTolerance
};

/// The scale subresource.
struct HpaScale {
  std::int32_t current = 0;   ///< spec.replicas
  std::int32_t existing = 0;  ///< status.replicas
};

/// All that one sync reads.
struct HpaSeen {
  TimePoint at{};
  std::optional<HpaScale> scale{};  ///< nothing: it could not be read
  bool selector_valid = true;
  std::vector<HpaPod> pods{};
  std::vector<HpaMeasured> metrics{};  ///< one per metric of the spec; those past its end failed
};

/// A condition as Kubernetes keeps it: `since` moves only when `value` changes. Names and reasons are its own words.
struct HpaCondition {
  std::string_view type{};
  bool value = false;
  std::string_view reason{};
  TimePoint since{};
  bool operator==(const HpaCondition&) const = default;
};

struct HpaStatus {
  std::int32_t current = 0;
  std::int32_t desired = 0;
  std::vector<HpaCondition> conditions{};  ///< in the order in which they were first set
  std::optional<TimePoint> last_scale{};
  bool operator==(const HpaStatus&) const = default;
};

/// How far a sync came.
enum class HpaEnd : std::uint8_t {
  blind,    ///< the scale subresource could not be read
  stuck,    ///< the metrics do not allow a decision
  decided,  ///< `replicas` holds; to be written where it is not `current`
};

struct HpaPlan {
  TimePoint at{};
  HpaEnd end = HpaEnd::decided;
  std::int32_t current = 0;
  std::int32_t replicas = 0;
  std::vector<HpaAnswer> answers{};   ///< per metric, where metrics were asked
  std::vector<HpaCondition> words{};  ///< what was set, in order; `since` is the time of the sync
};
bool writes(const HpaPlan& plan);

/// One sync up to the write. `memory` holds recommendations and rate events, and outlives a changed spec; of `status`
/// only the condition ScaledToZero is read. Every result lies within [0, max(current, maxReplicas)].
HpaPlan hpa(const HpaSpec& spec, const HpaController& controller, ScaleMemory& memory, const HpaStatus& status,
            const HpaSeen& seen);

/// After the write of the plan succeeded: its change counts for the rates, if there is a behavior that has any.
void hpa_scaled(const HpaSpec& spec, ScaleMemory& memory, const HpaPlan& plan);

/// The status after a sync. `written`: whether the write succeeded; not read when the plan writes nothing.
HpaStatus hpa_report(const HpaSpec& spec, const HpaController& controller, HpaStatus status, const HpaPlan& plan,
                     bool written);

}  // namespace ballast
