// Says something to a socket and hears it out, byte by byte: no code of Ballast's stands between.
#pragma once

#include <sys/socket.h>

#include <string>

namespace ballast {

/// Connects the socket `connection` and closes it in the end. Empty when nobody listens. A read waits for at most
/// `patience_seconds`.
std::string raw_exchange(int connection, const sockaddr* address, socklen_t size, const std::string& text,
                         int patience_seconds);

}  // namespace ballast
