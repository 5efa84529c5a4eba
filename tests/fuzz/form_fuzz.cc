// Any bytes as names and values, parted by NULs, of a form: what is written holds only what a url may hold, and a
// server reads back what was meant.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/form.h"

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string take_until(std::string_view& rest, char mark) {
  const std::size_t end = rest.find(mark);
  std::string taken{rest.substr(0, end)};
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return taken;
}

unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  std::abort();
}

/// As the URL standard reads a form.
std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c <= ' ' || c >= 127 || c == '&' || c == '=' || c == '#' || c == '?' || c == '"') std::abort();
    if (c != '%') {
      result += c == '+' ? ' ' : c;
      continue;
    }
    if (i + 2 >= text.size()) std::abort();
    result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(bytes), size};
  Fields fields;
  while (!text.empty()) {
    std::string name = take_until(text, '\0');
    fields.emplace_back(std::move(name), take_until(text, '\0'));
  }
  const std::string written = ballast::form(fields);
  Fields read;
  std::string_view rest{written};
  while (!rest.empty()) {
    const std::string field = take_until(rest, '&');
    std::string_view part{field};
    const std::string name = take_until(part, '=');
    read.emplace_back(decoded(name), decoded(part));
  }
  if (read != fields) std::abort();
  return 0;
}
