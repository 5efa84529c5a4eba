// Any bytes as text: made valid once and for all, on one line, escaped and cut within what is asked for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t most = 1U + bytes[0];
  const std::string text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const std::string valid = ballast::valid_utf8(text);
  if (ballast::valid_utf8(valid) != valid) std::abort();
  if (ballast::count_code_points(valid) != ballast::count_code_points(text)) std::abort();
  const std::string line = ballast::one_line(text);
  if (ballast::one_line(line) != line || ballast::valid_utf8(line) != line) std::abort();
  for (const char c : line)
    if (static_cast<unsigned char>(c) < 32 || c == 127) std::abort();
  const std::string shown = ballast::escape_markup(valid, most);
  if (ballast::count_code_points(shown) > most || ballast::valid_utf8(shown) != shown) std::abort();
  if (shown.find_first_of("<>") != shown.npos) std::abort();
  for (std::size_t at = shown.find('&'); at != shown.npos; at = shown.find('&', at + 1))
    if (shown.compare(at, 5, "&amp;") != 0 && shown.compare(at, 4, "&lt;") != 0 && shown.compare(at, 4, "&gt;") != 0)
      std::abort();
  return 0;
}
