// What HAProxy's admin socket answers, as tables. One answer may hold several tables and other text (commands joined
// by `;`), so each reader finds its own table by its heading.
// Source: HAProxy 2.6 management guide, sections 9.1 (CSV format) and 9.3 (show servers state).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace ballast {

/// Rows as they came; every row has as many cells as there are columns.
struct HaproxyTable {
  std::vector<std::string> columns{};
  std::vector<std::vector<std::string>> rows{};
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  bool operator==(const HaproxyTable&) const = default;
};

/// The table of `show stat`: one row per frontend, backend and server; columns by HAProxy's names, `pxname` first.
/// Errors: unavailable (no such table in the answer, or it was cut off), invalid (a malformed row, above a limit:
/// 1,000 columns, 200,000 rows).
Result<HaproxyTable> parse_haproxy_stat(std::string_view answer);

/// The table of `show servers state`: one row per server; columns `be_name`, `srv_name`, `srv_uweight`, ….
/// Errors: as above.
Result<HaproxyTable> parse_haproxy_servers_state(std::string_view answer);

}  // namespace ballast
