// The ports that workers may have. Pure, but for `port_is_free`, which asks the host.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace ballast {

/// Both ends included.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  bool operator==(const PortRange&) const = default;
};

/// `9001-9050`, or one port: `9001`. Errors: invalid (no numbers, outside 1-65535, or the last below the first).
Result<PortRange> parse_port_range(std::string_view text);

constexpr bool overlap(PortRange a, PortRange b) { return a.first <= b.last && b.first <= a.last; }

/// Whether nothing of this host listens on `port`, on any of its addresses. Others may take it right after.
bool port_is_free(std::uint16_t port);

}  // namespace ballast
