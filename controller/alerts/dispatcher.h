// Tells people, and forgets nobody: what policies/alerting/dispatch.h decides is written to the journal, delivered, and
// its outcome written down again. On the engine's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/engine/state.h"
#include "controller/journal/first_rows.h"
#include "controller/journal/journal.h"
#include "core/alert.h"
#include "core/memory.h"
#include "core/ports.h"
#include "core/task.h"
#include "core/workload.h"
#include "io/time_source.h"
#include "io/wakeable.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

/// By name, as in `Routing::receivers`.
using Notifiers = std::map<std::string, std::shared_ptr<Notifier>>;

/// For logs and metrics. All optional.
struct AlertEvents {
  std::function<void(const Alert&)> changed{};  ///< it began or ended
  std::function<void(const Notification&, const Delivery&)> tried{};
  std::function<void(const std::string& what)> trouble{};
};

/// Ballast itself, as a workload: its receivers. No document has a name without a namespace.
inline constexpr std::string_view kSelf = "ballast";

class AlertDispatcher {
 public:
  /// `time` and `journal` outlive the dispatcher.
  AlertDispatcher(TimeSource& time, Journal& journal, AlertEvents events = {});

  /// Another route or other receivers, from now on. What fails is tried again at once.
  void configure(Routing routing, Notifiers notifiers);
  /// Reads what has still to be told and tells it, until `stop`. Rows that the journal does not give or take are tried
  /// again; what begins meanwhile is told.
  Task<void> run();
  void stop();
  /// Returns once the rows are read, or cannot be for long.
  Task<void> loaded() { return rows_.awaited(); }

  /// What a tick of a workload reported. `run` writes it down and tells it.
  void take(const Workload& workload, const WorkloadState& state, const std::vector<AlertTransition>& transitions);
  /// After the history of a workload was read: what it says fires, fires; the rest is over.
  /// `whole`: all of it could be read; else what it does not know goes on firing, and is returned, to be remembered.
  std::vector<AlertMemory> reconcile(const Workload& workload, const WorkloadState& state, bool whole);
  /// There is no such workload any more: its alerts are over.
  void forget(const std::string& workload);
  /// Of alerts of the last run: those of other workloads are over.
  void keep_only(std::set<std::string> workloads);
  /// Writes all that changed. Returns once it is on the disk, or cannot be. For the end; `run` does it by itself.
  Task<void> write_down();

  [[nodiscard]] const AlertBook& book() const { return book_; }
  [[nodiscard]] const Routing& routing() const { return routing_; }

 private:
  Task<void> load();
  /// Of all that changed, as it is now.
  [[nodiscard]] std::vector<PairToWrite> rows_to_write() const;
  void all_unwritten();
  Task<void> deliver(Attempt attempt);
  void watch(const std::string& receiver, const Delivery& delivery);
  void end_of_unasked();
  void open(EpisodeKey key, Alert alert);
  void end(const EpisodeKey& key);
  void changed(const Changes& changes);
  void wake();
  [[nodiscard]] WallTime wall_of(TimePoint at) const;
  [[nodiscard]] std::vector<EpisodeKey> firing(const std::string& workload) const;

  TimeSource& time_;
  Journal& journal_;
  AlertEvents events_;
  Routing routing_{};
  Notifiers notifiers_{};
  AlertBook book_{};
  std::set<EpisodeKey> unwritten_episodes_{};
  std::set<GroupKey> unwritten_groups_{};
  std::map<std::string, TimePoint> failing_since_{};  ///< by receiver
  FirstRows rows_;
  std::optional<std::set<std::string>> only_{};  ///< to be kept once the rows are read
  std::set<std::string> known_{};                ///< whose alerts are all in the book, rows or not
  std::uint32_t file_ = 0;                       ///< of the journal, that holds what was written
  bool journal_ok_ = true;
  bool stopping_ = false;
  Wakeable* waker_ = nullptr;
  TaskGroup tasks_{};  // last: tasks go before what they use
};

}  // namespace ballast
