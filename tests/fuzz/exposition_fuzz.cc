// Two pages, parted by a NUL, ten seconds apart. The first byte picks the format and the reading. Errors, or finite
// values; rates and quantiles of counters are never negative.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "probes/openmetrics.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = bytes[0];
  const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  ballast::OpenMetricsSpec spec{.url = "http://h/", .metric = (choice & 1) != 0 ? "a" : "a_total"};
  if ((choice & 2) != 0) spec.matchers = {"b=~\"c.*\""};
  if ((choice & 4) != 0) spec.member_label = "b";
  if ((choice & 8) != 0) spec.quantile = 0.9;
  const bool rate = (choice & 8) == 0 && (choice & 16) != 0;
  if (rate) spec.rate = true;
  const auto probe = ballast::compile(spec);
  const std::size_t part = text.find('\0');
  ballast::Response before{.status = 200, .body = text.substr(0, part)};
  before.content_type = (choice & 32) != 0 ? "application/openmetrics-text" : "text/plain";
  ballast::Response after = before;
  if (part != text.npos) after.body = text.substr(part + 1);
  after.received_at = ballast::TimePoint{std::chrono::seconds{10}};
  const auto first = probe.decode(before);
  const auto second = probe.decode(after);
  if (!first || !second) return 0;
  const auto reading = probe.select(*second, &*first);
  if (!reading) return 0;
  if (reading->samples.empty() || reading->at > after.received_at) std::abort();
  for (const auto& sample : reading->samples)
    if (!std::isfinite(sample.value) || (rate && sample.value < 0)) std::abort();
  return 0;
}
