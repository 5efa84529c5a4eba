#include "policies/scaling/propose.h"

#include <algorithm>
#include <cmath>

#include "policies/scaling/numbers.h"

namespace ballast {
namespace {

struct Asked {
  std::int32_t replicas = 0;
  double ratio = 1;
  bool within_tolerance = false;
};

bool within(double ratio, Tolerance tolerance) { return 1.0 - tolerance.down <= ratio && ratio <= 1.0 + tolerance.up; }

/// The value is a sum over all replicas; each shall carry `target`.
Asked ask_average_value(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance) {
  const auto value = static_cast<double>(usage);
  const auto each = static_cast<double>(target);
  const double ratio = counts.existing > 0 ? value / (each * counts.existing) : value / each;
  if (counts.existing > 0 && within(ratio, tolerance)) return {counts.current, ratio, true};
  return {saturate<std::int32_t>(std::ceil(value / each)), ratio, false};
}

/// The value itself shall be `target`, and moves with the number of ready replicas.
Asked ask_value(std::int64_t usage, std::int64_t target, ReplicaCounts counts, Tolerance tolerance) {
  const double ratio = static_cast<double>(usage) / static_cast<double>(target);
  if (counts.current == 0) return {saturate<std::int32_t>(std::ceil(ratio)), ratio, false};
  if (within(ratio, tolerance)) return {counts.current, ratio, true};
  // In a rollout more exist than were told, for a while: they are no base to multiply, or each raise begets another.
  const std::int32_t surge = std::max(0, counts.existing - counts.current);
  const std::int32_t base = ratio > 1 ? std::max(0, counts.ready - surge) : counts.ready;
  const auto asked = saturate<std::int32_t>(std::ceil(ratio * base));
  // Members that fell over under the load are no reason to have fewer of them; the HPA would shrink here.
  return {ratio > 1 ? std::max(asked, counts.current) : asked, ratio, false};
}

Asked ask(const Signal& spec, const GradedSignal& signal, ReplicaCounts counts, Tolerance tolerance) {
  switch (spec.target_type) {
    case TargetType::average_value:
      return ask_average_value(to_milli(signal.total), spec.target_milli, counts, tolerance);
    case TargetType::utilization:
      return ask_value(to_milli(signal.total / static_cast<double>(std::max<std::size_t>(1, signal.samples))),
                       spec.target_milli, counts, tolerance);
    case TargetType::value:
    case TargetType::none:
      break;
  }
  return ask_value(to_milli(signal.total), spec.target_milli, counts, tolerance);
}

Reason reason_of(const Asked& asked) {
  if (asked.within_tolerance) return Reason::within_tolerance;
  return asked.ratio > 1 ? Reason::value_above_target : Reason::value_below_target;
}

}  // namespace

Tolerance tolerance_of(const Workload& workload) {
  Tolerance tolerance;
  if (!workload.behavior) return tolerance;
  const auto read = [](const std::optional<Quantity>& written, double& into) {
    if (written) into = static_cast<double>(written->milli) / 1000.0;
  };
  read(workload.behavior->scale_down.tolerance, tolerance.down);
  read(workload.behavior->scale_up.tolerance, tolerance.up);
  return tolerance;
}

Proposal propose(const Workload& workload, const GradedSignal& signal, ReplicaCounts counts, std::vector<Step>& steps) {
  const Signal& spec = workload.signals[signal.index];
  const bool known = signal.grade == Grade::fresh;
  Step step{
      Stage::propose, {Subject::Kind::signal, signal.index}, counts.current, counts.current, Reason::signal_not_usable};
  if (!known && !signal.may_raise) {
    steps.push_back(step);
    return {signal.index, std::nullopt, false};
  }
  Asked asked = ask(spec, signal, counts, tolerance_of(workload));
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

/// The proposal that counts; null: none asks for a number. Of the smallest, what is unknown counts only where nothing
/// is known: it must not lower.
const Proposal* choose(Combine combine, const std::vector<Proposal>& proposals) {
  const Proposal* chosen = nullptr;
  for (const Proposal& proposal : proposals) {
    if (!proposal.replicas) continue;
    if (chosen == nullptr) {
      chosen = &proposal;
    } else if (combine == Combine::max) {
      if (*proposal.replicas > *chosen->replicas) chosen = &proposal;
    } else if (proposal.known != chosen->known) {
      if (proposal.known) chosen = &proposal;
    } else if (*proposal.replicas < *chosen->replicas) {
      chosen = &proposal;
    }
  }
  return chosen;
}

}  // namespace

std::optional<std::int32_t> combine(Combine combine, const std::vector<Proposal>& proposals, std::int32_t current,
                                    std::vector<Step>& steps) {
  const Proposal* chosen = choose(combine, proposals);
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
