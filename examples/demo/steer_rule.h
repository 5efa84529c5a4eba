// The other two autoscalers of the demo, each as one decision each 15 s: the HPA's arithmetic over utilization, and
// KEDA's rules over a metric. The arithmetic is Ballast's own `hpa`, which is equal to Kubernetes' on vectors of the
// original.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/memory.h"
#include "policies/scaling/hpa.h"

namespace ballast_demo {

enum class Rule {
  hpa,   ///< busy workers at 60 % on average; no answer: nothing is done
  keda,  ///< 18 arrivals a second for each worker; no value is 0, as `ignoreNullValues` says by default
};
std::optional<Rule> rule_named(std::string_view name);

/// What an autoscaler of its kind reads.
struct Steered {
  std::int32_t current = 0;
  std::int32_t ready = 0;
  std::optional<double> value{};  ///< busy workers, or arrivals a second; nothing: there was no sample
  bool answered = true;           ///< the source did
};

class Steer {
 public:
  Steer(Rule rule, std::int32_t min, std::int32_t max);
  /// The replicas from now on; nothing: they stay.
  std::optional<std::int32_t> decide(const Steered& seen, ballast::TimePoint now);

 private:
  Rule rule_;
  ballast::HpaSpec spec_{};
  ballast::ScaleMemory memory_{};
  ballast::HpaStatus status_{};
};

}  // namespace ballast_demo
