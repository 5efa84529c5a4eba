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
  /// fmt patterns over {workload} {current} {desired} {min} {max} {why}; `why` is what the alert's condition says, and
  /// may be empty.
  std::string_view summary;
  std::string_view description;
  /// Of a workload with a target only, unless `of_all`.
  Judged (*judge)(const Observation& observation, const Status& status);
  bool of_all = false;
  ConditionType condition{};  ///< whose message is `why`
};

/// Sorted by name.
std::span<const BuiltInAlert> built_in_alerts();
/// The same in every version: journals carry it.
std::uint64_t fingerprint(const BuiltInAlert& alert);
/// Null: it is that of a rule, or of a version with more of them.
const BuiltInAlert* find_built_in(std::uint64_t fingerprint);

}  // namespace ballast
