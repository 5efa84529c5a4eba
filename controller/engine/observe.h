// From what the ports and probes say (by name) to one observation (by number). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/engine/state.h"
#include "core/observation.h"
#include "core/ports.h"
#include "core/workload.h"

namespace ballast {

/// What was seen at one time; a view that is missing is hidden by the failure beside it.
struct Views {
  std::optional<ScalerView> scaler{};
  std::optional<Failure> scaler_failure{};
  std::vector<std::optional<BalancerView>> balancers{};  ///< by pool
  std::vector<std::optional<Failure>> balancer_failures{};
};

/// A reading that waits for the next tick.
struct NamedArrival {
  Fingerprint signal = 0;
  TimePoint at{};
  Result<NamedReading> reading{Error{}};
};

struct Observed {
  std::vector<Member> members{};  ///< by id
  std::vector<MemberName> new_members{};
  std::optional<ObservedTarget> target{};
  std::vector<Shed> sheds{};  ///< by pool
};

/// Members of the scaler, and those that stand in a pool without it (`gone`). Names not in `names` get the next
/// numbers.
Observed join(const Views& views, const MemberNames& names);

/// Samples of a member that nobody knows stay without member: they count in a total and nowhere else.
Arrival by_number(const NamedArrival& arrival, const MemberNames& names, const std::vector<MemberName>& new_members);

}  // namespace ballast
