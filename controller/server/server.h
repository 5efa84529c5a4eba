// Ballast's own HTTP server: health, metrics, the API. Values in, values out; a route never sees a socket. Runs on the
// loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/time.h"
#include "io/loop.h"

namespace ballast {

struct ServerRequest {
  std::string method{};
  std::string path{};                                          ///< percent-decoded, without `.` and `..`
  std::string query{};                                         ///< as sent, without the `?`
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names in lower case
  std::string body{};

  /// The first header of this (lower case) name, or "".
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// The decoded value of a key of the query, or "".
  [[nodiscard]] std::string query_value(std::string_view key) const;
};

struct ServerResponse {
  int status = 200;
  std::string content_type{"text/plain; charset=utf-8"};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// `path` is exact, or ends in `/*` for everything below. HEAD is answered by the GET route. A handler answers at
/// once; what escapes it is a 500.
struct Route {
  std::string method{"GET"};
  std::string path{};
  std::function<ServerResponse(const ServerRequest&)> handle{};
};

struct ServerOptions {
  std::string listen{"127.0.0.1:0"};  ///< `address:port`, `[::1]:port`; port 0 takes a free one
  std::vector<std::string> hosts{};   ///< further names that the Host header may have, besides loopback's
  std::size_t header_bytes = 16384;
  std::size_t body_bytes = std::size_t{1} << 20;
  std::size_t connections = 256;
  Duration read_timeout = std::chrono::seconds{10};  ///< for a whole request, from its first byte on
  Duration write_timeout = std::chrono::seconds{30};
  Duration idle_timeout = std::chrono::seconds{60};  ///< between requests
};

/// Counted since the start.
struct ServerStats {
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;      ///< answered 400, 403, 413, 414, 417, 421, 431 or 505 before any route saw it
  std::uint64_t timeouts = 0;     ///< connections closed by a deadline
  std::uint64_t turned_away = 0;  ///< above the cap of connections
  std::size_t open = 0;           ///< now
};

class Server {
 public:
  virtual ~Server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual ServerStats stats() const = 0;
  /// Accepts no more, closes idle connections, lets answers under way finish; `drained` is called once none is open.
  virtual void drain(std::function<void()> drained) = 0;
};

/// Only names of loopback (localhost, 127.0.0.1, [::1]) and `hosts` are accepted in Host: a web page whose name
/// resolves to this machine must not reach it. Errors: invalid (listen is no address), unavailable (taken, not ours),
/// denied.
[[nodiscard]] Result<std::unique_ptr<Server>> make_server(Loop& loop, ServerOptions options, std::vector<Route> routes);

}  // namespace ballast
