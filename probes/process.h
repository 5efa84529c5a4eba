// What the workers of a policy use on this host, a value for each: cpu, memory, descriptors. Read from /proc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/config_node.h"
#include "core/field.h"
#include "core/probe.h"
#include "core/workload.h"
#include "probes/compile.h"

namespace ballast {

enum class ProcessMetric : std::uint8_t { cpu, memory, descriptors };
constexpr auto enum_names(ProcessMetric) { return std::array<std::string_view, 3>{"cpu", "memory", "descriptors"}; }

/// `process: {metric: cpu}` with `target: {type: AverageValue, averageValue: 700m}`, or
/// `process: {metric: cpu, request: 500m}` with `target: {type: Utilization, averageUtilization: 70}`.
struct ProcessSpec {
  ProcessMetric metric = ProcessMetric::cpu;
  std::optional<Quantity> request{};
  Duration timeout = std::chrono::seconds{2};
  bool operator==(const ProcessSpec&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"metric", &ProcessSpec::metric, "",
              "Of each worker that the policy's scaleTarget process runs. cpu: cores in use since the poll before "
              "(500m is half of one), so that a new worker has none yet. memory: resident bytes. descriptors: open "
              "files and connections. Of the worker's own process: those that it starts are not in it.",
              Limits{.required = true, .example = "cpu"}},
        Field{"request", &ProcessSpec::request, "cores, bytes or descriptors",
              "What one worker asks for. With it values are percent of it, as a target of type Utilization wants them; "
              "without it they are what they are, as AverageValue wants them.",
              Limits{.min = 0.001, .max = 1e15, .example = "500m"}},
        Field{"timeout", &ProcessSpec::timeout, "", "The most that reading /proc may take.",
              Limits{.min = 0.1, .max = 60}}};
  }
};

/// Why values of the spec cannot be held against such a target, for people; empty: they can.
std::string misfit(const ProcessSpec& spec, TargetType target);

/// `policy`: namespace/name of the policy whose workers are measured. The same for each metric: they share one reading.
Request process_request(const ProcessSpec& spec, const std::string& policy);
/// Errors: unavailable (no worker runs).
Result<std::vector<WorkerFacts>> process_decode(const Response& response);
/// A value for each worker. Of cpu: what it used between two polls that both saw the same process, over the time that
/// passed for it; a worker without these, or with less than 50 ms between them, is left out. Worked example: 12.0 s of
/// cpu at an age of 100 s, then 13.5 s at 103 s: 0.5 cores; with request 250m: 200 percent. Errors: unavailable (cpu
/// without a poll before, or while no worker has two), denied (descriptors of another user's workers).
Result<NamedReading> process_select(const ProcessSpec& spec, const PageOf<std::vector<WorkerFacts>>& page,
                                    const PageOf<std::vector<WorkerFacts>>* previous);

CompiledProbe compile(const ProcessSpec& spec, const std::string& policy);

}  // namespace ballast
