// The action `restart`: a rule orders what a person orders with `ballast restart`, and not in a loop. What was ordered
// is kept in the journal, so that no restart of Ballast makes it forget. On the engine's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "controller/config/balancing_policy.h"
#include "controller/journal/journal.h"
#include "core/field.h"
#include "core/observation.h"
#include "core/ports.h"
#include "core/result.h"
#include "core/task.h"
#include "io/time_source.h"

namespace ballast {

/// `restart: {scalingPolicyRef: {name: checkout}, maxPerHour: 1}`
struct RestartAction {
  ObjectRef scaling_policy_ref{};
  std::int32_t max_per_hour = 1;
  bool operator==(const RestartAction&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"scalingPolicyRef", &RestartAction::scaling_policy_ref, "",
              "The policy whose members are replaced, one after the other and drained, as `ballast restart` does it. "
              "A pause, a freeze and a restart under way are waited for as long as the alert fires.",
              Limits{.required = true}},
        Field{"maxPerHour", &RestartAction::max_per_hour, "restarts",
              "The most within any hour; those that other rules ordered for this policy count too. What is too many "
              "waits, and is not done any more once the alert is over.",
              Limits{.min = 1, .max = 60}}};
  }
};

/// All keys of its rows begin with it, the policy's name follows.
inline constexpr std::string_view kRestartRows = "restarts/";

/// A restart that a rule ordered.
struct RuleRestart {
  std::string key{};  ///< of the action and its firing
  TimePoint at{};
  bool operator==(const RuleRestart&) const = default;
};
std::string restarts_row(const std::vector<RuleRestart>& restarts);
/// Errors: invalid.
Result<std::vector<RuleRestart>> read_restarts_row(const std::string& row);
/// How long until another one is within `max_per_hour`; zero: now. Example, 2 an hour, ordered 50 and 20 minutes ago:
/// 10 minutes.
Duration wait_for_restart(const std::vector<RuleRestart>& restarts, std::int32_t max_per_hour, TimePoint now);

/// How orders are given.
struct RestartOrders {
  /// Whether this one would be done now. Errors: not_found (no such policy), invalid (it restarts nothing), conflict
  /// (somebody paused or froze it, or a restart is under way), unavailable.
  std::function<Result<Done>(const std::string& policy, const Order& order)> may{};
  /// Gives it.
  std::function<void(const std::string& policy, Order order)> give{};
};

class RestartDesk {
 public:
  /// All that it is given outlives it.
  RestartDesk(TimeSource& time, Journal& journal, RestartOrders orders)
      : time_(time), journal_(journal), orders_(std::move(orders)) {}

  struct Asked {
    std::string policy{};
    std::int32_t max_per_hour = 1;
    std::string key{};  ///< one that was ordered before is ordered again as it was
    std::string who{};
    std::string why{};
  };
  /// Failures: those of `RestartOrders::may`, rate_limited (with the time to wait), unavailable (the journal).
  Task<Delivery> restart(Asked asked);

 private:
  using Restarts = std::vector<RuleRestart>;
  Task<Result<Done>> read(std::string policy);
  Task<Result<Done>> note(std::string policy, RuleRestart restart);

  TimeSource& time_;
  Journal& journal_;
  RestartOrders orders_;
  std::map<std::string, Restarts> known_{};  ///< by policy, those that were read
};

/// `who` is said to have ordered it, because of the alert's summary.
std::unique_ptr<Notifier> make_restart_action(const RestartAction& spec, std::string policy, std::string who,
                                              RestartDesk& desk);

}  // namespace ballast
