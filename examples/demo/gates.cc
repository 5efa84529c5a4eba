#include "examples/demo/gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "examples/demo/surge_gates.h"
#include "examples/demo/trouble_gates.h"

namespace ballast_demo {
namespace {

constexpr std::int64_t kSameTimeUs = 500'000;

std::map<std::int64_t, std::int64_t> dues(const LoadLog& load) {
  std::map<std::int64_t, std::int64_t> result;
  for (const auto& request : load.requests) result[request.id] = request.due_us - load.start_us;
  return result;
}

/// The same arrivals at the same time as far as the shorter one goes: its acts are the first ones of the other.
bool begins_alike(const LoadLog& longer, const LoadLog& shorter) {
  const auto all = dues(longer);
  const bool same = std::ranges::all_of(dues(shorter), [&](const auto& due) {
    const auto found = all.find(due.first);
    return found == all.end() || found->second == due.second;
  });
  return same && std::abs(longer.start_us - shorter.start_us) <= kSameTimeUs && longer.seed == shorter.seed &&
         longer.spacing == shorter.spacing && !shorter.acts.empty() && shorter.acts.size() <= longer.acts.size() &&
         std::equal(shorter.acts.begin(), shorter.acts.end(), longer.acts.begin());
}

/// Workers that ended without a word: somebody killed them.
std::vector<std::string> killed_workers(const Verdict& verdict) {
  std::vector<std::string> names;
  for (const auto& [name, lane] : lanes_of(verdict))
    for (const auto& worker : lane->workers)
      if (!worker.stopped_us) names.push_back(fmt::format("{}: {} was killed", name, worker.name));
  return names;
}

Gate logs_gate(const PlayLogs& play, const Verdict& verdict) {
  std::vector<std::string> problems = play.problems;
  for (auto& text : killed_workers(verdict)) problems.push_back(std::move(text));
  const auto add = [&](const std::string& lane, const LaneLogs& logs) {
    for (const auto& text : logs.problems) problems.push_back(lane + "/" + text);
  };
  add("ballast", play.ballast);
  add("hpa", play.hpa);
  add("keda", play.keda);
  add("fixed", play.fixed);
  const auto& load = play.ballast.load;
  for (const auto* other : {&play.hpa.load, &play.keda.load, &play.fixed.load}) {
    const bool whole = other == &play.fixed.load || other->acts.size() == load.acts.size();
    if (!whole || !begins_alike(load, *other)) problems.emplace_back("the lanes had different loads");
  }
  const auto count = static_cast<double>(problems.size());
  return at_most("logs", count, 0,
                 problems.empty() ? "every line could be read, all lanes had the same load at the same time"
                                  : fmt::format("{} problems, first: {}", count, problems.front()));
}

Gate starved_gate(const Verdict& verdict) {
  constexpr double kLimit = 50;
  double latest = 0;
  std::string lanes;
  for (const auto& [name, lane] : lanes_of(verdict)) {
    if (lane->acts.empty()) return unmeasured("not_starved", kLimit, "a lane had no load");
    latest = std::max(latest, lane->late_p99_ms);
    lanes += fmt::format("{}{} {:.1f}", lanes.empty() ? "" : ", ", name, lane->late_p99_ms);
  }
  return at_most("not_starved", latest, kLimit, "p99 of how late requests were sent, in ms: " + lanes);
}

std::int64_t ready_at(const LaneMeasure& lane, std::int64_t at_us) {
  return std::ranges::count_if(lane.workers, [&](const WorkerLife& worker) {
    return worker.ready_us && *worker.ready_us <= at_us && worker.leaving_us.value_or(INT64_MAX) > at_us;
  });
}

Gate base_gate(const Verdict& verdict, const Terms& terms) {
  std::int64_t most = 0;
  std::string lanes;
  for (const auto& [name, lane] : lanes_of(verdict)) {
    const auto ready = ready_at(*lane, lane->start_us);
    most = std::max(most, std::abs(ready - terms.base_workers));
    lanes += fmt::format("{}{} {}", lanes.empty() ? "" : ", ", name, ready);
  }
  return at_most("base", static_cast<double>(most), 0,
                 fmt::format("ready workers at the start: {}; {} expected", lanes, terms.base_workers));
}

Gate accounted_gate(const LaneMeasure& lane, std::int64_t sent) {
  const auto& accounts = lane.accounts;
  if (sent == 0) return unmeasured("accounted", 0, "no request was sent");
  return at_most("accounted", static_cast<double>(accounts.unlogged.size() + accounts.not_in_proxy.size()), 0,
                 fmt::format("{} requests; not exactly once in the log of the load: {}, of HAProxy: {}", sent,
                             some_of(accounts.unlogged), some_of(accounts.not_in_proxy)));
}

/// From the first worker's start to the last one's end.
Gate duration_gate(const Verdict& verdict) {
  constexpr double kLimit = 360;
  std::int64_t from = INT64_MAX;
  std::int64_t to = 0;
  for (const auto& [name, lane] : lanes_of(verdict))
    for (const auto& worker : lane->workers) {
      from = std::min(from, worker.started_us);
      to = std::max(to, worker.stopped_us.value_or(0));
    }
  if (to == 0) return unmeasured("duration", kLimit, "no worker ended");
  const auto lasted = seconds_between(from, to);
  return at_most("duration", lasted, kLimit,
                 fmt::format("{:.0f} s from the start of the first worker to the end of the last", lasted));
}

Gate served_gate(const LaneMeasure& lane) {
  return at_most(
      "served_once", static_cast<double>(lane.accounts.not_served_once.size()), 0,
      fmt::format("good answers not served by exactly one worker: {}", some_of(lane.accounts.not_served_once)));
}

}  // namespace

std::array<std::pair<std::string_view, const LaneMeasure*>, 4> lanes_of(const Verdict& verdict) {
  return {{{"ballast", &verdict.ballast}, {"hpa", &verdict.hpa}, {"keda", &verdict.keda}, {"fixed", &verdict.fixed}}};
}

Verdict judge(const PlayLogs& play, const Terms& terms) {
  Verdict verdict;
  verdict.ballast = measure(play.ballast, terms);
  verdict.hpa = measure(play.hpa, terms);
  verdict.keda = measure(play.keda, terms);
  verdict.fixed = measure(play.fixed, terms);
  const auto& lane = verdict.ballast;
  verdict.gates = {logs_gate(play, verdict),
                   starved_gate(verdict),
                   base_gate(verdict, terms),
                   reaction_gate(lane),
                   recovery_gate(lane, terms),
                   early_gate(lane, terms),
                   kept_gate(lane),
                   accounted_gate(lane, play.ballast.load.sent),
                   served_gate(lane),
                   ejected_gate(lane),
                   failures_gate(lane),
                   lie_gate(lane, play.events),
                   keda_gate(verdict.keda, terms, play.events),
                   rivals_gate(verdict.hpa, verdict.keda, terms),
                   untouched_gate(lane, play.events),
                   restart_gate(lane, play.events),
                   again_gate(lane, play.events),
                   told_gate(play.told),
                   told_over_kill_gate(play.told, play.events),
                   returned_gate(lane, terms),
                   fixed_gate(verdict.fixed),
                   duration_gate(verdict)};
  verdict.ok = std::ranges::all_of(verdict.gates, &Gate::ok);
  return verdict;
}

}  // namespace ballast_demo
