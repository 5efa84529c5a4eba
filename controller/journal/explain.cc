#include "controller/journal/explain.h"

#include <algorithm>
#include <utility>

#include "controller/engine/fold.h"
#include "controller/journal/codec.h"

namespace ballast {
namespace {

/// The document's workload; nothing when its text is gone or not understood any more, which `note` tells.
std::optional<Workload> workload_at(History& history, const Frame& frame, const CompileDocument& compile,
                                    std::string& note) {
  auto text = history.document(frame.document);
  if (!text || !*text) {
    note = "the document of that time is no longer in the journal, so it cannot be decided again";
    return std::nullopt;
  }
  auto workload = compile(**text, frame.workload);
  if (!workload) {
    note = "the document of that time cannot be read any more: " + workload.error().message;
    return std::nullopt;
  }
  workload->document = frame.document;
  return std::move(*workload);
}

Known known_of(const Workload& workload, const Frame& frame, const WorkloadState& state, const Plan& plan) {
  Known known;
  for (const std::uint16_t window : frame.observation.windows)
    if (window < workload.schedules.size()) known.schedules.push_back(workload.schedules[window].name);
  known.tzdata = frame.observation.tzdata;
  known.target = frame.observation.target;
  known.write = plan.write;
  known.same = digest(plan, state.memory) == frame.digest;
  for (const SignalStatus& signal : state.status.signals)
    known.signals.push_back(KnownSignal{signal.name, signal.grade, signal.value, signal.target, signal.age});
  return known;
}

/// Folds up to the last frame and explains it; nothing when it cannot be.
std::optional<Explanation> decide_again(History& history, Recovered leading, const CompileDocument& compile,
                                        std::string& note) {
  if (leading.frames.empty()) return std::nullopt;
  Frame last = std::move(leading.frames.back());
  leading.frames.pop_back();
  auto workload = workload_at(history, last, compile, note);
  if (!workload) return std::nullopt;
  const auto other = [&](Fingerprint fingerprint) -> Result<Workload> {
    Frame named = last;
    named.document = fingerprint;
    std::string ignored;
    auto found = workload_at(history, named, compile, ignored);
    if (!found) return Error{Errc::not_found, ignored};
    return std::move(*found);
  };
  WorkloadState state = restore(leading, *workload, other);
  const std::optional<Decision> before = state.decision;
  const Plan plan = fold(*workload, state, last);
  Explanation explanation;
  explanation.record = record_of(*workload, state, last.observation, plan);
  explanation.known = known_of(*workload, last, state, plan);
  explanation.kept = before != state.decision;
  note = leading.damage;
  return explanation;
}

std::optional<Record> last_record(History& history, const std::string& workload, TimePoint until) {
  auto records = history.records(workload, TimePoint::min(), until, 1);
  if (!records || records->empty()) return std::nullopt;
  return std::move(records->back());
}

/// The record is what was decided then, whatever this version would decide.
void prefer_record(std::optional<Explanation>& explanation, const std::optional<Record>& record) {
  if (!record || (explanation && explanation->record.sequence != record->sequence)) return;
  if (!explanation) explanation.emplace();
  explanation->record = *record;
  explanation->kept = true;
}

Error nothing_known(const std::string& workload, bool at_a_time, const std::string& note) {
  return {Errc::not_found, "journal: nothing is known of " + workload + (at_a_time ? " at that time" : "") +
                               (note.empty() ? "" : ": " + note)};
}

}  // namespace

Result<Explanation> explain(History& history, const std::string& workload, std::optional<TimePoint> at,
                            const CompileDocument& compile) {
  const TimePoint until = at ? *at : TimePoint::max();
  const TimePoint beyond = at ? *at + Duration{1} : TimePoint::max();
  const auto record = last_record(history, workload, beyond);
  auto leading = history.until(workload, at || !record ? until : record->at);
  if (!leading) return leading.error();
  std::string note;
  std::optional<Explanation> explanation;
  if (*leading) explanation = decide_again(history, std::move(**leading), compile, note);
  prefer_record(explanation, record);
  if (!explanation) return nothing_known(workload, at.has_value(), note);
  explanation->note = std::move(note);
  return std::move(*explanation);
}

}  // namespace ballast
