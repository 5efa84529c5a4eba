// Any bytes as foreign text in a message: short, on one line, without control characters; no character of good UTF-8 is
// cut in two.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/excerpt.h"

namespace {

/// How many bytes the character at the front has by its first one; 0: none begins there.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

bool is_whole(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = length_of(static_cast<unsigned char>(text.front()));
    if (length == 0 || length > text.size()) return false;
    for (std::size_t i = 1; i < length; ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) return false;
    text.remove_prefix(length);
  }
  return true;
}

void check_line(const std::string& shown) {
  for (const char c : shown)
    if (static_cast<unsigned char>(c) < 32 || c == 127) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const std::size_t most = bytes[0];
  const std::string shown = ballast::excerpt(text, most);
  if (shown.size() > most) std::abort();
  check_line(shown);
  if (is_whole(text) && !is_whole(shown)) std::abort();
  const ballast::Error error = ballast::not_json(text, "no brace");
  check_line(error.message);
  if (error.message.size() > 200) std::abort();
  return 0;
}
