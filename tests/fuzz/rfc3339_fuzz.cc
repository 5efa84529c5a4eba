// Any bytes as a point in time: refused with a short message, or a time that is the same in small letters and a minute
// earlier for an offset that is a minute larger, that nothing may follow, and that is read again as it is written.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/rfc3339.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace std::chrono_literals;
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  const auto time = ballast::parse_rfc3339(text);
  if (!time) {
    if (time.error().message.size() > 512) std::abort();
    return 0;
  }
  // The offset may carry it a day over the first and the last year.
  constexpr auto kFirst = std::chrono::sys_days{std::chrono::January / 1 / 1970} - 24h;
  constexpr auto kLast = std::chrono::sys_days{std::chrono::January / 1 / 2262} + 24h;
  if (*time < kFirst || *time > kLast) std::abort();
  const auto again = ballast::parse_rfc3339(ballast::format_rfc3339(*time));
  if (again && *again != std::chrono::floor<std::chrono::milliseconds>(*time)) std::abort();
  std::string small = text;
  for (char& c : small) c = c == 'T' ? 't' : c == 'Z' ? 'z' : c;
  if (ballast::parse_rfc3339(small) != time) std::abort();
  for (const char* more : {"0", " ", "Z", "+00:00"})
    if (ballast::parse_rfc3339(text + more)) std::abort();
  if (small.back() != 'z') return 0;
  small.pop_back();
  if (ballast::parse_rfc3339(small + "+00:00") != time) std::abort();
  if (ballast::parse_rfc3339(small + "+00:01") != ballast::Result<ballast::WallTime>{*time - 1min}) std::abort();
  if (ballast::parse_rfc3339(small + "-23:59") != ballast::Result<ballast::WallTime>{*time + 23h + 59min}) std::abort();
  return 0;
}
