#include "examples/demo/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ballast_demo {
namespace {
using json = nlohmann::ordered_json;

json after_start(const LaneMeasure& lane, const std::optional<std::int64_t>& at) {
  return at ? json(static_cast<double>(*at - lane.start_us) / 1e6) : json(nullptr);
}

json acts_json(const LaneMeasure& lane) {
  json acts = json::array();
  for (const auto& act : lane.acts)
    acts.push_back({{"name", act.name},
                    {"rateFrom", act.rate_from},
                    {"rateTo", act.rate_to},
                    {"seconds", act.seconds},
                    {"requests", act.requests},
                    {"failures", act.failures},
                    {"p50Ms", act.p50_ms},
                    {"p95Ms", act.p95_ms},
                    {"p99Ms", act.p99_ms},
                    {"secondsJudged", act.seconds_judged},
                    {"secondsMet", act.seconds_met},
                    {"workerSeconds", act.worker_seconds}});
  return acts;
}

json times_json(const LaneMeasure& lane, const Terms& terms) {
  std::optional<std::int64_t> first;
  for (const auto& worker : lane.workers)
    if (!first && lane.exceeded_us && worker.started_us >= *lane.exceeded_us) first = worker.started_us;
  return {
      {"loadExceededBase", after_start(lane, lane.exceeded_us)},    {"firstNewWorkerStarted", after_start(lane, first)},
      {"objectiveMetAgain", after_start(lane, recovered_at(lane))}, {"loadFell", after_start(lane, lane.fell_us)},
      {"backAtBase", after_start(lane, returned_at(lane, terms))},  {"end", after_start(lane, lane.end_us)}};
}

json workers_json(const LaneMeasure& lane) {
  json workers = json::array();
  for (const auto& worker : lane.workers)
    workers.push_back({{"name", worker.name},
                       {"pid", worker.pid},
                       {"started", after_start(lane, worker.started_us)},
                       {"ready", after_start(lane, worker.ready_us)},
                       {"leaving", after_start(lane, worker.leaving_us)},
                       {"stopped", after_start(lane, worker.stopped_us)},
                       {"served", worker.served}});
  return workers;
}

json lane_json(const LaneMeasure& lane, const Terms& terms) {
  json counts = json::array();
  for (const auto& step : lane.counts) counts.push_back({after_start(lane, step.at_us), step.running});
  json servers = json::object();
  for (const auto& [server, requests] : lane.accounts.by_server) servers[server] = requests;
  return {{"failures", lane.failures},         {"workerSeconds", lane.worker_seconds},
          {"sendLateP99Ms", lane.late_p99_ms}, {"times", times_json(lane, terms)},
          {"acts", acts_json(lane)},           {"workersOverTime", counts},
          {"workers", workers_json(lane)},     {"goodAnswersByServer", servers}};
}

/// `50/s` or `50-300/s`
std::string rate_text(const ActMeasure& act) {
  return act.rate_from == act.rate_to ? fmt::format("{:.0f}/s", act.rate_from)
                                      : fmt::format("{:.0f}-{:.0f}/s", act.rate_from, act.rate_to);
}

std::string lane_cells(const ActMeasure& act) {
  return fmt::format("{:>7} {:>7} {:>7.0f} {:>7.0f} {:>4}/{:<4}", act.requests, act.failures, act.p50_ms, act.p99_ms,
                     act.seconds_met, act.seconds_judged);
}

std::int64_t most_workers(const LaneMeasure& lane) {
  std::int64_t most = 0;
  for (const auto& step : lane.counts) most = std::max(most, step.running);
  return most;
}

}  // namespace

std::string to_json(const Verdict& verdict, const Terms& terms) {
  json gates = json::array();
  for (const auto& gate : verdict.gates)
    gates.push_back({{"name", gate.name},
                     {"ok", gate.ok},
                     {"value", gate.value ? json(*gate.value) : json(nullptr)},
                     {"limit", gate.limit},
                     {"text", gate.text}});
  const json whole{
      {"ok", verdict.ok},
      {"gates", gates},
      {"lanes", {{"ballast", lane_json(verdict.ballast, terms)}, {"fixed", lane_json(verdict.fixed, terms)}}}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string to_text(const Verdict& verdict, const Terms& terms) {
  constexpr std::string_view kCells = "requests  failed  p50 ms  p99 ms  s met   ";
  const auto& ballast = verdict.ballast;
  const auto& fixed = verdict.fixed;
  auto text = fmt::format("{:19} {:41} | {:41}\n{:19} {} | {}\n", "", "with Ballast",
                          fmt::format("{} workers, fixed", terms.base_workers), "", kCells, kCells);
  for (std::size_t i = 0; i < std::min(ballast.acts.size(), fixed.acts.size()); ++i)
    text += fmt::format("{:8} {:>9} {} | {}\n", ballast.acts[i].name, rate_text(ballast.acts[i]),
                        lane_cells(ballast.acts[i]), lane_cells(fixed.acts[i]));
  text += fmt::format("{:19} {:41} | {}\n", "worker-seconds",
                      fmt::format("{:.0f}, at most {} workers", ballast.worker_seconds, most_workers(ballast)),
                      fmt::format("{:.0f}", fixed.worker_seconds));
  text += fmt::format("\n(s met: seconds in which {:.0f} % of the requests were answered well within {} ms)\n\n",
                      terms.objective_share * 100, terms.objective_us / 1000);
  for (const auto& gate : verdict.gates)
    text += fmt::format("{} {:16} {}\n", gate.ok ? "ok  " : "FAIL", gate.name, gate.text);
  text += verdict.ok ? "\nok\n" : "\nnot ok\n";
  return text;
}

}  // namespace ballast_demo
