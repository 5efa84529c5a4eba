// What reading a Kubernetes quantity costs: a list of 10,000 pods carries about 40,000 of them.
#include <benchmark/benchmark.h>

#include <string>

#include "formats/quantity.h"

namespace {

void parse_quantity(benchmark::State& state, const char* written) {
  const std::string text = written;
  for (auto _ : state) benchmark::DoNotOptimize(ballast::parse_exact_quantity(text));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(parse_quantity, milli, "250m");
BENCHMARK_CAPTURE(parse_quantity, binary, "1.5Gi");
BENCHMARK_CAPTURE(parse_quantity, exponent, "12345678e-3");

}  // namespace
