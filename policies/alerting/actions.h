// What rules do when they fire, beside telling people: each action once for each firing, tried until it is done. As
// values and pure functions; controller/actions/ keeps and drives them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/alert.h"
#include "core/ports.h"
#include "core/time.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

/// One action of a rule.
struct ActionRule {
  std::string name{};         ///< its place among those of the rule, and its kind: `0:restart`
  bool while_firing = false;  ///< it is not wanted any more once the alert is over
  bool operator==(const ActionRule&) const = default;
};
using ActionRules = std::map<std::uint64_t, std::vector<ActionRule>>;  ///< by the alert's fingerprint

struct ActionKey {
  EpisodeKey episode{};
  std::string action{};  ///< `ActionRule::name`
  auto operator<=>(const ActionKey&) const = default;
};

/// An action that is wanted, or was done for an alert that still fires: then it is not done again.
struct WantedAction {
  Alert alert{};           ///< as it was when the action was first wanted
  Batch batch{};           ///< its key and its tries; no entries
  bool done = false;       ///< or given up
  bool in_flight = false;  ///< not kept over a restart
  bool operator==(const WantedAction&) const = default;
};
using ActionBook = std::map<ActionKey, WantedAction>;

/// Beyond, what begins to fire has no actions.
inline constexpr std::size_t kMaxActions = 10'000;
/// What cannot be done for so long is given up.
inline constexpr Duration kPatienceWithAction = std::chrono::hours{24};

/// Adds what firing alerts ask for; drops what is done or not wanted of alerts that are over, and what no rule has any
/// more. Repeating it is harmless. Returns the keys of what came or went.
std::vector<ActionKey> want_actions(ActionBook& book, const ActionRules& rules,
                                    const std::map<EpisodeKey, Alert>& episodes, TimePoint now);
/// What is only for a firing alert, of one that began before `began`, is not tried before `until`: after a start nobody
/// knows yet whether it still fires. Repeating it is harmless.
void hold_back(ActionBook& book, const ActionRules& rules, TimePoint began, TimePoint until);
/// What is to be tried now and is not in flight, longest due first; so many that no more than `at_most` are in flight.
std::vector<ActionKey> due_actions(const ActionBook& book, TimePoint now, std::size_t at_most);
/// When `due_actions` will next have something; nothing: not before the book changes.
std::optional<TimePoint> next_action(const ActionBook& book);
/// How an attempt ended. False: it failed, and is now given up.
bool settle_action(ActionBook& book, const ActionKey& key, const Delivery& delivery, TimePoint now);

/// The same on each try, after a restart too, and of no other action or firing.
std::string key_of(const ActionKey& key);
/// What whoever does it is told: one alert, firing.
Notification notification_of(const ActionKey& key, const WantedAction& action);

}  // namespace ballast
