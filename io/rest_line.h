// One connection to one server by cpprestsdk, which stands in this .cc alone. What the library cannot bound by itself
// is bounded here, as far as it can be: docs/decisions/0011-cpprest-for-vendors.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/request.h"
#include "core/result.h"
#include "core/secret.h"
#include "io/tls_watch.h"
#include "io/url.h"

namespace ballast {

struct RestServer {
  Url url{};              ///< of which scheme, host and port count
  std::string dial{};     ///< the address that is dialled, of IPv4; or a name, which the library looks up
  Authorities trusted{};  ///< of https
};

struct RestRequest {
  std::string method{};
  std::string target{};
  /// The request as `request_text` writes it: its header fields and its body are sent.
  std::shared_ptr<const Secret<std::string>> text{};
  std::size_t header_bytes = 16384;  ///< cap of the answer's header
  std::int64_t max_bytes = 0;        ///< cap of the answer's body
};

struct RestAnswer {
  Response response{};  ///< without times
  std::string retry_after{};
  bool stays_open = false;
};

/// Before the first line; does something once in a process: 4 threads instead of 40, and no authorities of the
/// library's own, which it would read anew for each connection (40 ms) before ours replace them. Sets SSL_CERT_FILE and
/// SSL_CERT_DIR.
void prepare_rest_library();

/// One question at a time; lives on the loop's thread. A line on which a question failed is not used again.
class RestLine {
 public:
  struct Core;
  explicit RestLine(const RestServer& server);
  /// Hangs up; the question that is under way is still answered, with an error.
  ~RestLine();
  RestLine(const RestLine&) = delete;
  RestLine& operator=(const RestLine&) = delete;

  /// `done` is called once, on any thread. Errors: unavailable, invalid (a target that the library would
  /// change, a malformed answer, one above its limits). They hold nothing of the request.
  void ask(RestRequest request, std::function<void(Result<RestAnswer>)> done);
  void hang_up();

  /// Whether there was a connection. Of plain http it is known only when it is known that there was none.
  [[nodiscard]] bool connected() const;
  /// Whether a byte of the request may be on its way.
  [[nodiscard]] bool may_have_sent() const;
  /// Whether the question may not have been read since an old connection had ended: nothing of an answer came, and the
  /// library itself has not asked twice.
  [[nodiscard]] bool may_be_stale() const;
  /// What is missing, for who gives up.
  [[nodiscard]] std::string waits_for() const;

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace ballast
