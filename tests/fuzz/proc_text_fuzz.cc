// Any bytes as text of /proc: nothing, or values that a process and a clock can have; and what is beyond the last field
// changes none of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/proc_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  constexpr ballast::KernelUnits kUnits{.ticks_per_second = 100, .page_bytes = 4096};
  const auto usage = ballast::parse_usage(text, kUnits);
  const auto stat = ballast::parse_stat(text);
  if (usage) {
    if (usage->cpu < ballast::Duration{} || usage->started < ballast::Duration{} || usage->resident_bytes < 0)
      std::abort();
    if (stat && stat->start_ticks != usage->start_ticks) std::abort();
    if (size + 1 <= ballast::kMaxProcText && ballast::parse_usage(std::string{text} + "7", kUnits) != usage)
      std::abort();
  }
  if (const auto uptime = ballast::parse_uptime(text); uptime && *uptime < ballast::Duration{}) std::abort();
  return 0;
}
