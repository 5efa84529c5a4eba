// Any bytes as an answer of HAProxy's admin socket: refused, or a table whose rows are as wide as its heading; cut off
// anywhere inside the table it is refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/haproxy.h"

namespace {

void check(const ballast::Result<ballast::HaproxyTable>& table) {
  if (!table) return;
  for (const auto& row : table->rows)
    if (row.size() != table->columns.size()) std::abort();
  for (std::size_t i = 0; i < table->columns.size(); ++i)
    if (table->column(table->columns[i]).value_or(i + 1) > i) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view answer{reinterpret_cast<const char*>(bytes), size};
  check(ballast::parse_haproxy_stat(answer));
  check(ballast::parse_haproxy_servers_state(answer));
  return 0;
}
