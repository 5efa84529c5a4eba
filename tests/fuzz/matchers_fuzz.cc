// A matcher and, behind a NUL, a value: what it says of the value is the opposite of what its opposite says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/matchers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::size_t part = text.find('\0');
  const std::string value = part == text.npos ? "" : text.substr(part + 1);
  std::string matcher = text.substr(0, part);
  const auto said = ballast::parse_matcher(matcher);
  if (!said) return 0;
  const std::size_t operation = matcher.find_first_of("=!");
  if (matcher.substr(operation, 3) == "!=~") return 0;  // `!=` and a value that would make `=` another operator
  if (matcher[operation] == '!')
    matcher.replace(operation, 2, matcher[operation + 1] == '~' ? "=~" : "=");
  else
    matcher.replace(operation, matcher[operation + 1] == '~' ? 2 : 1, matcher[operation + 1] == '~' ? "!~" : "!=");
  const auto opposite = ballast::parse_matcher(matcher);
  if (!opposite) return 0;
  if (said->matches(value) == opposite->matches(value)) std::abort();
  return 0;
}
