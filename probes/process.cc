#include "probes/process.h"

#include <fmt/format.h>

#include <algorithm>

namespace ballast {
namespace {

using Facts = std::vector<WorkerFacts>;

/// The kernel counts cpu in hundredths of a second: over less than this a rate is mostly rounding.
constexpr Duration kShortest = std::chrono::milliseconds{50};

const WorkerFacts* find_same(const Facts& facts, const WorkerFacts& worker) {
  const auto found = std::ranges::find_if(facts, [&worker](const WorkerFacts& other) {
    return other.pid == worker.pid && other.start_ticks == worker.start_ticks && other.member == worker.member;
  });
  return found == facts.end() ? nullptr : &*found;
}

Result<NamedReading> select_cpu(const PageOf<Facts>& page, const PageOf<Facts>* previous, double per) {
  if (previous == nullptr) return Error{Errc::unavailable, "the cpu of workers is a rate: it needs two polls"};
  NamedReading reading{page.received_at, {}, {}};
  for (const WorkerFacts& worker : page.content) {
    const WorkerFacts* before = find_same(previous->content, worker);
    if (before == nullptr || worker.age - before->age < kShortest || worker.cpu < before->cpu) continue;
    const Duration window = worker.age - before->age;
    reading.window = std::max(reading.window, window);
    reading.samples.push_back(
        {worker.member, seconds(worker.cpu - before->cpu) / seconds(window) / per, page.received_at, window});
  }
  if (!reading.samples.empty()) return reading;
  return Error{Errc::unavailable, "no worker was there at the poll before: their cpu is known at the next one"};
}

Result<double> level_of(ProcessMetric metric, const WorkerFacts& worker) {
  if (metric == ProcessMetric::memory) return static_cast<double>(worker.resident_bytes);
  if (worker.descriptors) return static_cast<double>(*worker.descriptors);
  return Error{Errc::denied,
               fmt::format("the descriptors of {} (pid {}) are shown to its user and to root alone; run Ballast as one "
                           "of them",
                           worker.member, worker.pid)};
}

}  // namespace

std::string misfit(const ProcessSpec& spec, TargetType target) {
  if (target == TargetType::none || spec.request.has_value() == (target == TargetType::utilization)) return "";
  if (spec.request)
    return "with request its values are percent: leave request out, or write a target of type Utilization";
  return "Utilization is percent of what a worker asks for: write request (500m, 512Mi), or a target of type "
         "AverageValue";
}

Request process_request(const ProcessSpec& spec, const std::string& policy) {
  Request request{.channel = Channel::workers};
  request.url = "workers://" + policy;
  request.deadline = spec.timeout;
  return request;
}

Result<Facts> process_decode(const Response& response) {
  if (response.workers.empty()) return Error{Errc::unavailable, "no worker runs"};
  return response.workers;
}

Result<NamedReading> process_select(const ProcessSpec& spec, const PageOf<Facts>& page, const PageOf<Facts>* previous) {
  constexpr double kPercent = 100;
  const double per = spec.request ? static_cast<double>(spec.request->milli) / 1000 / kPercent : 1;
  if (spec.metric == ProcessMetric::cpu) return select_cpu(page, previous, per);
  NamedReading reading{page.received_at, {}, {}};
  for (const WorkerFacts& worker : page.content) {
    const auto level = level_of(spec.metric, worker);
    if (!level) return level.error();
    reading.samples.push_back({worker.member, *level / per, page.received_at, {}});
  }
  return reading;
}

CompiledProbe compile(const ProcessSpec& spec, const std::string& policy) {
  return compile_probe("process", process_request(spec, policy), process_decode, spec, process_select);
}

}  // namespace ballast
