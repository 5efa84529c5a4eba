// Any bytes as an answer of Redis: refused, or values within the limits; an answer that was read is read again when
// another reply follows.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/resp.h"

namespace {

std::size_t check(const ballast::RespValue& value, std::size_t depth) {
  using Kind = ballast::RespValue::Kind;
  if (!value.items.empty() && value.kind != Kind::list && value.kind != Kind::map) std::abort();
  if (value.kind == Kind::map && value.items.size() % 2 != 0) std::abort();
  if (!value.items.empty() && depth == 0) std::abort();
  std::size_t count = 1;
  for (const auto& item : value.items) count += check(item, depth - 1);
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const ballast::RespLimits limits{.depth = 4, .values = 100, .text_bytes = 8192};
  const std::string answer{reinterpret_cast<const char*>(bytes), size};
  const auto replies = ballast::parse_resp(answer, limits);
  if (!replies) return 0;
  std::size_t count = 0;
  for (const auto& reply : *replies) count += check(reply, limits.depth);
  if (count > limits.values) std::abort();
  const auto more = ballast::parse_resp(answer + ":1\r\n", limits);
  if (!more) return 0;  // one value too many
  if (more->size() != replies->size() + 1) std::abort();
  return 0;
}
