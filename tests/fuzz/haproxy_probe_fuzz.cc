// Two answers of HAProxy, parted by a NUL, as pages five seconds apart: errors, or finite rates that are never
// negative. The first byte picks the column and the rows.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "probes/haproxy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<const char*, 4> kColumns{"stot", "hrsp_5xx", "bin", "scur"};
  const std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const ballast::HaproxySpec spec{
      .socket = "/s",
      .backend = "web",
      .field = kColumns[bytes[0] % 4],
      .of = (bytes[0] & 4) != 0 ? ballast::HaproxyRows::servers : ballast::HaproxyRows::backend};
  const auto probe = ballast::compile(spec);
  const std::size_t part = text.find('\0');
  const auto before = probe.decode({.body = std::string{text.substr(0, part)}});
  const auto after = probe.decode({.body = std::string{part == text.npos ? text : text.substr(part + 1)},
                                   .received_at = ballast::TimePoint{std::chrono::seconds{5}}});
  if (!before || !after) return 0;
  const auto reading = probe.select(*after, &*before);
  if (!reading) return 0;
  if (reading->samples.empty()) std::abort();
  for (const auto& sample : reading->samples)
    if (!std::isfinite(sample.value) || (ballast::is_haproxy_counter(spec.field) && sample.value < 0)) std::abort();
  return 0;
}
