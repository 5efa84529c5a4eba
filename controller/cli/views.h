// What the daemon and the commands show of a workload: JSON for scripts, lines for people. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/config/config.h"
#include "controller/engine/state.h"
#include "controller/journal/journal.h"
#include "controller/server/metrics.h"
#include "core/observation.h"
#include "core/status.h"
#include "core/workload.h"

namespace ballast {

/// One workload as `ballast status` and /api/v1/policies show it.
struct PolicyView {
  std::string name{};
  std::string target{};  ///< `process web`
  Mode mode = Mode::enforce;
  Status status{};
  std::string note{};           ///< of the scaler
  std::vector<Order> orders{};  ///< of people, in force
  TimePoint at{};               ///< of the last tick
};

/// Whether a workload runs on the documents that people wrote.
struct InForce {
  bool runs = false;                 ///< on these documents or, refused, on the version before
  std::optional<Failure> refused{};  ///< why not on these, and since when
  TimePoint since{};                 ///< that what runs began
};
/// Adds the condition InForce. What does not run at all is neither Ready nor AbleToScale, whatever its last tick said.
void add_in_force(PolicyView& policy, const InForce& in_force);

/// A Monitor: it steers nothing, and has no replicas.
bool is_monitor(const PolicyView& policy);

/// A JSON array; stable keys, in the words of autoscaling/v2. `now` gives ages.
std::string to_json(const std::vector<PolicyView>& policies, TimePoint now);
/// `[{kind, given, until, who, why}]`, of a Scale with `replicas`, of a Freeze with `direction`. `until` is null where
/// it has no end.
std::string to_json(const std::vector<Order>& orders);
/// A table with a line a policy: MODE REFERENCE SIGNALS(71/80) MIN MAX REPLICAS READY DESIRED REASON AGE.
std::string to_table(const std::vector<PolicyView>& policies, TimePoint now);
/// Ready, on the documents in force, and not silent for more than a minute; a Monitor has nothing to be ready.
bool is_well(const PolicyView& policy, TimePoint now);

PolicyMetrics to_metrics(const PolicyView& policy);

/// `spec.behavior.scaleDown…: 15s (default 5m)`: what a document sets away from the defaults, for people who know
/// those.
std::vector<std::string> differences_from_defaults(const CompiledWorkload& compiled);

/// What a Configuration document says about the journal.
void apply_configuration(const ConfigurationSpec& configuration, JournalOptions& options);

/// RFC 3339 with milliseconds, UTC.
std::string to_rfc3339(TimePoint at);

}  // namespace ballast
