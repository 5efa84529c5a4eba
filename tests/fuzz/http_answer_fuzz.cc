// Any bytes as an HTTP answer, whole and in pieces: both ways give the same, within the limits. The first byte picks
// the size of a piece, and whether it answers a HEAD.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "io/answer_reader.h"

namespace {

constexpr std::size_t kHeaderBytes = 4096;

std::optional<ballast::Response> read(std::string_view text, std::size_t piece, bool head) {
  ballast::AnswerReader reader(head, kHeaderBytes, 1000);
  while (!text.empty() && !reader.done()) {
    const std::string_view some = text.substr(0, piece);
    if (!reader.feed(some)) return std::nullopt;
    text.remove_prefix(some.size());
  }
  if (!reader.done() && !reader.end()) return std::nullopt;
  auto response = reader.take();
  if (!response) return std::nullopt;
  if (response->body.size() > (head ? 0 : 1000) || reader.retry_after().size() > kHeaderBytes) std::abort();
  return *response;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const std::size_t piece = bytes[0] % 32U + 1U;
  const bool head = (bytes[0] & 32U) != 0;
  const auto whole = read(text, text.size(), head);
  const auto pieces = read(text, piece, head);
  if (whole && pieces && *whole != *pieces) std::abort();
  return 0;
}
