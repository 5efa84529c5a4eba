// Does what rules ask for when they fire: what policies/alerting/actions.h decides is written to the journal, done, and
// its outcome written down again. It looks at what fires (controller/alerts/dispatcher.h), so that nothing is forgotten
// over a restart and nothing is done twice. On the engine's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "controller/alerts/dispatcher.h"
#include "controller/journal/journal.h"
#include "core/ports.h"
#include "core/result.h"
#include "core/task.h"
#include "io/time_source.h"
#include "io/wakeable.h"
#include "policies/alerting/actions.h"

namespace ballast {

/// All keys of its rows begin with it.
inline constexpr std::string_view kActionRows = "action/";
std::string action_row_key(const ActionKey& key);
std::string action_row(const ActionKey& key, const WantedAction& action);
/// Errors: invalid.
Result<std::pair<ActionKey, WantedAction>> read_action_row(const std::string& row);

/// Who does an action, by the alert's fingerprint and the action's name.
using ActionNotifiers = std::map<std::pair<std::uint64_t, std::string>, std::shared_ptr<Notifier>>;

/// For logs and metrics. All optional.
struct ActionEvents {
  std::function<void(const ActionKey&, const Notification&, const Delivery&)> tried{};
  std::function<void(const std::string& what)> trouble{};
};

class RuleActions {
 public:
  /// All outlive it.
  RuleActions(TimeSource& time, Journal& journal, AlertDispatcher& alerts, ActionEvents events = {});

  /// Other rules, from now on.
  void configure(ActionRules rules, ActionNotifiers notifiers);
  /// Reads what has still to be done and does it, until `stop`.
  Task<void> run();
  void stop();
  /// An alert began or ended.
  void wake();
  /// Writes all that changed. Returns once it is on the disk, or cannot be. For the end; `run` does it by itself.
  Task<void> write_down();

  [[nodiscard]] const ActionBook& book() const { return book_; }

 private:
  Task<void> load();
  Task<void> attempt(ActionKey key);
  void trouble(const std::string& what) const;

  TimeSource& time_;
  Journal& journal_;
  AlertDispatcher& alerts_;
  ActionEvents events_;
  ActionRules rules_{};
  ActionNotifiers notifiers_{};
  ActionBook book_{};
  std::set<ActionKey> unwritten_{};
  std::uint32_t file_ = 0;  ///< of the journal, that holds what was written
  bool writable_ = true;
  bool stopping_ = false;
  Wakeable* waker_ = nullptr;
  TaskGroup tasks_{};  // last: tasks go before what they use
};

}  // namespace ballast
