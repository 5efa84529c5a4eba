#include "policies/scaling/fallback.h"

#include <algorithm>

namespace ballast {
namespace {

SignalMemory& remembered(Memory& memory, Fingerprint signal) {
  const auto known = std::ranges::find(memory.signals, signal, &SignalMemory::fingerprint);
  return known != memory.signals.end() ? *known : memory.signals.emplace_back(SignalMemory{.fingerprint = signal});
}

}  // namespace

void remember_unknown(const Workload& workload, Memory& memory, const std::vector<GradedSignal>& signals, bool at_zero,
                      TimePoint now) {
  for (const GradedSignal& signal : signals) {
    const Signal& spec = workload.signals[signal.index];
    SignalMemory& known = remembered(memory, spec.fingerprint);
    const bool missed = signal.grade != Grade::fresh && !(at_zero && !spec.activation_milli);
    if (!missed)
      known.unknown_since.reset();
    else if (!known.unknown_since)
      known.unknown_since = now;
  }
}

std::optional<Duration> in_fallback(const Workload& workload, const Memory& memory, const Signal& signal,
                                    TimePoint now) {
  if (signal.target_type == TargetType::none) return std::nullopt;
  const SignalMemory* known = find(memory, signal.fingerprint);
  if (known == nullptr || !known->unknown_since) return std::nullopt;
  const Duration unknown = now - *known->unknown_since;
  return unknown >= workload.fallback.after ? std::optional{unknown} : std::nullopt;
}

std::int32_t fallback_replicas(const Fallback& fallback, std::int32_t replicas) {
  if (fallback.behavior == FallbackBehavior::current_replicas) return replicas;
  return std::max(replicas, fallback.replicas.value_or(replicas));
}

void fall_back(const Workload& workload, const Memory& memory, std::int32_t current, TimePoint now, Proposal& proposal,
               std::vector<Step>& steps) {
  if (proposal.known) return;
  const auto unknown = in_fallback(workload, memory, workload.signals[proposal.signal], now);
  if (!unknown) return;
  const std::int32_t replicas = fallback_replicas(workload.fallback, current);
  if (replicas < proposal.replicas.value_or(0)) return;  // its last value is young and asks for more
  if (replicas > current) proposal.replicas = replicas;
  steps.push_back(Step{Stage::propose,
                       {Subject::Kind::signal, proposal.signal},
                       current,
                       replicas,
                       replicas > current ? Reason::fallback_replicas : Reason::fallback_current,
                       {seconds(*unknown), seconds(workload.fallback.after)}});
}

}  // namespace ballast
