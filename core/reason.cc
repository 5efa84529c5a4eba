#include "core/reason.h"

#include <array>

namespace ballast {
namespace {

constexpr std::array<ReasonInfo, kReasonCount> kReasons{{
    {Reason::none, "None", "nothing to say", ""},
    {Reason::scaling_disabled, "ScalingDisabled", "the target is at 0 replicas and no signal can wake it: left at 0",
     ""},
    {Reason::below_min_replicas, "TooFewReplicas", "{before} replicas are below minReplicas {a}: raised to {after}",
     "minReplicas"},
    {Reason::above_max_replicas, "TooManyReplicas", "{before} replicas are above maxReplicas {a}: lowered to {after}",
     "maxReplicas"},
    {Reason::paused, "Paused", "paused by a person: {before} replicas are left as they are", ""},
    {Reason::owned_by_other, "OwnedByOther", "another controller owns the target: hold at {before}", ""},
    {Reason::target_unknown, "FailedGetScale", "the target could not be observed for {a} s: nothing is changed",
     "seconds hidden"},
    {Reason::signal_fresh, "ValidMetricFound", "{subject} is fresh: {a}, {b} s old", "value, age in seconds"},
    {Reason::signal_stale, "SignalStale",
     "{subject} is stale: its newest sample is {a} s old, more than staleAfter {b} s; unknown is not zero",
     "age in seconds, staleAfter in seconds"},
    {Reason::signal_missing, "SignalMissing", "{subject} gives no value; unknown is not zero", ""},
    {Reason::signal_invalid, "SignalInvalid",
     "{subject} answered with something that is no number; unknown is not zero", ""},
    {Reason::signal_frozen, "SignalFrozen", "{subject} repeats one sample for {a} polls; it cannot be trusted",
     "polls without a new sample"},
    {Reason::at_target, "AtTarget", "{subject} is {a}: {after} replicas bring it to its target of {b}",
     "value, target"},
    {Reason::within_tolerance, "WithinTolerance",
     "{subject} is {a}, {c} times what {before} replicas carry at a target of {b}; that is within tolerance: keep "
     "{after}",
     "value, target, ratio"},
    {Reason::value_above_target, "AboveTarget",
     "{subject} is {a}, {c} times what {before} replicas carry at a target of {b}: propose {after}",
     "value, target, ratio"},
    {Reason::value_below_target, "BelowTarget",
     "{subject} is {a}, only {c} times what {before} replicas carry at a target of {b}: propose {after}",
     "value, target, ratio"},
    {Reason::signal_not_usable, "SignalNotUsable", "{subject} cannot be used: it proposes to keep {after}", ""},
    {Reason::highest_proposal, "HighestProposal", "{subject} asks for the most: {after}", ""},
    {Reason::hold_unknown_signal, "HoldUnknownSignal",
     "{subject} is unknown and the others ask for {a}, fewer than {before}: hold at {after}", "the others' proposal"},
    {Reason::no_usable_signal, "MetricsUnavailable", "no signal with a target can be used: hold at {after}", ""},
    {Reason::scale_up_stabilized, "ScaleUpStabilized",
     "{before} wanted, held at {after}: the lowest proposal of the last {a} s", "window in seconds"},
    {Reason::scale_down_stabilized, "ScaleDownStabilized",
     "{before} wanted, held at {after}: the highest proposal of the last {a} s", "window in seconds"},
    {Reason::scale_up_limit, "ScaleUpLimit", "{before} wanted, but the scale-up policy allows at most {after} now", ""},
    {Reason::scale_down_limit, "ScaleDownLimit",
     "{before} wanted, but the scale-down policy allows at least {after} now", ""},
    {Reason::too_many_replicas, "TooManyReplicas", "{before} wanted, more than maxReplicas {after}", ""},
    {Reason::too_few_replicas, "TooFewReplicas", "{before} wanted, fewer than minReplicas {after}", ""},
    {Reason::desired_within_range, "DesiredWithinRange", "{after} is within bounds and limits", ""},
    {Reason::evidence_missing, "EvidenceMissing",
     "{before} wanted, held at {after}: {subject} has {a} fresh samples of the {b} that a shrink needs, covering {c} s "
     "of {d} s",
     "samples, needed, seconds covered, window in seconds"},
    {Reason::journal_unwritable, "JournalUnwritable",
     "{before} wanted, held at {after}: the journal cannot be written or read, so nothing is taken away", ""},
    {Reason::mode_forbids, "DryRun", "{before} replicas stay; the mode of the policy forbids changing them to {after}",
     ""},
    {Reason::mode_up_only, "ScaleUpOnly", "{before} wanted, held at {after}: mode ScaleUpOnly takes nothing away", ""},
    {Reason::member_ready, "MemberReady", "{subject} is ready {a} s after its start: it takes load",
     "seconds from start to ready"},
    {Reason::member_retired, "MemberRetired", "{subject} retires: weight 0, {a} requests in flight", "in flight"},
    {Reason::member_drained, "MemberDrained",
     "{subject} has nothing in flight after {a} s: it leaves the pool and stops", "seconds"},
    {Reason::member_drain_deadline, "MemberDrainDeadline",
     "{subject} still has {a} requests in flight after {b} s, its drain timeout: it goes", "in flight, seconds"},
    {Reason::member_brought_back, "MemberBroughtBack", "{subject} was retiring and is needed again", ""},
    {Reason::member_contested, "MemberContested",
     "{subject} is in a state that Ballast did not set: a person's word, left alone", ""},
    {Reason::member_lost, "MemberLost", "{subject} is gone without being asked to", ""},
    {Reason::host_reserve, "HostReserve",
     "{before} wanted, {after} allowed: the host, a quota or a budget leaves no room for more", ""},
    {Reason::schedule_min, "ScheduleMinReplicas",
     "{before} replicas are below the {a} of schedule {subject}: raised to {after}", "minReplicas"},
    {Reason::schedule_max, "ScheduleMaxReplicas",
     "{before} replicas are above the {a} of schedule {subject}: lowered to {after}", "maxReplicas"},
    {Reason::schedule_capped, "ScheduleCapped",
     "schedule {subject} asks for at least {a}, more than the {b} that are allowed now: the maximum counts",
     "minReplicas, maxReplicas"},
    {Reason::schedule_frozen, "ScheduleFreeze",
     "{before} wanted, held at {after}: schedule {subject} freezes this direction", ""},
    {Reason::scaler_active, "ScalerActive",
     "{subject} is {a}, above its activation threshold of {b}: from {before} to {after}", "value, activationThreshold"},
    {Reason::scaler_not_active, "ScalerNotActive", "no signal is above its activation threshold: left at zero", ""},
    {Reason::scaled_to_zero, "ScaledToZero",
     "no signal was above its activation threshold for {a} s, the cooldown period is {b} s: to zero",
     "seconds idle, cooldownPeriod in seconds"},
    {Reason::not_scaled_to_zero, "NotScaledToZero", "it is not at zero replicas", ""},
    {Reason::zero_cooldown, "ScaleToZeroCooldown",
     "zero needs {b} s, the cooldown period, without activity and without unknown signals; that lasts for {a} s: kept "
     "at {after}",
     "seconds idle, cooldownPeriod in seconds"},
    {Reason::unknown_at_zero, "UnknownAtZero",
     "at zero, and {subject} has been unknown for {a} s: that neither wakes it nor proves that there is nothing to do",
     "seconds unknown"},
    {Reason::fallback_current, "FallbackExists",
     "{subject} has been unknown for {a} s, fallback begins after {b} s: keep {after}",
     "seconds unknown, after in seconds"},
    {Reason::fallback_replicas, "FallbackExists",
     "{subject} has been unknown for {a} s, fallback begins after {b} s: propose {after}",
     "seconds unknown, after in seconds"},
    {Reason::fallback_wakes, "FallbackExists",
     "{subject} has been unknown for {a} s, fallback begins after {b} s: woken to {after}",
     "seconds unknown, after in seconds"},
    {Reason::no_fallback, "NoFallbackFound", "no signal has been unknown for long", ""},
    {Reason::lowest_proposal, "LowestProposal", "{subject} asks for the least: {after}", ""},
    {Reason::demand_surge, "DemandSurge",
     "{subject} surges: {a} where {b} to {c} were expected, {d} usual distances away",
     "value, expected from, expected to, score"},
    {Reason::demand_drop, "DemandDrop", "{subject} drops: {a} where {b} to {c} were expected, {d} usual distances away",
     "value, expected from, expected to, score"},
    {Reason::surge_found, "SurgeFound",
     "{subject} is {b} over its window of {c} s but {a} by its newest samples: propose {after}, not {before}",
     "newest, over the window, window in seconds"},
    {Reason::surge_hold, "SurgeHold",
     "{before} wanted, held at {after}: a surge of {subject} was found {a} s ago, held for {b} s more",
     "seconds since found, seconds left"},
    {Reason::drop_hold, "DropUnconfirmed",
     "{before} wanted, held at {after}: {subject} dropped to {a} where {b} or more was expected, {c} s ago; a drop is "
     "not believed at once, for at most {d} s",
     "value, expected from, seconds since, longest hold in seconds"},
    {Reason::pool_hidden, "FailedGetPool",
     "{before} wanted, held at {after}: {subject} could not be observed for {a} s, and nobody can begin to leave it",
     "seconds hidden"},
    {Reason::member_released, "MemberReleased",
     "{subject} is in no state of a person's any more: Ballast steers it again", ""},
    {Reason::not_in_force, "NotInForce", "the documents are not in force; it is tried again", ""},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kReasons.size(); ++i)
    if (static_cast<std::size_t>(kReasons[i].reason) != i) return false;
  return true;
}
static_assert(in_order(), "kReasons follows the order of Reason");

}  // namespace

const ReasonInfo& info(Reason reason) {
  const auto index = static_cast<std::size_t>(reason);
  return kReasons[index < kReasons.size() ? index : 0];
}

}  // namespace ballast
