// Pods as the HPA sees them: what they asked for, and whose samples count. Plain values; integers are thousandths.
// Source: replica_calculator.go (groupPods, calculateRequests), k8s.io/kubernetes v1.36.3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"

namespace ballast {

enum class HpaResource : std::uint8_t { cpu, memory };

/// Per resource; absent is not zero.
struct HpaRequests {
  std::optional<std::int64_t> cpu{};
  std::optional<std::int64_t> memory{};
};

struct HpaContainer {
  enum class Role : std::uint8_t {
    main,
    sidecar,  ///< an init container that goes on running (restartPolicy Always)
    init,     ///< ends before the pod serves: its requests do not count
  };
  std::string name{};
  Role role = Role::main;
  HpaRequests requests{};
};

struct HpaPod {
  enum class Phase : std::uint8_t { pending, running, succeeded, failed, unknown };
  enum class Ready : std::uint8_t { yes, no, unknown };
  struct Condition {
    Ready status = Ready::unknown;
    TimePoint since{};  ///< of its last transition
  };
  Phase phase = Phase::running;
  bool deleted = false;
  std::optional<TimePoint> started{};
  std::optional<Condition> ready{};        ///< absent: the pod has no Ready condition
  std::vector<HpaContainer> containers{};  ///< sidecars and init containers in the order in which they start
  std::optional<HpaRequests> pod_level{};  ///< set when the pod as a whole requests anything
};

/// One pod's value of a metric.
struct HpaSample {
  std::int64_t value = 0;
  TimePoint at{};
  Duration window{};
};

/// Why there is no answer. In the order in which they are found, below a failed metrics fetch.
enum class HpaFailure : std::uint8_t {
  none,
  metrics,            ///< the metrics API did not answer
  no_pods,            ///< the selector selects nothing
  no_usable_metrics,  ///< no sample is left of a pod that counts
  missing_request,    ///< a container does not say what it needs of the resource
  container_not_found,
  missing_pod_level_request,  ///< the pod as a whole says what it needs, but not of this resource
  zero_request_total,         ///< no sample belongs to a pod with a request
};

/// How long a starting pod's CPU and its missing readiness are forgiven: flags of kube-controller-manager.
struct HpaPatience {
  Duration cpu_initialization = std::chrono::minutes{5};
  Duration initial_readiness = std::chrono::seconds{30};
};

enum class HpaGroup : std::uint8_t {
  ready,    ///< its sample counts
  unready,  ///< its sample is dropped; 0 on the way up
  missing,  ///< no sample: the target on the way down, 0 on the way up
  ignored,  ///< deleted or failed
};

/// What a pod's sample is worth now. `resource` is nothing for a metric that is no resource. Only CPU knows
/// unready pods that run: starting up burns it.
HpaGroup hpa_group(const HpaPod& pod, const std::optional<HpaSample>& sample, std::optional<HpaResource> resource,
                   const HpaPatience& patience, TimePoint now);

struct HpaRequest {
  std::int64_t milli = 0;
  HpaFailure failure = HpaFailure::none;
};

/// What a pod asked for: of the one `container`; or, when that is empty, the saturated sum over its containers and
/// sidecars. A pod that requests anything as a whole is taken as the scheduler takes it: its own request, else what its
/// containers say, where an init container counts that needs more than all that run later.
HpaRequest hpa_request(const HpaPod& pod, HpaResource resource, const std::string& container);

/// Running and ready.
std::int32_t hpa_ready_count(std::span<const HpaPod> pods);

}  // namespace ballast
