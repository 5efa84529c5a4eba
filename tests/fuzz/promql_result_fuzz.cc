// Any answer to a query, read with and without members and freshness: an error, or finite samples, each member once.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "probes/prometheus.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(bytes), size);
  for (const char* member : {"", "pod"}) {
    for (const char* freshness : {"", "timestamp(x)"}) {
      const auto probe = ballast::compile(ballast::PrometheusSpec{
          .server_address = "http://p", .query = "rate(x[1m])", .freshness = freshness, .member_label = member});
      const auto page = probe.decode({.status = 200, .body = body});
      if (!page) continue;
      const auto reading = probe.select(*page, nullptr);
      if (!reading) continue;
      std::set<std::string> members;
      if (reading->samples.empty()) std::abort();
      for (const auto& sample : reading->samples)
        if (!std::isfinite(sample.value) || sample.at > ballast::TimePoint{} || !members.insert(sample.member).second)
          std::abort();
    }
  }
  return 0;
}
