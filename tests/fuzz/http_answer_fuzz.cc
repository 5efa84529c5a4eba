// Any bytes as an HTTP answer, whole and in pieces: both ways give the same, within the limits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "io/answer_reader.h"

namespace {

std::optional<ballast::Response> read(std::string_view text, std::size_t piece) {
  ballast::AnswerReader reader(false, 4096, 1000);
  while (!text.empty() && !reader.done()) {
    const std::string_view some = text.substr(0, piece);
    if (!reader.feed(some)) return std::nullopt;
    text.remove_prefix(some.size());
  }
  if (!reader.done() && !reader.end()) return std::nullopt;
  auto response = reader.take();
  if (!response) return std::nullopt;
  if (response->body.size() > 1000) std::abort();
  return *response;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const std::size_t piece = bytes[0] % 32U + 1U;
  const auto whole = read(text, text.size());
  const auto pieces = read(text, piece);
  if (whole && pieces && *whole != *pieces) std::abort();
  return 0;
}
