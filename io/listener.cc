#include "io/listener.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "io/asio.h"

namespace ballast {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kPause = std::chrono::milliseconds{100};

std::optional<tcp::endpoint> endpoint_of(std::string_view where) {
  const std::size_t colon = where.rfind(':');
  if (colon == where.npos) return std::nullopt;
  std::string host(where.substr(0, colon));
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string_view digits = where.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, bad_port] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  error_code bad_host;
  const auto address = asio::ip::make_address(host, bad_host);
  if (bad_host || bad_port != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return tcp::endpoint(address, port);
}

/// Shared with its own pending operations, which may outlast the listener.
struct Door : std::enable_shared_from_this<Door> {
  Loop& loop;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
  std::function<void(Stream)> accepted;
  bool closed = false;

  Door(Loop& the_loop, std::function<void(Stream)> callback)
      : loop(the_loop), acceptor(context_of(the_loop)), pause(context_of(the_loop)), accepted(std::move(callback)) {}

  void wait() {
    acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
      if (self->closed) return;
      if (error) return self->wait_a_little();  // no descriptors left, or a client that was gone already
      self->wait();
      error_code failed;
      const int descriptor = socket.release(failed);
      if (!failed) self->accepted(adopt_socket(self->loop, descriptor));
    });
  }
  void wait_a_little() {
    pause.expires_after(kPause);
    pause.async_wait([self = shared_from_this()](const error_code&) {
      if (!self->closed) self->wait();
    });
  }
};

class TcpListener final : public Listener {
 public:
  explicit TcpListener(std::shared_ptr<Door> door) : door_(std::move(door)) {}
  ~TcpListener() override {
    error_code ignored;
    door_->closed = true;
    door_->acceptor.close(ignored);
    door_->pause.cancel();
  }
  [[nodiscard]] std::uint16_t port() const override {
    error_code ignored;
    return door_->acceptor.local_endpoint(ignored).port();
  }

 private:
  std::shared_ptr<Door> door_;
};

}  // namespace

Result<std::unique_ptr<Listener>> make_listener(Loop& loop, const std::string& where,
                                                std::function<void(Stream)> accepted) {
  const auto endpoint = endpoint_of(where);
  if (!endpoint)
    return Error{Errc::invalid, fmt::format("listen: {}: not an address and a port, as in 127.0.0.1:8080", where)};
  auto door = std::make_shared<Door>(loop, std::move(accepted));
  error_code failed;
  door->acceptor.open(endpoint->protocol(), failed);
  if (!failed) door->acceptor.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed) door->acceptor.bind(*endpoint, failed);
  if (!failed) door->acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (failed)
    return Error{failed == asio::error::access_denied ? Errc::denied : Errc::unavailable,
                 fmt::format("listen: {}: {}", where, failed.message())};
  door->wait();
  return std::unique_ptr<Listener>(std::make_unique<TcpListener>(std::move(door)));
}

}  // namespace ballast
