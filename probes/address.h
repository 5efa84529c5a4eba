// Where a probe asks: `host:port` as people write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config_node.h"

namespace ballast {

/// What is wrong with an address to connect to that has the form of one: port 0, or a pattern for a host.
Problems check_peer_address(std::string_view key, std::string_view address);

}  // namespace ballast
