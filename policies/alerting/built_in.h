// The alerts that Ballast gives without being asked: one line of a table each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/observation.h"
#include "core/status.h"
#include "core/workload.h"
#include "policies/alerting/rule_state.h"

namespace ballast {

struct BuiltInAlert {
  std::string_view name;
  Severity severity;
  AlertTiming timing;
  /// fmt patterns over {workload} {signal} {current} {desired} {min} {max} {why}; `why` is what the alert's condition
  /// says, and may be empty.
  std::string_view summary;
  std::string_view description;
  /// Of a workload with a target only. Null: it is about each signal of any workload, on its own.
  Judged (*judge)(const Observation& observation, const Status& status);
  ConditionType condition{};  ///< whose message is `why`
  Judged (*judge_signal)(const SignalStatus& signal) = nullptr;
};

/// Sorted by name.
std::span<const BuiltInAlert> built_in_alerts();
/// The same in every version: journals carry it. `signal` is the name of that which it is about; empty: of none.
std::uint64_t fingerprint(const BuiltInAlert& alert, std::string_view signal = {});
struct FoundBuiltIn {
  const BuiltInAlert* alert = nullptr;  ///< null: it is that of a rule, or of no alert of this workload
  std::string_view signal{};            ///< in the workload
};
FoundBuiltIn find_built_in(const Workload& workload, std::uint64_t fingerprint);

}  // namespace ballast
