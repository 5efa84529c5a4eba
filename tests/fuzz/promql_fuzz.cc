// Any query: an error, or a reach with a bound if and only if there is no reason against one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/promql.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto reach = ballast::promql_reach({reinterpret_cast<const char*>(bytes), size});
  if (!reach) return 0;
  if (reach->oldest < ballast::Duration{} || reach->oldest > std::chrono::hours{24 * 365 * 100}) std::abort();
  if (!reach->why.empty() && reach->oldest != ballast::Duration{}) std::abort();
  if (reach->why.empty() && reach->selectors == 0) std::abort();
  return 0;
}
