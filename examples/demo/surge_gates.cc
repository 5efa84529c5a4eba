#include "examples/demo/surge_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ballast_demo {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr int kSecondsInARow = 5;
constexpr const char* kNeverExceeded = "the load never exceeded what the base serves";

/// The worker whose readiness made the pool large enough for the peak, or nothing.
const WorkerLife* last_needed(const LaneMeasure& lane, std::int64_t needed) {
  std::vector<const WorkerLife*> ready;
  for (const auto& worker : lane.workers)
    if (worker.ready_us) ready.push_back(&worker);
  std::ranges::sort(ready, {}, [](const WorkerLife* worker) { return *worker->ready_us; });
  return std::cmp_less(ready.size(), needed) ? nullptr : ready[static_cast<std::size_t>(needed - 1)];
}

/// Within a surge until the objective is met again, with the second before: its requests finish in the surge.
bool is_recovering(const LaneMeasure& lane, std::int64_t begin_us) {
  return std::ranges::any_of(lane.surges, [&](const Surge& surge) {
    const auto until = recovered_at(lane, surge).value_or(surge.fell_us.value_or(lane.end_us));
    return begin_us >= surge.exceeded_us - kSecond && begin_us < until;
  });
}

/// The one in which a time lies, and that fell; null: the load is not high then.
const Surge* surge_at(const LaneMeasure& lane, std::int64_t at_us) {
  const auto surge = std::ranges::find_if(
      lane.surges, [&](const Surge& one) { return at_us >= one.exceeded_us && one.fell_us && at_us < *one.fell_us; });
  return surge == lane.surges.end() ? nullptr : &*surge;
}

/// A worker is sick and may not be out yet.
bool is_falling_sick(const LaneMeasure& lane, std::int64_t begin_us) {
  return std::ranges::any_of(lane.sicknesses, [&](const Sickness& sickness) {
    return begin_us >= sickness.sick_us - kSecond && begin_us < sickness.sick_us + kEjectedWithinUs;
  });
}

}  // namespace

std::int64_t needed_workers(const LaneMeasure& lane, const Terms& terms) {
  return static_cast<std::int64_t>(std::floor(lane.peak_rate / terms.worker_rate)) + 1;
}

const WorkerLife* first_started(const LaneMeasure& lane, std::int64_t from_us) {
  const auto first =
      std::ranges::find_if(lane.workers, [&](const WorkerLife& worker) { return worker.started_us >= from_us; });
  return first == lane.workers.end() ? nullptr : &*first;
}

Gate reaction_gate(const LaneMeasure& lane) {
  constexpr double kLimit = 3;
  if (lane.surges.empty()) return unmeasured("reaction", kLimit, kNeverExceeded);
  const auto exceeded = lane.surges.front().exceeded_us;
  const auto* first = first_started(lane, exceeded);
  if (first == nullptr)
    return unmeasured("reaction", kLimit, "no worker was started after the load exceeded what the base serves");
  const auto delay = seconds_between(exceeded, first->started_us);
  return at_most("reaction", delay, kLimit,
                 fmt::format("first new worker started {:.2f} s after the load exceeded what the base serves", delay));
}

Gate recovery_gate(const LaneMeasure& lane, const Terms& terms) {
  constexpr double kLimit = 15;
  constexpr double kAfterReady = 2;
  constexpr double kStartedWithin = 8;
  if (lane.surges.empty()) return unmeasured("recovery", kLimit, kNeverExceeded);
  const auto exceeded = lane.surges.front().exceeded_us;
  const auto recovered = recovered_at(lane, lane.surges.front());
  if (!recovered) return unmeasured("recovery", kLimit, "the objective was not met again while the load was high");
  const auto delay = seconds_between(exceeded, *recovered);
  const auto needed = needed_workers(lane, terms);
  auto gate = at_most("recovery", delay, kLimit,
                      fmt::format("objective met again {:.1f} s after the load exceeded what the base serves", delay));
  const auto* last = last_needed(lane, needed);
  if (last == nullptr) {
    gate.text += fmt::format("; never {} workers ready", needed);
    return gate;
  }
  const auto started = seconds_between(exceeded, last->started_us);
  const auto after = seconds_between(*last->ready_us, *recovered);
  gate.text += fmt::format("; worker {} of {} needed started after {:.1f} s, met {:+.1f} s from its readiness", needed,
                           needed, started, after);
  gate.ok = gate.ok || (after <= kAfterReady && started <= kStartedWithin);
  return gate;
}

