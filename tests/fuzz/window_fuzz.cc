// Any lines as zone, start, end and a point in time: refused, or a window that is open or not at every time, and that
// opens and closes at whole minutes.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/rfc3339.h"
#include "formats/window.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(bytes), size};
  std::array<std::string_view, 4> lines{};
  for (auto& line : lines) {
    const std::size_t end = rest.find('\n');
    line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const auto time = ballast::parse_rfc3339(lines[3]);
  const auto window = ballast::parse_window(lines[1], lines[2], lines[0]);
  if (!window) return 0;
  const ballast::WallTime now = time ? *time : ballast::WallTime{std::chrono::seconds{1'774'746'000}};
  const auto minute = std::chrono::floor<std::chrono::minutes>(now);
  // Before 1972 some clocks were ahead by odd seconds.
  if (minute.time_since_epoch() > std::chrono::hours{24 * 366 * 3} &&
      ballast::is_open(*window, now) != ballast::is_open(*window, minute))
    std::abort();
  return 0;
}
