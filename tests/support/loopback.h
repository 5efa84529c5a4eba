// Addresses of this host for real peers that cannot choose a port of their own.
#pragma once

#include <netinet/in.h>

#include <cstdint>

namespace ballast {

sockaddr_in loopback(std::uint16_t port);

/// One that nobody listens on now; somebody may before it is used: try again.
std::uint16_t free_port();

}  // namespace ballast
