#include "policies/scaling/propose.h"

#include <algorithm>

#include "policies/scaling/numbers.h"

namespace ballast {
namespace {

/// As the HPA, but within tolerance keep what the target was told: members that are still to come are no shrink. Those
/// that are to go are no reserve either: what the told ones cannot carry is asked for.
Asked ask_total(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance) {
  const auto value = static_cast<double>(usage);
  const auto each = static_cast<double>(target);
  if (counts.existing <= 0) return {replicas_at(value / each, 1), value / each, false};
  Asked asked = ask_average_value(usage, target, counts, tolerance);
  if (!asked.within_tolerance) return asked;
  const double told = value / (each * counts.current);
  if (counts.existing > counts.current && told > 1.0 + tolerance.up)
    return {std::max(counts.current, replicas_at(value / each, 1)), told, false};
  asked.replicas = counts.current;
  return asked;
}

/// As the HPA, but what is above its target never asks for fewer, and not for a multiple of a rollout's surge.
Asked ask_ratio(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance) {
  const bool above = usage > target;
  // In a rollout more exist than were told, for a while: they are no base to multiply, or each raise begets another.
  if (above) counts.ready = std::max(0, counts.ready - std::max(0, counts.existing - counts.current));
  Asked asked = ask_value(usage, target, counts, tolerance);
  // Members that fell over under the load are no reason to have fewer of them; the HPA would shrink here.
  if (above && counts.current != 0) asked.replicas = std::max(asked.replicas, counts.current);
  return asked;
}

Asked ask(const Signal& spec, const GradedSignal& signal, ReplicaCounts counts, Tolerance tolerance) {
  switch (spec.target_type) {
    case TargetType::average_value:
      return ask_total(to_milli(signal.total), spec.target_milli, counts, tolerance);
    case TargetType::utilization:
      return ask_ratio(to_milli(signal.total / static_cast<double>(std::max<std::size_t>(1, signal.samples))),
                       spec.target_milli, counts, tolerance);
    case TargetType::value:
    case TargetType::none:
      break;
  }
  return ask_ratio(to_milli(signal.total), spec.target_milli, counts, tolerance);
}

Reason reason_of(const Asked& asked) {
  if (asked.within_tolerance) return Reason::within_tolerance;
  return asked.ratio > 1 ? Reason::value_above_target : Reason::value_below_target;
}

}  // namespace

Proposal propose(const Workload& workload, const GradedSignal& signal, ReplicaCounts counts, std::vector<Step>& steps) {
  const Signal& spec = workload.signals[signal.index];
  const bool known = signal.grade == Grade::fresh;
  Step step{
      Stage::propose, {Subject::Kind::signal, signal.index}, counts.current, counts.current, Reason::signal_not_usable};
  if (!known && !signal.may_raise) {
    steps.push_back(step);
    return {signal.index, std::nullopt, false};
  }
  Asked asked = ask(spec, signal, counts, tolerance_of(workload.behavior));
  asked.replicas = std::max(asked.replicas, 0);  // a negative backlog is no reason for fewer than none
  if (!known && asked.replicas <= counts.current) {
    steps.push_back(step);
    return {signal.index, std::nullopt, false};
  }
  step.after = asked.replicas;
  step.reason = reason_of(asked);
  step.numbers = {signal.total, static_cast<double>(spec.target_milli) / 1000.0, asked.ratio};
  steps.push_back(step);
  return {signal.index, asked.replicas, known};
}

namespace {

/// The smallest of the known proposals. What is unknown counts only where nothing is known: it must not lower. There,
/// one that asks for nothing holds, or it would no longer hold once the others have what they ask for.
const Proposal* smallest(const std::vector<Proposal>& proposals) {
  const Proposal* chosen = nullptr;
  for (const Proposal& proposal : proposals) {
    if (!proposal.replicas) continue;
    const bool better = chosen == nullptr ||
                        (proposal.known == chosen->known ? *proposal.replicas < *chosen->replicas : proposal.known);
    if (better) chosen = &proposal;
  }
  const bool one_holds = std::ranges::any_of(proposals, [](const Proposal& proposal) { return !proposal.replicas; });
  return chosen != nullptr && !chosen->known && one_holds ? nullptr : chosen;
}

const Proposal* largest(const std::vector<Proposal>& proposals) {
  std::vector<std::optional<std::int32_t>> asked;
  asked.reserve(proposals.size());
  for (const Proposal& proposal : proposals) asked.push_back(proposal.replicas);
  const auto place = largest_of(asked);
  return place ? &proposals[*place] : nullptr;
}

}  // namespace

std::optional<std::int32_t> combine(Combine combine, const std::vector<Proposal>& proposals, std::int32_t current,
                                    std::vector<Step>& steps) {
  const Proposal* chosen = combine == Combine::max ? largest(proposals) : smallest(proposals);
  if (chosen == nullptr) {
    steps.push_back(Step{Stage::combine, {}, current, current, Reason::no_usable_signal});
    return std::nullopt;
  }
  const std::int32_t asked = *chosen->replicas;
  const auto unknown = std::ranges::find(proposals, false, &Proposal::known);
  if (unknown != proposals.end() && asked < current) {
    steps.push_back(Step{Stage::combine,
                         {Subject::Kind::signal, unknown->signal},
                         current,
                         current,
                         Reason::hold_unknown_signal,
                         {static_cast<double>(asked)}});
    return std::nullopt;
  }
  if (proposals.size() > 1)
    steps.push_back(Step{Stage::combine,
                         {Subject::Kind::signal, chosen->signal},
                         current,
                         asked,
                         combine == Combine::max ? Reason::highest_proposal : Reason::lowest_proposal});
  return asked;
}

}  // namespace ballast