/// The objective outside the times between overload and recovery, and those in which a sick worker is not out yet. A
/// single second may be lost to the machine.
Gate kept_gate(const LaneMeasure& lane) {
  constexpr double kLimit = 0.95;  // a busy machine steals a second here and there
  if (lane.surges.empty() || !recovered_at(lane, lane.surges.front()))
    return unmeasured("kept", kLimit, "the objective was not met again while the load was high");
  std::int64_t judged = 0;
  std::int64_t met = 0;
  for (const auto& second : lane.seconds) {
    if (second.requests == 0 || is_recovering(lane, second.begin_us) || is_falling_sick(lane, second.begin_us))
      continue;
    ++judged;
    met += second.met ? 1 : 0;
  }
  if (judged == 0) return unmeasured("kept", kLimit, "no second to judge");
  return at_least(
      "kept", static_cast<double>(met) / static_cast<double>(judged), kLimit,
      fmt::format("objective met in {} of {} seconds outside overload, recovery and 10 s from each sickness on", met,
                  judged));
}

/// While the load is high nobody leaves before the objective is met again, nor later so that fewer are left than the
/// load needs.
Gate early_gate(const LaneMeasure& lane, const Terms& terms) {
  if (lane.surges.empty() || !lane.surges.front().fell_us)
    return unmeasured("no_early_shrink", 0, "the load never rose above what the base serves and fell again");
  const auto needed = needed_workers(lane, terms);
  std::string names;
  double count = 0;
  for (const auto& worker : lane.workers) {
    const auto* surge = worker.leaving_us ? surge_at(lane, *worker.leaving_us) : nullptr;
    if (surge == nullptr) continue;
    const auto served = recovered_at(lane, *surge).value_or(*surge->fell_us);
    if (*worker.leaving_us >= served && running_at(lane, *worker.leaving_us) >= needed) continue;
    ++count;
    names += fmt::format("{}{} {:.1f} s before", names.empty() ? ": " : ", ", worker.name,
                         seconds_between(*worker.leaving_us, *surge->fell_us));
  }
  return at_most("no_early_shrink", count, 0,
                 fmt::format("while the load was high {} workers left before the objective was met again, or so that "
                             "fewer than {} were left{}",
                             count, needed, names));
}

Gate returned_gate(const LaneMeasure& lane, const Terms& terms) {
  const auto left = running_at(lane, lane.end_us);
  auto text = fmt::format("{} workers at the end, {} expected", left, terms.base_workers);
  const auto at = returned_at(lane, terms);
  if (at && !lane.surges.empty() && lane.surges.back().fell_us)
    text += fmt::format(", {:.0f} s after the load fell", seconds_between(*lane.surges.back().fell_us, *at));
  return {"returned", at.has_value(), static_cast<double>(left), static_cast<double>(terms.base_workers), text};
}

Gate fixed_gate(const LaneMeasure& fixed) {
  constexpr double kLimit = 0.5;
  if (fixed.surges.empty()) return unmeasured("fixed_fails", kLimit, "the load never rose");
  const auto& surge = fixed.surges.front();
  std::int64_t judged = 0;
  std::int64_t missed = 0;
  for (const auto& second : fixed.seconds) {
    const bool high = second.begin_us >= surge.exceeded_us && second.begin_us < surge.fell_us.value_or(fixed.end_us);
    if (!high || second.requests == 0) continue;
    ++judged;
    missed += second.met ? 0 : 1;
  }
  if (judged == 0) return unmeasured("fixed_fails", kLimit, "no second to judge");
  return at_least(
      "fixed_fails", static_cast<double>(missed) / static_cast<double>(judged), kLimit,
      fmt::format("the fixed pool missed the objective in {} of {} seconds of high load, {} requests failed", missed,
                  judged, fixed.failures));
}

std::optional<std::int64_t> recovered_at(const LaneMeasure& lane, const Surge& surge) {
  const auto fell = surge.fell_us.value_or(lane.end_us);
  int row = 0;
  for (const auto& second : lane.seconds) {
    if (second.begin_us < surge.exceeded_us) continue;
    if (second.begin_us + kSecond > fell) break;
    row = second.met ? row + 1 : 0;
    if (row == kSecondsInARow) return second.begin_us - (kSecondsInARow - 1) * kSecond;
  }
  return std::nullopt;
}

std::optional<std::int64_t> returned_at(const LaneMeasure& lane, const Terms& terms) {
  if (running_at(lane, lane.end_us) != terms.base_workers) return std::nullopt;
  std::optional<std::int64_t> at;
  std::int64_t before = 0;
  for (const auto& step : lane.counts) {
    if (step.at_us > lane.end_us) break;
    if (step.running == terms.base_workers && before > terms.base_workers) at = step.at_us;
    before = step.running;
  }
  return at;
}

}  // namespace ballast_demo
