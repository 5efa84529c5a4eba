// Whether an address accepts connections: the `tcp` of checks. No name is looked up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/task.h"
#include "core/time.h"
#include "io/time_source.h"

namespace ballast {

struct SocketAddress {
  std::string host{};  ///< IPv4 or IPv6, without brackets
  std::uint16_t port = 0;
  bool operator==(const SocketAddress&) const = default;
};

/// `127.0.0.1:9001` or `[::1]:9001`. Errors: invalid (a name, or no port).
Result<SocketAddress> parse_socket_address(std::string_view text);

/// Connects and hangs up. Errors: unavailable (refused, no route), timeout.
Task<Result<Done>> try_to_connect(TimeSource& time, SocketAddress address, Duration timeout);

}  // namespace ballast
