#include "examples/demo/measure.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "examples/demo/sickness.h"

namespace ballast_demo {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// Nearest rank: the smallest value that at least `share` of all do not exceed. 0 of none.
double percentile_ms(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return static_cast<double>(sorted[std::max<std::size_t>(rank, 1) - 1]) / 1e3;
}

/// Microseconds that `worker` was there within [from, to).
std::int64_t presence(const WorkerLife& worker, std::int64_t from, std::int64_t to) {
  return std::max<std::int64_t>(0, std::min(worker.stopped_us.value_or(to), to) - std::max(worker.started_us, from));
}

double worker_seconds(const std::vector<WorkerLife>& workers, std::int64_t from, std::int64_t to) {
  std::int64_t sum = 0;
  for (const auto& worker : workers) sum += presence(worker, from, to);
  return static_cast<double>(sum) / 1e6;
}

std::vector<WorkerLife> lives(const std::vector<WorkerEvent>& events) {
  std::map<std::int64_t, WorkerLife> by_pid;
  for (const auto& event : events) {
    auto& worker = by_pid[event.pid];
    worker.pid = event.pid;
    worker.name = event.name;
    if (event.event == "started") worker.started_us = event.at_us;
    if (event.event == "ready") worker.ready_us = event.at_us;
    if (event.event == "request") ++worker.served;
    if (event.event == "sigterm" || event.event == "stopped")
      worker.leaving_us = std::min(worker.leaving_us.value_or(event.at_us), event.at_us);
    if (event.event == "stopped") worker.stopped_us = event.at_us;
  }
  std::vector<WorkerLife> result;
  for (auto& [pid, worker] : by_pid) result.push_back(std::move(worker));
  std::ranges::sort(result, {}, &WorkerLife::started_us);
  return result;
}

std::vector<CountAt> count_steps(const std::vector<WorkerLife>& workers) {
  std::map<std::int64_t, std::int64_t> changes;
  for (const auto& worker : workers) {
    ++changes[worker.started_us];
    if (worker.leaving_us) --changes[*worker.leaving_us];
  }
  std::vector<CountAt> counts;
  std::int64_t running = 0;
  for (const auto& [at, change] : changes) counts.push_back({at, running += change});
  return counts;
}

std::vector<SecondMeasure> second_by_second(const LoadLog& load, const Terms& terms) {
  const auto length = std::max<std::int64_t>(0, load.end_us - load.start_us);
  std::vector<SecondMeasure> seconds(static_cast<std::size_t>((length + kSecond - 1) / kSecond));
  for (std::size_t i = 0; i < seconds.size(); ++i)
    seconds[i].begin_us = load.start_us + static_cast<std::int64_t>(i) * kSecond;
  for (const auto& request : load.requests) {
    const auto index = (request.due_us - load.start_us) / kSecond;
    if (request.due_us < load.start_us || std::cmp_greater_equal(index, seconds.size())) continue;
    auto& second = seconds[static_cast<std::size_t>(index)];
    ++second.requests;
    if (!request.failed() && request.latency_us() <= terms.objective_us) ++second.within;
  }
  for (auto& second : seconds)
    second.met = static_cast<double>(second.within) >= terms.objective_share * static_cast<double>(second.requests);
  return seconds;
}

ActMeasure measure_act(const LaneLogs& logs, const LaneMeasure& lane, std::size_t index, std::int64_t begin) {
  const auto& plan = logs.load.acts[index];
  const auto end = std::max(begin, std::min(begin + plan.length_us, logs.load.end_us));
  ActMeasure act;
  act.name = plan.name;
  act.begin_us = begin;
  act.rate_from = plan.rate_from;
  act.rate_to = plan.rate_to;
  act.seconds = static_cast<double>(end - begin) / 1e6;
  std::vector<std::int64_t> latencies;
  for (const auto& request : logs.load.requests) {
    if (std::cmp_not_equal(request.act, index)) continue;
    latencies.push_back(request.latency_us());
    if (request.failed()) ++act.failures;
  }
  std::ranges::sort(latencies);
  act.requests = static_cast<std::int64_t>(latencies.size());
  act.p50_ms = percentile_ms(latencies, 0.50);
  act.p95_ms = percentile_ms(latencies, 0.95);
  act.p99_ms = percentile_ms(latencies, 0.99);
  for (const auto& second : lane.seconds) {
    if (second.begin_us < begin || second.begin_us >= end || second.requests == 0) continue;
    ++act.seconds_judged;
    if (second.met) ++act.seconds_met;
  }
  act.worker_seconds = worker_seconds(lane.workers, begin, end);
  act.workers_least = act.workers_most = running_at(lane, begin);
  for (const auto& step : lane.counts) {
    if (step.at_us <= begin || step.at_us >= end) continue;
    act.workers_least = std::min(act.workers_least, step.running);
    act.workers_most = std::max(act.workers_most, step.running);
  }
  return act;
}

/// When an act that begins at `begin` passes `limit`: nothing when it stays above or below. An act's rate is a line.
std::optional<std::int64_t> passes(const PlannedAct& act, std::int64_t begin, double limit) {
  if ((act.rate_from > limit) == (act.rate_to > limit)) return std::nullopt;
  const double share = (limit - act.rate_from) / (act.rate_to - act.rate_from);
  return begin + std::llround(share * static_cast<double>(act.length_us));
}

/// Where the scheduled rate passes `limit`, and where it is back. From 50/s to 300/s in 5 s it passes 80/s after
/// (80 - 50) / (300 - 50) * 5 s = 0.6 s.
void find_surges(const LoadLog& load, double limit, LaneMeasure& lane) {
  std::int64_t begin = load.start_us;
  bool high = false;
  const auto turn = [&](std::int64_t at) {
    high = !high;
    if (high)
      lane.surges.push_back({at, {}});
    else if (at < load.end_us)
      lane.surges.back().fell_us = at;
  };
  for (const auto& act : load.acts) {
    lane.peak_rate = std::max({lane.peak_rate, act.rate_from, act.rate_to});
    if (high != (act.rate_from > limit)) turn(begin);
    if (const auto passing = passes(act, begin, limit)) turn(*passing);
    begin += act.length_us;
  }
  std::erase_if(lane.surges, [&](const Surge& surge) { return surge.exceeded_us >= load.end_us; });
}

std::vector<std::int64_t> ids_not_once(const std::vector<std::int64_t>& wanted,
                                       const std::map<std::int64_t, std::int64_t>& seen) {
  std::vector<std::int64_t> wrong;
  for (const auto id : wanted) {
    const auto found = seen.find(id);
    if (found == seen.end() || found->second != 1) wrong.push_back(id);
  }
  return wrong;
}

/// How often the workers served each request.
std::map<std::int64_t, std::int64_t> times_served(const LaneLogs& logs) {
  std::map<std::int64_t, std::int64_t> served;
  for (const auto& event : logs.workers)
    if (event.id) ++served[*event.id];
  return served;
}

Accounts account(const LaneLogs& logs) {
  Accounts accounts;
  std::vector<std::int64_t> sent(static_cast<std::size_t>(logs.load.sent));
  std::iota(sent.begin(), sent.end(), std::int64_t{0});
  std::vector<std::int64_t> good;
  std::map<std::int64_t, std::int64_t> finished;
  for (const auto& request : logs.load.requests) {
    ++finished[request.id];
    if (!request.failed()) good.push_back(request.id);
  }
  std::map<std::int64_t, std::int64_t> proxied;
  for (const auto& request : logs.proxy) {
    if (!request.id) continue;
    ++proxied[*request.id];
    if (request.status >= 200 && request.status <= 299) ++accounts.by_server[request.server];
  }
  std::ranges::sort(good);
  accounts.unlogged = ids_not_once(sent, finished);
  for (const auto& [id, times] : finished)
    if (id >= logs.load.sent) accounts.unlogged.push_back(id);
  accounts.not_in_proxy = ids_not_once(sent, proxied);
  accounts.not_served_once = ids_not_once(good, times_served(logs));
  return accounts;
}

}  // namespace

