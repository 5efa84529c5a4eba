// Any bytes as requests on one connection of the server: within the limits, and no request is read twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "controller/server/request_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  const std::size_t piece = bytes[0] % 32U + 1U;
  ballast::RequestReader reader(4096, 1000);
  std::size_t requests = 0;
  while (!text.empty()) {
    const std::string_view some = text.substr(0, piece);
    text.remove_prefix(some.size());
    int status = reader.feed(some);
    while (status == 0 && reader.done()) {
      const auto read = reader.take();
      if (read.request.method.empty() || read.request.body.size() > 1000) std::abort();
      if (++requests > size / 16 + 1) std::abort();  // the shortest is `G / HTTP/1.1` and two line ends
      status = reader.feed("");
    }
    if (status != 0) return 0;
  }
  return 0;
}
