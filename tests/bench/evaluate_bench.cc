// One decision: four signals with a target, each with a new reading, twenty members in one pool.
#include <benchmark/benchmark.h>

#include <array>

#include "core/memory.h"
#include "core/observation.h"
#include "core/status.h"
#include "core/workload.h"
#include "policies/evaluate.h"

namespace ballast {
namespace {

constexpr std::int32_t kMembers = 20;

Workload workload_of(std::size_t signals) {
  Workload workload{.name = "shop/checkout", .target_kind = "process", .target_name = "checkout", .max_replicas = 60};
  for (std::size_t i = 0; i < signals; ++i)
    workload.signals.push_back({.name = "signal" + std::to_string(i),
                                .fingerprint = 100 + i,
                                .target_type = TargetType::average_value,
                                .target_milli = 100'000});
  workload.pools.push_back({.name = "haproxy:web", .fingerprint = 7});
  return workload;
}

Observation seen_at(TimePoint at, double value, std::size_t signals) {
  Observation seen{.at = at};
  seen.target = ObservedTarget{.uid = "u",
                               .version = "1",
                               .desired = kMembers,
                               .existing = kMembers,
                               .ready = kMembers,
                               .chooses_members = true};
  for (std::int32_t i = 1; i <= kMembers; ++i)
    seen.members.push_back({.id = MemberId{static_cast<std::uint32_t>(i)},
                            .state = MemberState::ready,
                            .pools = {{.pool = PoolId{0}, .weight = 100}}});
  for (std::size_t i = 0; i < signals; ++i)
    seen.arrivals.push_back(
        {.signal = 100 + i, .at = at, .reading = Reading{at, {}, {Sample{.value = value, .at = at}}}});
  return seen;
}

void evaluate_and_report(benchmark::State& state) {
  const auto signals = static_cast<std::size_t>(state.range(0));
  const Workload workload = workload_of(signals);
  Memory memory;
  Status status;
  TimePoint now{std::chrono::seconds{1'700'000'000}};
  Observation seen = seen_at(now, 0, signals);
  std::array<double, 4> values{1900, 1950, 2000, 2050};
  std::size_t tick = 0;
  for (auto _ : state) {
    now += std::chrono::seconds{5};
    seen.at = now;
    for (Arrival& arrival : seen.arrivals) {
      arrival.at = arrival.reading->at = arrival.reading->samples[0].at = now;
      arrival.reading->samples[0].value = values[++tick % values.size()];
    }
    const Plan plan = evaluate(workload, memory, seen);
    status = report(workload, status, seen, memory, plan);
    benchmark::DoNotOptimize(status);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(evaluate_and_report)->Arg(1)->Arg(4)->Arg(16);

}  // namespace
}  // namespace ballast
