// The one bounded client: HTTP/1.1 (http, https) for probes, Kubernetes and addresses that users name, and plain
// exchanges over TCP, TLS and unix sockets. Runs on the loop's thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/time.h"
#include "io/fetcher.h"
#include "io/loop.h"
#include "io/stream.h"

namespace ballast {

struct HttpClientOptions {
  std::string user_agent{"ballast"};
  NetworkOptions network{};
  std::size_t idle_per_origin = 4;  ///< connections kept for reuse
  std::size_t idle_in_all = 512;
  Duration idle_timeout = std::chrono::seconds{30};  ///< then a kept connection is closed
  std::size_t header_bytes = 16384;                  ///< cap of an answer's header
};

/// What `fetch` promises beyond the port:
/// - `Request::deadline` covers all: name, connect, TLS, write, read. Slow drips end there.
/// - A redirect is an answer; nothing is followed. Content is never compressed. HEAD has no body.
/// - GET and HEAD on a kept connection that turns out closed are asked once more on a new one.
/// - Others always get a new connection, and one that may have reached the server and got no whole answer:
/// outcome_unknown.
/// - denied: an address that the options refuse; a certificate that cannot be trusted is unavailable.
/// - A peer that refuses is unavailable, or an answer where the request says so; then all its addresses have refused.
/// - An exchange sends `body` and reads to the end of the stream; status 200. TCP peers are told that no more comes
///   (Redis, memcached, HAProxy then close); unix sockets and TLS are not.
/// - Messages name the url without user, password and the values of its query.
/// - Secrets are read when they are sent, and taken out of answers that repeat them. Certificates are read again when
///   their files changed. Connections are shared only between requests with the same `tls`.
/// Destroying a fetch closes its connection. The fetcher must outlive its fetches, the loop the fetcher.
/// Errors of making it: invalid (a certificate, key or CA file that cannot be read).
[[nodiscard]] Result<std::unique_ptr<Fetcher>> make_http_fetcher(Loop& loop, HttpClientOptions options = {});

}  // namespace ballast
