// Any bytes as a cron schedule: refused, or it fires later than it was asked, at whole seconds, within six years.
// The first bytes, before a line end, name the zone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/cron.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::size_t end = text.find('\n');
  const bool named = end != std::string_view::npos;
  const auto schedule =
      ballast::parse_cron(named ? text.substr(end + 1) : text, named ? text.substr(0, end) : "Europe/Berlin");
  if (!schedule) return 0;
  ballast::WallTime now{std::chrono::seconds{1'711'833'425}};  // the night of a change to daylight saving
  for (int i = 0; i < 5; ++i) {
    const auto next = ballast::next_after(*schedule, now);
    if (!next) return 0;
    if (*next <= now || next->time_since_epoch() % std::chrono::seconds{1} != ballast::Duration{0}) std::abort();
    if (schedule->every == ballast::Duration{0} && *next > now + std::chrono::hours{24 * 366 * 6}) std::abort();
    now = *next;
  }
  return 0;
}
