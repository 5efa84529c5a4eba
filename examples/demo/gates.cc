#include "examples/demo/gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ballast_demo {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr int kSecondsInARow = 5;

double seconds_between(std::int64_t from, std::int64_t to) { return static_cast<double>(to - from) / 1e6; }

Gate unmeasured(std::string name, double limit, std::string text) {
  return {std::move(name), false, std::nullopt, limit, std::move(text)};
}

Gate at_most(std::string name, double value, double limit, std::string text) {
  return {std::move(name), value <= limit, value, limit, std::move(text)};
}

Gate at_least(std::string name, double value, double limit, std::string text) {
  return {std::move(name), value >= limit, value, limit, std::move(text)};
}

/// `3 (17, 18, 90)`
std::string some_of(const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return "0";
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(ids.size(), 5); ++i)
    list += (list.empty() ? "" : ", ") + std::to_string(ids[i]);
  return fmt::format("{} ({}{})", ids.size(), list, ids.size() > 5 ? ", ..." : "");
}

Gate logs_gate(const LaneLogs& ballast, const LaneLogs& fixed) {
  std::vector<std::string> problems;
  for (const auto& text : ballast.problems) problems.push_back("ballast/" + text);
  for (const auto& text : fixed.problems) problems.push_back("fixed/" + text);
  const auto& a = ballast.load;
  const auto& b = fixed.load;
  if (a.seed != b.seed || a.spacing != b.spacing || a.acts != b.acts)
    problems.emplace_back("the lanes had different loads");
  const auto count = static_cast<double>(problems.size());
  return at_most("logs", count, 0,
                 problems.empty() ? "every line could be read, both lanes had the same load"
                                  : fmt::format("{} problems, first: {}", count, problems.front()));
}

std::int64_t ready_at(const LaneMeasure& lane, std::int64_t at_us) {
  return std::ranges::count_if(lane.workers, [&](const WorkerLife& worker) {
    return worker.ready_us && *worker.ready_us <= at_us && worker.leaving_us.value_or(INT64_MAX) > at_us;
  });
}

Gate base_gate(const LaneMeasure& ballast, const LaneMeasure& fixed, const Terms& terms) {
  const auto a = ready_at(ballast, ballast.start_us);
  const auto b = ready_at(fixed, fixed.start_us);
  auto gate = at_most(
      "base", static_cast<double>(std::max(std::abs(a - terms.base_workers), std::abs(b - terms.base_workers))), 0,
      fmt::format("ready workers at the start: {} with Ballast, {} fixed; {} expected", a, b, terms.base_workers));
  return gate;
}

Gate reaction_gate(const LaneMeasure& lane) {
  constexpr double kLimit = 3;
  if (!lane.exceeded_us) return unmeasured("reaction", kLimit, "the load never exceeded what the base serves");
  const auto first = std::ranges::find_if(
      lane.workers, [&](const WorkerLife& worker) { return worker.started_us >= *lane.exceeded_us; });
  if (first == lane.workers.end())
    return unmeasured("reaction", kLimit, "no worker was started after the load exceeded what the base serves");
  const auto delay = seconds_between(*lane.exceeded_us, first->started_us);
  return at_most("reaction", delay, kLimit,
                 fmt::format("first new worker started {:.2f} s after the load exceeded what the base serves", delay));
}

/// The worker whose readiness made the pool large enough for the peak, or nothing.
const WorkerLife* last_needed(const LaneMeasure& lane, std::int64_t needed) {
  std::vector<const WorkerLife*> ready;
  for (const auto& worker : lane.workers)
    if (worker.ready_us) ready.push_back(&worker);
  std::ranges::sort(ready, {}, [](const WorkerLife* worker) { return *worker->ready_us; });
  return std::cmp_less(ready.size(), needed) ? nullptr : ready[static_cast<std::size_t>(needed - 1)];
}

Gate recovery_gate(const LaneMeasure& lane, const Terms& terms) {
  constexpr double kLimit = 15;
  constexpr double kAfterReady = 2;
  constexpr double kStartedWithin = 8;
  const auto recovered = recovered_at(lane);
  if (!recovered) return unmeasured("recovery", kLimit, "the objective was not met again while the load was high");
  const auto delay = seconds_between(*lane.exceeded_us, *recovered);
  // The smallest pool that serves more than the peak: 300/s at 20/s a worker needs 16, 15 would never catch up.
  const auto needed = static_cast<std::int64_t>(std::floor(lane.peak_rate / terms.worker_rate)) + 1;
  auto gate = at_most("recovery", delay, kLimit,
                      fmt::format("objective met again {:.1f} s after the load exceeded what the base serves", delay));
  const auto* last = last_needed(lane, needed);
  if (last == nullptr) {
    gate.text += fmt::format("; never {} workers ready", needed);
    return gate;
  }
  const auto started = seconds_between(*lane.exceeded_us, last->started_us);
  const auto after = seconds_between(*last->ready_us, *recovered);
  gate.text += fmt::format("; worker {} of {} needed started after {:.1f} s, met {:+.1f} s from its readiness", needed,
                           needed, started, after);
  gate.ok = gate.ok || (after <= kAfterReady && started <= kStartedWithin);
  return gate;
}

