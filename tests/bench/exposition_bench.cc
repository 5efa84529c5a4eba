// What reading an exporter's page costs: one of 10 MB, as kube-state-metrics of a large cluster has.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "formats/exposition.h"

namespace {

/// Gauges and counters with four labels each, in families of 200.
std::string page_of(std::size_t bytes, bool openmetrics) {
  std::string page;
  for (std::size_t i = 0; page.size() < bytes; ++i) {
    const std::string family = "kube_pod_container_resource_" + std::to_string(i / 200);
    if (i % 200 == 0) page += "# HELP " + family + " Of a container.\n# TYPE " + family + " gauge\n";
    const std::string number = std::to_string(i);
    page += family + R"({namespace="shop-)" + std::to_string(i % 17) + R"(",pod="checkout-7d9c6b5f4-)" + number +
            R"(",container="app",node="ip-10-0-)" + std::to_string(i % 250) + R"(-17.internal"} )" + number + ".25\n";
  }
  return openmetrics ? page + "# EOF\n" : page;
}

/// Every line, name, label and value is read and checked.
void parse_exposition(benchmark::State& state, bool openmetrics) {
  const std::string page = page_of(10'000'000, openmetrics);
  for (auto _ : state) {
    const auto read = ballast::parse_exposition(page, openmetrics);
    if (!read) state.SkipWithError(read.error().message.c_str());
    benchmark::DoNotOptimize(read);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(page.size()));
}
BENCHMARK_CAPTURE(parse_exposition, text_0_0_4, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse_exposition, openmetrics_1_0, true)->Unit(benchmark::kMillisecond);

/// As before, and all labels of all series as strings of their own.
void parse_exposition_and_copy_labels(benchmark::State& state) {
  const std::string page = page_of(10'000'000, false);
  for (auto _ : state) {
    const auto read = ballast::parse_exposition(page, false);
    for (const auto& sample : read->samples()) benchmark::DoNotOptimize(read->labels(sample));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(page.size()));
}
BENCHMARK(parse_exposition_and_copy_labels)->Unit(benchmark::kMillisecond);

}  // namespace
