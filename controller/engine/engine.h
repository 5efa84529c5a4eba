// All workloads of one process on one thread. Everything it needs comes from outside: clocks, fetcher, journal, ports;
// so the simulation runs this very code.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/engine/polls.h"
#include "controller/engine/runner.h"

namespace ballast {

class Engine {
 public:
  /// All arguments outlive the engine. `alerts` and `orders` may be null: nobody is told, nobody says anything.
  Engine(TimeSource& time, Fetcher& fetcher, Journal& journal, EngineEvents events, CompileText compile,
         AlertDispatcher* alerts = nullptr, OrderBook* orders = nullptr);

  /// Adds a workload, or puts another version of it in force.
  void put(const std::string& name, Bind bind);
  /// Decides for it now: somebody ordered something.
  void nudge(const std::string& name);
  /// Stops deciding for a workload; its members are left as they are.
  void remove(const std::string& name);
  /// Ends all ticks and takes last snapshots. Gives up after `patience`.
  Task<void> shutdown(Duration patience);

  [[nodiscard]] const Runner* find(const std::string& name) const;
  [[nodiscard]] const std::map<std::string, std::unique_ptr<Runner>>& runners() const { return runners_; }
  /// The longest time since a runner's tick began, or it was bound, beyond its longest pause: zero when all that run
  /// make progress.
  [[nodiscard]] Duration behind() const;

 private:
  /// Runs `runner` once those that left before it have ended.
  Task<void> run_after_others(Runner* runner, TimePoint first);
  /// When a new workload ticks first: many do so one after the other, 2,000 a second.
  TimePoint next_start();

  Polls polls_;
  Surroundings around_;
  std::map<std::string, std::unique_ptr<Runner>> runners_{};
  std::vector<std::unique_ptr<Runner>> leaving_{};
  TimePoint next_start_{};
  TaskGroup tasks_{};  // last: tasks go before what they use
};

}  // namespace ballast
