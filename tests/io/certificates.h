// Authorities and certificates made on the spot, and a server that shows them.
#pragma once

#include <string>

#include "tests/io/raw_server.h"

namespace ballast {

struct Certificate {
  std::string certificate_pem{};
  std::string key_pem{};
  std::string chain_pem{};  ///< one more certificate that a server shows after its own
};

Certificate make_authority(const std::string& name);

/// An authority in the middle: trusted by those who trust `above`.
Certificate make_authority_below(const Certificate& above, const std::string& name, long from_seconds, long to_seconds);

/// Valid for `san` (`DNS:web.test`, `IP:127.0.0.1`) from `from_seconds` to `to_seconds` after now.
Certificate issue(const Certificate& authority, const std::string& san, long from_seconds = -3600,
                  long to_seconds = 3600);

/// Shakes hands, reads a request, sends `answer`, each time on a connection of its own. Closes with or without notice.
/// `trusted_clients`: PEM of the authority whose certificates clients must show; empty: none need be shown.
RawServer::Script over_tls(Certificate certificate, std::string answer, bool with_notice = true,
                           std::string trusted_clients = "");

/// Likewise, and then `piece` again and again, until the client hangs up.
RawServer::Script over_tls_endlessly(Certificate certificate, std::string answer, std::string piece);

/// Likewise, at most TLS 1.2 and not without a client's certificate: the handshake fails after the server's is shown.
RawServer::Script over_old_tls_for_known_clients(Certificate certificate, std::string trusted_clients);

/// A file of the test's own; its path.
std::string write_file(const std::string& name, const std::string& text);

}  // namespace ballast
