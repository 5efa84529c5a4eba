#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "examples/demo/surge_gates.h"
#include "examples/demo/verdict_text.h"

namespace ballast_demo {
namespace {
using json = nlohmann::ordered_json;

constexpr std::size_t kListed = 1'000;  ///< failed requests of a lane

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
                    {"workerSeconds", act.worker_seconds},
                    {"workersLeast", act.workers_least},
                    {"workersMost", act.workers_most}});
  return acts;
}

json surges_json(const LaneMeasure& lane) {
  json surges = json::array();
  for (const auto& surge : lane.surges) {
    const auto* first = first_started(lane, surge.exceeded_us);
    const auto started = first == nullptr ? std::nullopt : std::optional(first->started_us);
    surges.push_back({{"loadExceededBase", after_start(lane, surge.exceeded_us)},
                      {"firstNewWorkerStarted", after_start(lane, started)},
                      {"objectiveMetAgain", after_start(lane, recovered_at(lane, surge))},
                      {"loadFell", after_start(lane, surge.fell_us)}});
  }
  return surges;
}

json sicknesses_json(const LaneMeasure& lane) {
  json sicknesses = json::array();
  for (const auto& one : lane.sicknesses)
    sicknesses.push_back({{"worker", one.worker},
                          {"how", one.how},
                          {"sick", after_start(lane, one.sick_us)},
                          {"lastGiven", after_start(lane, one.last_given_us)},
                          {"well", after_start(lane, one.well_us)},
                          {"given", one.given},
                          {"givenOnceWell", one.given_after}});
  return sicknesses;
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
  json failed = json::array();
  for (const auto& one : lane.failed)
    if (failed.size() < kListed) failed.push_back({{"id", one.id}, {"server", one.server}, {"bySick", one.by_sick}});
  return {{"failures", lane.failures},
          {"failedRequests", failed},
          {"workerSeconds", lane.worker_seconds},
          {"sendLateP99Ms", lane.late_p99_ms},
          {"surges", surges_json(lane)},
          {"backAtBase", after_start(lane, returned_at(lane, terms))},
          {"end", after_start(lane, lane.end_us)},
          {"acts", acts_json(lane)},
          {"sicknesses", sicknesses_json(lane)},
          {"workersOverTime", counts},
          {"workers", workers_json(lane)},
          {"goodAnswersByServer", servers}};
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
  json lanes = json::object();
  for (const auto& [name, lane] : lanes_of(verdict)) lanes[std::string{name}] = lane_json(*lane, terms);
  const json whole{{"ok", verdict.ok}, {"gates", gates}, {"lanes", lanes}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace ballast_demo
