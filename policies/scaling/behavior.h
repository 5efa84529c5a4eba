// Stage 7: stabilization, rate limits and bounds, exactly as the HPA's `behavior`. It is the only stage that clamps.
// Source: horizontal.go, normalizeDesiredReplicasWithBehaviors, k8s.io/kubernetes v1.36.3.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/scaling/bounds.h"

namespace ballast {

/// `behavior` with the HPA's defaults in the fields that were left out: up 4 Pods and 100 % in 15 s without a window;
/// down 100 % in 15 s, window 300 s.
Behavior with_defaults(Behavior written);

/// What holds where no `behavior` is written: up at once to ten times or ten more, whichever is more, in 15 s; down as
/// the HPA's default. Scaling up is cheap to undo, and slow steps are what loses requests in a surge.
Behavior own_hold();

/// The limits in force for a workload.
Behavior behavior_in_force(const Workload& workload);

struct Limited {
  std::int32_t replicas = 0;
  Reason reason = Reason::desired_within_range;
};

/// How far back past proposals are considered in each direction.
struct Windows {
  Duration up{};
  Duration down{};
};

struct Stabilized {
  std::int32_t replicas = 0;
  Reason reason = Reason::none;  ///< set when it is not the proposal
  Duration window{};             ///< of the direction that held it
};

/// The current number, raised to the lowest proposal of the up window, then lowered to the highest of the down window.
/// Remembers the proposal, in the place of the last that both windows have left behind.
Stabilized stabilize(std::vector<Recommendation>& past, std::int32_t current, std::int32_t proposal, Windows windows,
                     TimePoint now);

/// What rates and bounds leave of a stabilized proposal. `rules` are complete (`with_defaults`); a proposal that is the
/// current number is not held to the bounds.
Limited limit_rate(const Behavior& rules, const Bounds& bounds, const ScaleMemory& memory, std::int32_t current,
                   std::int32_t wanted, TimePoint now);

/// Remembers that replicas changed by `delta`, for the rate limits of `rules`; in the place of the last event that no
/// policy of its direction looks back to. What was once outdated stays so, whatever the policies become.
void record_event(const Behavior& rules, ScaleMemory& memory, std::int32_t delta, TimePoint at);

/// From a proposal to what may be asked of the target now. Remembers the proposal, unlimited.
Limited limit(const Workload& workload, const Bounds& bounds, ScaleMemory& memory, std::int32_t current,
              std::int32_t proposal, TimePoint now, std::vector<Step>& steps);

/// The same without stabilization: for what has waited for its time elsewhere.
Limited limit_rate(const Workload& workload, const Bounds& bounds, const ScaleMemory& memory, std::int32_t current,
                   std::int32_t wanted, TimePoint now, std::vector<Step>& steps);

/// Remembers that replicas changed by `delta`, for the rate limits of the policies in force.
void record_event(const Workload& workload, ScaleMemory& memory, std::int32_t delta, TimePoint at);

}  // namespace ballast
