#include "policies/scaling/surge.h"

#include <algorithm>

#include "policies/detection/detector.h"
#include "policies/detection/watch.h"

namespace ballast {
namespace {

constexpr double kPanicThreshold = 2;                         // the KPA's, of stretches to the mean over the window
constexpr Duration kStableWindow = std::chrono::seconds{60};  // the KPA's: how long a panic lasts after its last sign

Subject subject_of(std::uint32_t signal) { return {Subject::Kind::signal, signal}; }

bool has_target(const Workload& workload, std::uint32_t signal) {
  return workload.signals[signal].target_type != TargetType::none;
}

struct Seen {
  std::uint32_t signal = 0;
  Finding finding{};
};

std::vector<Seen> findings(const Workload& workload, const Memory& memory, TimePoint now) {
  std::vector<Seen> all;
  for (std::uint32_t i = 0; i < workload.signals.size(); ++i)
    if (const auto finding = current_finding(workload.signals[i], memory, now)) all.push_back({i, *finding});
  return all;
}

void tell(const std::vector<Seen>& all, std::int32_t current, std::vector<Step>& steps) {
  for (const Seen& seen : all) {
    const Finding& found = seen.finding;
    const Reason reason = found.kind == FindingKind::surge ? Reason::demand_surge : Reason::demand_drop;
    steps.push_back(Step{Stage::surge_and_forecast,
                         subject_of(seen.signal),
                         current,
                         current,
                         reason,
                         {found.value, found.expected_low, found.expected_high, found.score}});
  }
}

struct Ahead {
  std::uint32_t signal = 0;
  std::int32_t replicas = 0;
  double value = 0;
  const WatchMemory* watch = nullptr;
};

/// What a signal that runs ahead asks for.
std::optional<Ahead> ahead(const Workload& workload, const Memory& memory, const GradedSignal& signal,
                           ReplicaCounts counts, const std::vector<Seen>& all) {
  const Signal& spec = workload.signals[signal.index];
  const WatchMemory* watch = find_watch(memory, spec.fingerprint);
  if (watch == nullptr || signal.grade != Grade::fresh) return std::nullopt;
  const auto value = agreed(watch->fast);
  if (!value) return std::nullopt;
  const auto seen = std::ranges::find(all, signal.index, &Seen::signal);
  const bool found = seen != all.end() && seen->finding.kind == FindingKind::surge;
  const bool panics =
      !has_learned(watch->detector) && watch->fast.value > 0 && *value >= kPanicThreshold * watch->fast.value;
  if (!found && !panics) return std::nullopt;
  counts.ready = std::min({counts.ready, watch->fast.ready, watch->fast.ready_before});
  GradedSignal newest = signal;
  newest.total = spec.target_type == TargetType::utilization ? *value * static_cast<double>(signal.samples) : *value;
  std::vector<Step> not_told;
  const Proposal asked = propose(workload, newest, counts, not_told);
  if (!asked.replicas) return std::nullopt;
  return Ahead{signal.index, *asked.replicas, *value, watch};
}

/// The signal that asks for the most, or, by `Combine::min`, for the least, when all of them run ahead.
std::optional<Ahead> ahead_of_all(const Workload& workload, const Memory& memory,
                                  const std::vector<GradedSignal>& signals, ReplicaCounts counts,
                                  const std::vector<Seen>& all) {
  const bool least = workload.combine == Combine::min;
  std::optional<Ahead> chosen;
  for (const GradedSignal& signal : signals) {
    if (!has_target(workload, signal.index)) continue;
    const auto one = ahead(workload, memory, signal, counts, all);
    if (!one && least) return std::nullopt;
    if (one && (!chosen || (least ? one->replicas < chosen->replicas : one->replicas > chosen->replicas))) chosen = one;
  }
  return chosen;
}

/// Keeps the highest that was asked for while it is held.
void remember(const Workload& workload, Memory& memory, const Ahead& found, TimePoint now) {
  const Duration hold = std::max(found.watch->window, kStableWindow);
  const bool held = memory.surge && memory.surge->replicas >= found.replicas;
  if (!held) memory.surge = SurgeMemory{workload.signals[found.signal].fingerprint, found.replicas, now, {}};
  memory.surge->until = std::max(memory.surge->until, found.watch->fast.at + hold);
}

std::uint32_t index_of(const Workload& workload, Fingerprint signal) {
  const auto found = std::ranges::find(workload.signals, signal, &Signal::fingerprint);
  return static_cast<std::uint32_t>(found == workload.signals.end() ? 0 : found - workload.signals.begin());
}

/// At least what the surge needs: a raise, or less of a shrink.
std::optional<std::int32_t> not_below(const Workload& workload, const SurgeMemory& held,
                                      const std::optional<Ahead>& found, std::int32_t current,
                                      std::optional<std::int32_t> proposal, TimePoint now, std::vector<Step>& steps) {
  const std::int32_t before = proposal.value_or(current);
  if (held.replicas <= before) return proposal;
  Step step{Stage::surge_and_forecast, subject_of(index_of(workload, held.signal)), before, held.replicas};
  if (found) {
    step.subject = subject_of(found->signal);
    step.reason = Reason::surge_found;
    step.numbers = {found->value, found->watch->fast.value, seconds(found->watch->window)};
  } else {
    step.reason = Reason::surge_hold;
    step.numbers = {seconds(now - held.found), seconds(held.until - now)};
  }
  steps.push_back(step);
  return held.replicas;
}

/// A drop is not believed at once. Nothing: hold, which stabilization does not take for a proposal.
std::optional<std::int32_t> unless_dropped(const Workload& workload, const std::vector<Seen>& all, std::int32_t current,
                                           std::optional<std::int32_t> proposal, TimePoint now,
                                           std::vector<Step>& steps) {
  if (!proposal || *proposal >= current) return proposal;
  const Duration longest = shrink_window(workload);
  for (const Seen& seen : all) {
    const Duration lasts = now - seen.finding.since;
    if (seen.finding.kind != FindingKind::drop || !has_target(workload, seen.signal) || lasts >= longest) continue;
    steps.push_back(Step{Stage::surge_and_forecast,
                         subject_of(seen.signal),
                         *proposal,
                         current,
                         Reason::drop_hold,
                         {seen.finding.value, seen.finding.expected_low, seconds(lasts), seconds(longest)}});
    return std::nullopt;
  }
  return proposal;
}

}  // namespace

std::optional<std::int32_t> surge(const Workload& workload, Memory& memory, const Observation& observation,
                                  const std::vector<GradedSignal>& signals, ReplicaCounts counts,
                                  std::optional<std::int32_t> proposal, std::vector<Step>& steps) {
  const TimePoint now = observation.at;
  const std::vector<Seen> all = findings(workload, memory, now);
  tell(all, counts.current, steps);
  if (memory.surge && (workload.surge.mode == StageMode::off || now >= memory.surge->until)) memory.surge.reset();
  if (workload.surge.mode == StageMode::off) return proposal;

  const std::size_t mine = steps.size();
  const auto found = ahead_of_all(workload, memory, signals, counts, all);
  if (found) remember(workload, memory, *found, now);
  std::optional<std::int32_t> result = proposal;
  if (memory.surge) result = not_below(workload, *memory.surge, found, counts.current, result, now, steps);
  result = unless_dropped(workload, all, counts.current, result, now, steps);
  if (workload.surge.mode == StageMode::enforce) return result;
  for (std::size_t i = mine; i < steps.size(); ++i) steps[i].dry_run = true;
  return proposal;
}

}  // namespace ballast
