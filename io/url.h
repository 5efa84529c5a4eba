// Addresses as people write them: taken apart, and made fit to be shown. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace ballast {

struct Url {
  std::string scheme{};  ///< http, https, tcp, tls or unix
  std::string user{};    ///< decoded
  std::string password{};
  std::string host{};  ///< lower case, an IPv6 address without brackets; empty for unix
  std::uint16_t port = 0;
  std::string target{};  ///< path and query, at least `/`; of unix the path of the socket; of tcp and tls empty
  bool operator==(const Url&) const = default;
};

/// Accepts `http://`, `https://` (ports 80 and 443 by default), `tcp://host:port`, `tls://host:port` and
/// `unix:///path`. Errors: invalid (another scheme, no host, a port that is none, a space, a control or non-ASCII
/// character, more than 8192 characters); the message shows the url redacted.
Result<Url> parse_url(std::string_view text);

/// The url without user, password and the values of its query; works on malformed ones too.
/// `http://bob:x@h/a?token=y&z` gives `http://h/a?token=***&***`: a part without `=` may be the secret itself.
std::string redact_url(std::string_view text);

/// `http://h:80` or `unix:/run/x.sock`: what names a source to its bulkhead and pool.
std::string origin_of(const Url& url);

/// `a%20b` to `a b`; nothing when an escape is broken.
Result<std::string> percent_decode(std::string_view text);

}  // namespace ballast
