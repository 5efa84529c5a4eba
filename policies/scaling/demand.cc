#include "policies/scaling/demand.h"

#include <algorithm>

#include "policies/traffic/places.h"

namespace ballast {
namespace {

double members_for(const Signal& spec, const GradedSignal& signal, std::int32_t ready) {
  const double target = static_cast<double>(spec.target_milli) / 1000;
  if (spec.target_type == TargetType::average_value) return signal.total / target;
  const auto parts = spec.target_type == TargetType::utilization ? static_cast<double>(signal.samples) : 1.0;
  return signal.total / parts / target * ready;
}

/// Targets are written with room above them. How much is known of a utilization: what there is of the resource.
double room_above(const Signal& spec) {
  if (spec.target_type != TargetType::utilization) return kHeadroom;
  return std::max(1.0, 100.0 * 1000 / static_cast<double>(spec.target_milli));
}

}  // namespace

std::optional<Demand> measured_demand(const Workload& workload, const Memory& memory,
                                      const std::vector<GradedSignal>& signals, std::int32_t ready) {
  const bool least = workload.combine == Combine::min;
  std::optional<Demand> chosen;
  for (const GradedSignal& signal : signals) {
    const Signal& spec = workload.signals[signal.index];
    if (spec.target_type == TargetType::none || spec.target_milli <= 0) continue;
    if (signal.grade != Grade::fresh || signal.samples == 0) {
      if (least) return std::nullopt;
      continue;
    }
    const Reading& newest = *find(memory, spec.fingerprint)->newest;
    const Demand one{std::max(0.0, members_for(spec, signal, ready)), newest.at, reach(spec, newest), room_above(spec)};
    const bool counts = !chosen || (least ? one.members < chosen->members : one.members > chosen->members);
    if (counts) chosen = one;
  }
  return chosen;
}

Duration reach(const Signal& spec, const Reading& reading) {
  return spec.proves_age ? reading.window : reading.window + spec.stale_after;
}

TimePoint measured_since(const Workload& workload, const Memory& memory, TimePoint now) {
  TimePoint oldest = now;
  for (const Signal& spec : workload.signals) {
    const SignalMemory* known = find(memory, spec.fingerprint);
    if (spec.target_type == TargetType::none || known == nullptr || !known->newest) continue;
    oldest = std::min(oldest, known->newest->at - reach(spec, *known->newest));
  }
  return oldest;
}

}  // namespace ballast
