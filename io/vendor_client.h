// The bounded client for fixed hosts of vendors (clouds, Slack, Telegram), by cpprestsdk: what a document names goes
// through io/http_client.h instead. Runs on the loop's thread; the library's four threads only translate and post.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "io/fetcher.h"
#include "io/loop.h"
#include "io/resolver.h"
#include "io/stream.h"

namespace ballast {

struct VendorClientOptions {
  std::vector<std::string> hosts{};  ///< the only ones that are asked: exact names in lower case
  std::string user_agent{"ballast"};
  /// PEM: the only authorities that are trusted, read once; empty, or the default where the system has none: nobody is.
  std::string ca_file{kSystemAuthorities};
  LookUp look_up_name = look_up;    ///< how names are found; blocking, any thread
  bool allow_plain = false;         ///< http too, for tests: there the memory of an answer's header is not bounded
  std::size_t idle_per_origin = 4;  ///< connections of GET and HEAD, kept for the next one: writes use none
  Duration idle_timeout = std::chrono::seconds{30};  ///< then a kept connection is not used again
  std::size_t header_bytes = 16384;                  ///< cap of an answer's header
};

/// Promises of requests over http and https what `make_http_fetcher` does, but for these:
/// - denied: a host that is not among `hosts`, http unless `allow_plain`. invalid: any other channel, `tls` options of
/// a
///   request (those are for addresses that users name), a target that the library would change (`//a`, `/a|b`).
/// - Messages name scheme, host and port alone: in vendors' paths there are secrets too (Slack, Telegram).
/// - A peer that refuses is unavailable, whatever the request says.
/// - A new connection is one more of the library's, of which the deadline ends the waiting at once and the memory soon.
/// - Interim (1xx) answers are refused: the library takes the first for the whole answer.
/// The fetcher must outlive its fetches, the loop the fetcher. It sets SSL_CERT_FILE and SSL_CERT_DIR of this process,
/// so that the library trusts nobody by itself: make it before there are other threads.
/// Errors of making it: invalid (a CA file that cannot be read).
[[nodiscard]] Result<std::unique_ptr<Fetcher>> make_vendor_fetcher(Loop& loop, VendorClientOptions options);

}  // namespace ballast
