// Why something was decided, for a person who has never seen Ballast: from a record, or from a tick that is decided
// again from the journal with the numbers it had.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/journal/frame.h"
#include "controller/journal/history.h"
#include "core/result.h"
#include "core/workload.h"

namespace ballast {

/// Compiles one workload out of a document's text: of an older version too. Errors: invalid.
using CompileDocument = std::function<Result<Workload>(const std::string& text, const std::string& workload)>;

/// One signal as it stood.
struct KnownSignal {
  std::string name{};
  Grade grade = Grade::missing;
  std::optional<double> value{};
  std::optional<double> target{};
  Duration age{};
  bool operator==(const KnownSignal&) const = default;
};

/// What was known at the tick; only while its frame is in the journal.
struct Known {
  std::optional<ObservedTarget> target{};
  std::vector<KnownSignal> signals{};
  std::vector<std::string> schedules{};  ///< whose windows were open
  std::string tzdata{};                  ///< the version of it that said so; empty without schedules
  std::optional<std::int32_t> write{};   ///< what the scaler was to be told
  bool same = false;                     ///< decided again, it is bit for bit what was decided then
  bool operator==(const Known&) const = default;
};

struct Explanation {
  Record record{};
  std::optional<Known> known{};
  bool kept = false;   ///< the decision was a new one then, and its record was kept
  std::string note{};  ///< what could not be told and why; usually empty
  bool operator==(const Explanation&) const = default;
};

/// The tick in force at `at`, or without it the last that decided something new.
/// Errors: not_found (no such workload, or nothing that old), unavailable.
Result<Explanation> explain(History& history, const std::string& workload, std::optional<TimePoint> at,
                            const CompileDocument& compile);

/// How far the local clock is ahead of UTC at a time, and its name: `CEST`.
struct LocalTime {
  Duration offset{};
  std::string zone{};
};
using LocalTimeAt = std::function<LocalTime(TimePoint)>;
/// By the machine's time zone.
LocalTime local_time_here(TimePoint at);

std::string to_text(const Explanation& explanation, const LocalTimeAt& local);
std::string to_json(const Explanation& explanation);
/// One line a record: `2026-07-30 12:00:05  shop/web  8 → 12  AboveTarget  in_flight is …`.
std::string to_line(const Record& record);

}  // namespace ballast
