// What a handshake showed of the peer's certificates: dates, and all that is wrong with them. For .cc files that speak
// TLS, and no others.
#pragma once

#include <optional>
#include <string>

#include "core/facts.h"
#include "core/time.h"

struct ssl_st;  // OpenSSL's SSL

namespace ballast {

/// The name that the server is asked for (none for an address) and that its certificate must be for.
void expect_host(ssl_st* connection, const std::string& host);

/// Judged by the authorities of the connection's context, at `now`. Nothing when no certificate was shown.
std::optional<TlsFacts> tls_facts(ssl_st* connection, const std::string& host, WallTime now);

}  // namespace ballast
