// What a sample costs: a daemon with 10,000 signals sees 2,000 a second.
#include <benchmark/benchmark.h>

#include <cmath>

#include "policies/detection/detector.h"

namespace {

void detect_sample(benchmark::State& state) {
  ballast::DetectorMemory memory;
  ballast::TimePoint at{std::chrono::seconds{1'700'000'000}};
  double i = 0;
  for (auto _ : state) {
    at += std::chrono::seconds{5};
    benchmark::DoNotOptimize(ballast::detect(memory, {at, 100 + std::fmod(i += 7.3, 11.0)}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(detect_sample);

}  // namespace
