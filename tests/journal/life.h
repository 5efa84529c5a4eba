// A workload that lives through a rising and falling load, journaled as the engine does it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/engine/fold.h"
#include "controller/journal/explain.h"
#include "controller/journal/journal.h"
#include "core/workload.h"

namespace ballast {

/// `target 8` is a document of these tests: in_flight has this target a replica.
Result<Workload> compile_life(const std::string& text, const std::string& name);

class Life {
 public:
  Life(std::string name, Journal& journal) : name_(std::move(name)), journal_(journal) { use("target 8"); }
  /// Another document from the next tick on.
  void use(const std::string& text);
  /// The state is gone, as when the process dies; it comes back from the journal.
  void die_and_recover();
  /// One tick, five seconds after the one before; a new member is named each time one is started.
  Plan tick(double in_flight, bool answered = true);
  void snapshot();
  [[nodiscard]] const WorkloadState& state() const { return state_; }
  [[nodiscard]] const Workload& workload() const { return workload_; }
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] const std::vector<Decision>& decisions() const { return decisions_; }

 private:
  std::string name_;
  Journal& journal_;
  Workload workload_{};
  std::string text_{};
  WorkloadState state_{};
  TimePoint now_{std::chrono::seconds{1'700'000'000}};
  std::int32_t desired_ = 2;
  std::optional<Outcome> outcome_{};
  std::vector<Decision> decisions_{};
};

}  // namespace ballast
