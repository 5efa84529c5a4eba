// A controller process of a play: the real engine over the real journal, gone at once when it is destroyed.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controller/alerts/dispatcher.h"
#include "controller/engine/engine.h"
#include "controller/journal/journal.h"
#include "controller/orders/order_book.h"
#include "tests/inline_executor.h"
#include "tests/lossy_vfs/lossy_vfs.h"
#include "tests/sim/fakes.h"
#include "tests/sim/oracle.h"
#include "tests/sim/run.h"
#include "tests/sim/sim_clock.h"

namespace ballast::sim {

inline constexpr const char* kJournalPath = "/journal.db";

class Process {
 public:
  /// Opens the journal. The stage outlives it.
  Process(Stage& stage, EngineEvents events);
  /// Why it could not start; empty: it runs.
  [[nodiscard]] const std::string& failure() const { return failure_; }

  /// What was done must have been written down first: the newest tick in the journal is the one that acted, or later.
  /// About what the process before this one did; before `run`, which writes.
  void judge_journal(std::vector<Violation>& found);
  /// From now on it decides and acts, as time passes.
  void run();
  /// The documents of a service as they are now.
  void put(std::size_t service);
  /// An orderly end, as time passes.
  void leave() { engine_->remove(first().name); }
  /// The end of all of it, with patience.
  Task<void> shut_down() { return engine_->shutdown(std::chrono::seconds{5}); }
  /// A person says something about the first service.
  void say(const FaultPlan::Word& word);
  /// As the daemon's /healthz asks.
  [[nodiscard]] Duration behind() const { return engine_->behind(); }
  /// What fires, by what its workloads remember: `shop/web MaxedOut` and when it began.
  [[nodiscard]] std::set<std::pair<std::string, TimePoint>> firing() const;
  [[nodiscard]] const Engine& engine() const { return *engine_; }
  /// What status says now.
  void show_status();
  /// The newest decision; null before the first one and when there is no such workload.
  [[nodiscard]] const Plan* decision(std::size_t service) const;

 private:
  [[nodiscard]] const Workload& first() const { return stage_.sites.front().service->workload; }
  /// Only one may have the target of a service: the first to ask. In DryRun it needs none.
  Result<Locks> lock(std::size_t service);
  /// Lets time pass before it is heard.
  Task<void> say_late(FaultPlan::Word word);
  void tell_order(const FaultPlan::Word& word);
  void tell_people();
  Task<void> keep_orders();

  Stage& stage_;
  EngineEvents events_;
  InlineExecutor executor_{};
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Journal> journal_{};
  std::unique_ptr<AlertDispatcher> alerts_{};
  std::unique_ptr<OrderBook> orders_{};
  std::map<const World*, std::weak_ptr<const void>> owned_{};
  std::map<const World*, std::string> owners_{};
  std::unique_ptr<Engine> engine_{};
  TaskGroup telling_{};  // before what it uses goes
  std::string failure_{};
};

/// Decides every tick again that the journal still has; nobody must have it open.
void judge_replay(const Play& play, const LossyDisk& disk, Outcome& outcome);

}  // namespace ballast::sim
