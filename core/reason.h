// Why something was decided: one table of codes. Steps, records, conditions, metrics and alerts all use it.
#pragma once

#include <cstdint>
#include <string_view>

namespace ballast {

/// Numbers are written to journals: never renumber, append.
enum class Reason : std::uint16_t {
  none = 0,
  // activation
  scaling_disabled,
  below_min_replicas,
  above_max_replicas,
  paused,
  owned_by_other,
  target_unknown,
  // quality
  signal_fresh,
  signal_stale,
  signal_missing,
  signal_invalid,
  signal_frozen,
  // propose
  at_target,
  within_tolerance,
  value_above_target,
  value_below_target,
  signal_not_usable,
  // combine
  highest_proposal,
  hold_unknown_signal,
  no_usable_signal,
  // bounds and behavior
  scale_up_stabilized,
  scale_down_stabilized,
  scale_up_limit,
  scale_down_limit,
  too_many_replicas,
  too_few_replicas,
  desired_within_range,
  // guard
  evidence_missing,
  journal_unwritable,
  mode_forbids,
  mode_up_only,
  // members
  member_ready,
  member_retired,
  member_drained,
  member_drain_deadline,
  member_brought_back,
  member_contested,
  member_lost,
  // host
  host_reserve,
  // schedules
  schedule_min,
  schedule_max,
  schedule_capped,
  schedule_frozen,
  // to zero and back
  scaler_active,
  scaler_not_active,
  scaled_to_zero,
  not_scaled_to_zero,
  zero_cooldown,
  unknown_at_zero,
  // fallback
  fallback_current,
  fallback_replicas,
  fallback_wakes,
  no_fallback,
  // combine
  lowest_proposal,
  // surge
  demand_surge,
  demand_drop,
  surge_found,
  surge_hold,
  drop_hold,
  // pools
  pool_hidden,
  member_released,
  // documents
  not_in_force,
  // outliers
  ejected_consecutive_5xx,
  ejected_success_rate,
  ejected_failure_percentage,
  ejected_latency,
  ejection_limit,
  ejection_no_capacity,
  member_replaced,
  member_returned,
  outliers_distrusted,
  ejected_capacity,
  ejected_signal,
  // a person's word
  ordered,
  ordered_beyond_bounds,
  order_frozen,
  restart_ordered,
  restart_waits,
  // overload
  overloaded,
  overload_waits,
  overload_unwritten,
  overload_fades,
  overload_over,
  overload_holds,
  overload_asks,
};
inline constexpr std::uint16_t kReasonCount = static_cast<std::uint16_t>(Reason::overload_asks) + 1;

/// One line of the table. `text` is an fmt pattern over {subject} {before} {after} {a} {b} {c} {d}; a to d are the
/// step's numbers, whose meaning `numbers` tells in the same order.
struct ReasonInfo {
  Reason reason;
  std::string_view code;     ///< CamelCase, as in conditions: `ScaleDownStabilized`
  std::string_view text;     ///< for people
  std::string_view numbers;  ///< `value, target, ratio`
};
const ReasonInfo& info(Reason reason);

}  // namespace ballast
