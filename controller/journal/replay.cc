#include "controller/journal/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "controller/engine/fold.h"
#include "controller/journal/codec.h"
#include "core/reason.h"

namespace ballast {
namespace {

/// Walks one workload's log with the state that the ticks were decided on.
class Replayer {
 public:
  Replayer(History& history, std::string workload, const CompileDocument& compile, Replay& replay)
      : history_(history), workload_(std::move(workload)), compile_(compile), replay_(replay) {}

  /// A snapshot is taken as it is where the fold was lost; else the fold goes on, and checks the snapshot by its ticks.
  void on_snapshot(const Snapshot& snapshot) {
    if (state_ && state_->sequence == snapshot.sequence) return;
    std::vector<std::string> dropped;
    state_ = from_parts(snapshot.parts, snapshot.sequence, dropped);
    // No decision rests on the status: one of another version is no damage.
    std::erase(dropped, "status");
    for (const std::string& part : dropped) damage("snapshot " + std::to_string(snapshot.sequence) + ": part " + part);
  }

  void on_frame(const Frame& frame) {
    if (state_ && frame.sequence != state_->sequence + 1) state_.reset();
    const Workload* workload = state_ ? compiled(frame.document) : nullptr;
    if (workload == nullptr) {
      state_.reset();
      ++replay_.skipped;
      return;
    }
    const Plan plan = fold(*workload, *state_, frame);
    ++replay_.frames;
    if (digest(plan, state_->memory) == frame.digest) return;
    ++replay_.different;
    if (replay_.differences.size() < kDifferencesKept) keep(frame, plan);
    state_.reset();
  }

  void damage(const std::string& what) {
    if (replay_.damage.size() < kDifferencesKept) replay_.damage.push_back(workload_ + ": " + what);
    state_.reset();
  }

 private:
  const Workload* compiled(Fingerprint document) {
    const auto known = workloads_.find(document);
    if (known != workloads_.end()) return known->second ? &*known->second : nullptr;
    std::optional<Workload>& workload = workloads_[document];
    auto text = history_.document(document);
    if (!text || !*text) return nullptr;
    auto made = compile_(**text, workload_);
    if (!made) return nullptr;
    workload = std::move(*made);
    workload->document = document;
    return &*workload;
  }

  void keep(const Frame& frame, const Plan& plan) {
    Difference difference;
    difference.workload = workload_;
    difference.sequence = frame.sequence;
    difference.at = frame.observation.at;
    difference.now = decision_of(plan, frame.observation.orders);
    const TimePoint after = frame.observation.at + Duration{1};
    if (auto records = history_.records(workload_, frame.observation.at, after, 1); records && !records->empty())
      difference.recorded = std::move(records->back());
    replay_.differences.push_back(std::move(difference));
  }

  History& history_;
  std::string workload_;
  const CompileDocument& compile_;
  Replay& replay_;
  std::optional<WorkloadState> state_{};
  std::map<Fingerprint, std::optional<Workload>> workloads_{};
};

}  // namespace

Result<Replay> replay(History& history, const std::string& workload, const CompileDocument& compile) {
  auto names = history.workloads();
  if (!names) return names.error();
  if (!workload.empty()) {
    if (std::find(names->begin(), names->end(), workload) == names->end())
      return Error{Errc::not_found, "journal: no workload " + workload};
    *names = {workload};
  }
  Replay result;
  for (const std::string& name : *names) {
    Replayer replayer(history, name, compile, result);
    History::Walk walk{[&replayer](const Snapshot& snapshot) { replayer.on_snapshot(snapshot); },
                       [&replayer](const Frame& frame) { replayer.on_frame(frame); },
                       [&replayer](const std::string& what) { replayer.damage(what); }};
    if (auto walked = history.walk(name, walk); !walked) return walked.error();
  }
  return result;
}

std::string to_text(const Replay& replay) {
  std::string out = fmt::format("{} ticks decided again: {} as then, {} different, {} skipped\n", replay.frames,
                                replay.frames - replay.different, replay.different, replay.skipped);
  for (const Difference& difference : replay.differences) {
    out += fmt::format("{} tick {}: now {} replicas, {}", difference.workload, difference.sequence,
                       difference.now.replicas, info(difference.now.reason).code);
    if (difference.recorded)
      out += fmt::format("; then {} replicas, {}", difference.recorded->replicas_after,
                         info(difference.recorded->reason).code);
    out += "\n";
  }
  if (replay.different > replay.differences.size())
    out += fmt::format("and {} more\n", replay.different - replay.differences.size());
  for (const std::string& damage : replay.damage) out += "unreadable: " + damage + "\n";
  return out;
}

bool replay_succeeds(const Replay& replay, bool strict) {
  return strict ? replay.clean() && replay.skipped == 0 : replay.damage.empty();
}

}  // namespace ballast