/// The objective outside the time between overload and recovery. A single second may be lost to the machine.
Gate kept_gate(const LaneMeasure& lane) {
  constexpr double kLimit = 0.95;  // a busy machine steals a second here and there
  const auto recovered = recovered_at(lane);
  if (!recovered) return unmeasured("kept", kLimit, "the objective was not met again while the load was high");
  std::int64_t judged = 0;
  std::int64_t met = 0;
  for (const auto& second : lane.seconds) {
    if (second.begin_us >= *lane.exceeded_us - kSecond && second.begin_us < *recovered) continue;
    if (second.requests == 0) continue;
    ++judged;
    met += second.met ? 1 : 0;
  }
  if (judged == 0) return unmeasured("kept", kLimit, "no second to judge");
  return at_least(
      "kept", static_cast<double>(met) / static_cast<double>(judged), kLimit,
      fmt::format("objective met in {} of {} seconds before the overload and after the recovery", met, judged));
}

Gate failures_gate(const LaneMeasure& lane) {
  std::string acts;
  for (const auto& act : lane.acts)
    if (act.failures > 0) acts += fmt::format("{}{} in {}", acts.empty() ? ": " : ", ", act.failures, act.name);
  return at_most("failures", static_cast<double>(lane.failures), 0,
                 fmt::format("{} failed requests with Ballast{}", lane.failures, acts));
}

Gate accounted_gate(const LaneMeasure& lane, std::int64_t sent) {
  const auto& accounts = lane.accounts;
  if (sent == 0) return unmeasured("accounted", 0, "no request was sent");
  return at_most("accounted", static_cast<double>(accounts.unlogged.size() + accounts.not_in_proxy.size()), 0,
                 fmt::format("{} requests; not exactly once in the log of the load: {}, of HAProxy: {}", sent,
                             some_of(accounts.unlogged), some_of(accounts.not_in_proxy)));
}

Gate served_gate(const LaneMeasure& lane) {
  return at_most(
      "served_once", static_cast<double>(lane.accounts.not_served_once.size()), 0,
      fmt::format("good answers not served by exactly one worker: {}", some_of(lane.accounts.not_served_once)));
}

Gate early_gate(const LaneMeasure& lane) {
  if (!lane.exceeded_us || !lane.fell_us)
    return unmeasured("no_early_shrink", 0, "the load never rose above what the base serves and fell again");
  std::string names;
  double count = 0;
  for (const auto& worker : lane.workers) {
    if (!worker.leaving_us || *worker.leaving_us < *lane.exceeded_us || *worker.leaving_us >= *lane.fell_us) continue;
    ++count;
    names += fmt::format("{}{} {:.1f} s before", names.empty() ? ": " : ", ", worker.name,
                         seconds_between(*worker.leaving_us, *lane.fell_us));
  }
  return at_most("no_early_shrink", count, 0, fmt::format("{} workers left before the load fell{}", count, names));
}

Gate returned_gate(const LaneMeasure& lane, const Terms& terms) {
  const auto left = running_at(lane, lane.end_us);
  auto text = fmt::format("{} workers at the end, {} expected", left, terms.base_workers);
  const auto at = returned_at(lane, terms);
  if (at && lane.fell_us) text += fmt::format(", {:.0f} s after the load fell", seconds_between(*lane.fell_us, *at));
  return {"returned", at.has_value(), static_cast<double>(left), static_cast<double>(terms.base_workers), text};
}

Gate fixed_gate(const LaneMeasure& lane) {
  constexpr double kLimit = 0.5;
  if (!lane.exceeded_us || !lane.fell_us) return unmeasured("fixed_fails", kLimit, "the load never rose and fell");
  std::int64_t judged = 0;
  std::int64_t missed = 0;
  for (const auto& second : lane.seconds) {
    if (second.begin_us < *lane.exceeded_us || second.begin_us >= *lane.fell_us || second.requests == 0) continue;
    ++judged;
    missed += second.met ? 0 : 1;
  }
  if (judged == 0) return unmeasured("fixed_fails", kLimit, "no second to judge");
  return at_least(
      "fixed_fails", static_cast<double>(missed) / static_cast<double>(judged), kLimit,
      fmt::format("the fixed pool missed the objective in {} of {} seconds of high load, {} requests failed", missed,
                  judged, lane.failures));
}

}  // namespace

std::optional<std::int64_t> recovered_at(const LaneMeasure& lane) {
  if (!lane.exceeded_us) return std::nullopt;
  const auto fell = lane.fell_us.value_or(lane.end_us);
  int row = 0;
  for (const auto& second : lane.seconds) {
    if (second.begin_us < *lane.exceeded_us) continue;
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

Verdict judge(const LaneLogs& ballast, const LaneLogs& fixed, const Terms& terms) {
  Verdict verdict;
  verdict.ballast = measure(ballast, terms);
  verdict.fixed = measure(fixed, terms);
  const auto& lane = verdict.ballast;
  verdict.gates = {logs_gate(ballast, fixed),
                   base_gate(lane, verdict.fixed, terms),
                   reaction_gate(lane),
                   recovery_gate(lane, terms),
                   kept_gate(lane),
                   failures_gate(lane),
                   accounted_gate(lane, ballast.load.sent),
                   served_gate(lane),
                   early_gate(lane),
                   returned_gate(lane, terms),
                   fixed_gate(verdict.fixed)};
  verdict.ok = std::ranges::all_of(verdict.gates, &Gate::ok);
  return verdict;
}

}  // namespace ballast_demo
