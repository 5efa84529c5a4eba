// Any bytes as a duration of a document and of Go: refused, or written and read again as the same span.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/duration.h"
#include "formats/go_duration.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto go = ballast::parse_go_duration(text);
  if (go && text.find_first_of("0123456789") == std::string_view::npos) std::abort();
  const auto span = ballast::parse_duration(text);
  if (!span) return 0;
  if (*span < ballast::Duration{0}) std::abort();
  const auto again = ballast::parse_duration(ballast::format_duration(*span));
  if (!again || *again != *span) std::abort();
  return 0;
}
