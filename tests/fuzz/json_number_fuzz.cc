// Any bytes as a JSON pointer, a line end, and a document: an error, or a finite number.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/json_number.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::size_t end = text.find('\n');
  const std::string_view document = end == std::string_view::npos ? text : text.substr(end + 1);
  const std::string_view pointer = end == std::string_view::npos ? "" : text.substr(0, end);
  const auto number = ballast::json_number(document, pointer);
  if (number && !std::isfinite(*number)) std::abort();
  if (!number && number.error().message.size() > 2 * size + 400) std::abort();
  const auto plain = ballast::text_number(document);
  if (plain && !std::isfinite(*plain)) std::abort();
  // What a command or a body says: a document, or without a pointer the number alone.
  const auto either = ballast::number_in(document, pointer);
  if (either.has_value() != (number.has_value() || (pointer.empty() && plain.has_value()))) std::abort();
  if (either && *either != (number ? *number : *plain)) std::abort();
  return 0;
}
