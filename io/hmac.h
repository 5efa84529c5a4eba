// Message authentication codes: how a receiver knows that a message is ours, and whole. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/secret.h"

namespace ballast {

/// HMAC-SHA256 (RFC 2104, FIPS 180-4) as 64 lower-case hex digits. Any key, an empty one too.
std::string hmac_sha256_hex(const Secret<std::string>& key, std::string_view message);

}  // namespace ballast
