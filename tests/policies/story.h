// A workload and a world in a few words, for tests that read as minutes passing.
#pragma once

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/evaluate.h"

namespace ballast::story {

inline constexpr TimePoint kStart{std::chrono::seconds{1'700'000'000}};
inline constexpr Fingerprint kLoad = 11;

inline TimePoint at(int second) { return kStart + std::chrono::seconds{second}; }

/// One signal `load`, AverageValue 100, 1 to 20 replicas, 5 s ticks.
inline Workload workload() {
  Workload w{.name = "default/web", .target_kind = "process", .target_name = "web", .max_replicas = 20};
  w.signals = {
      Signal{.name = "load", .fingerprint = kLoad, .target_type = TargetType::average_value, .target_milli = 100'000}};
  return w;
}

inline Observation seen(int second, int replicas) {
  Observation o{.at = at(second)};
  o.target = ObservedTarget{.uid = "u1", .version = "1", .desired = replicas, .existing = replicas, .ready = replicas};
  o.evidence_from = kStart;
  return o;
}

inline void add_value(Observation& o, double value, Fingerprint signal = kLoad) {
  o.arrivals.push_back(
      Arrival{.signal = signal, .at = o.at, .reading = Reading{o.at, {}, {Sample{.value = value, .at = o.at}}}});
}

inline void add_error(Observation& o, Errc code, Fingerprint signal = kLoad) {
  o.arrivals.push_back(Arrival{.signal = signal, .at = o.at, .error = Error{code, "source"}});
}

inline bool has(const Plan& plan, Reason reason) {
  for (const Step& step : plan.steps)
    if (step.reason == reason) return true;
  return false;
}

}  // namespace ballast::story