LaneMeasure measure(const LaneLogs& logs, const Terms& terms) {
  LaneMeasure lane;
  lane.start_us = logs.load.start_us;
  lane.end_us = logs.load.end_us;
  lane.workers = lives(logs.workers);
  lane.counts = count_steps(lane.workers);
  lane.seconds = second_by_second(logs.load, terms);
  lane.accounts = account(logs);
  lane.worker_seconds = worker_seconds(lane.workers, lane.start_us, lane.end_us);
  find_surges(logs.load, static_cast<double>(terms.base_workers) * terms.worker_rate, lane);
  std::int64_t begin = lane.start_us;
  for (std::size_t i = 0; i < logs.load.acts.size(); ++i) {
    lane.acts.push_back(measure_act(logs, lane, i, begin));
    begin += logs.load.acts[i].length_us;
  }
  std::vector<std::int64_t> late;
  for (const auto& request : logs.load.requests) {
    late.push_back(request.sent_us - request.due_us);
    if (request.failed()) ++lane.failures;
  }
  std::ranges::sort(late);
  lane.late_p99_ms = percentile_ms(late, 0.99);
  measure_sickness(logs, lane);
  return lane;
}

const ActMeasure* act_named(const LaneMeasure& lane, std::string_view name) {
  const auto found = std::ranges::find(lane.acts, name, &ActMeasure::name);
  return found == lane.acts.end() ? nullptr : &*found;
}

std::int64_t running_at(const LaneMeasure& lane, std::int64_t at_us) {
  std::int64_t running = 0;
  for (const auto& step : lane.counts)
    if (step.at_us <= at_us) running = step.running;
  return running;
}

}  // namespace ballast_demo
