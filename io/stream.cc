#include "io/stream.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/secret.h"
#include "io/address_rules.h"
#include "io/asio.h"
#include "io/completion.h"
#include "io/tls_context.h"
#include "io/tls_facts.h"

namespace ballast {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using Endpoint = asio::generic::stream_protocol::endpoint;

constexpr std::size_t kReadBytes = 16384;
constexpr std::size_t kMaxUnixPath = 107;  // sockaddr_un
constexpr Duration kLeastAttempt = std::chrono::milliseconds{250};

/// Calls once, unless it is destroyed first.
class Alarm {
 public:
  Alarm(Loop& loop, TimePoint when, std::function<void()> ring) : timer_(context_of(loop)) {
    timer_.expires_after(when - loop.now());
    timer_.async_wait([ring = std::move(ring)](const error_code& error) {
      if (!error) ring();
    });
  }

 private:
  asio::steady_timer timer_;
};

}  // namespace

struct Network::Core {
  Loop& loop;
  NetworkOptions options;
  TlsContexts contexts;
  std::unique_ptr<Resolver> resolver;
  Core(Loop& the_loop, NetworkOptions the_options)
      : loop(the_loop),
        options(std::move(the_options)),
        contexts(options),
        resolver(make_resolver(the_loop, options.look_up_name)) {}
};

struct Stream::Core : std::enable_shared_from_this<Stream::Core> {
  using Moved = std::function<void(Result<std::size_t>)>;

  Loop& loop;
  Socket socket;
  std::optional<asio::ssl::stream<Socket&>> tls{};
  std::optional<Alarm> alarm{};
  bool timed_out = false;
  bool refused = false;
  bool hung_up = false;
  bool half_closes = false;
  std::string outgoing{};  // here and not in the asker's frame, which may go while the kernel still writes
  std::array<char, kReadBytes> incoming{};

  explicit Core(Loop& the_loop) : loop(the_loop), socket(context_of(the_loop)) {}
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() { wipe(outgoing); }

  void set_deadline(TimePoint when) {
    alarm.reset();
    if (when == TimePoint::max()) return;
    alarm.emplace(loop, when, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->expire();
    });
  }
  void expire() {
    timed_out = true;
    close();
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
  }

  /// Keeps the connection alive until the operation is over, whoever asked for it.
  auto then(Moved moved) {
    return [self = shared_from_this(), moved = std::move(moved)](const error_code& error, std::size_t bytes) {
      moved(error ? self->failure(error) : Result<std::size_t>(bytes));
    };
  }
  auto then_nothing(Moved moved) {
    return [handle = then(std::move(moved))](const error_code& error) { handle(error, 0); };
  }

  [[nodiscard]] Result<std::size_t> failure(const error_code& error) {
    refused = error == asio::error::connection_refused;
    hung_up = error == asio::error::connection_reset || error == asio::error::broken_pipe;
    if (timed_out) return Error{Errc::timeout, "the deadline passed"};
    if (error == asio::error::eof) return std::size_t{0};
    if (error == asio::error::operation_aborted) return Error{Errc::unavailable, "connection closed"};
    if (error == asio::ssl::error::stream_truncated || reads_on_after_eof(error))
      return Error{Errc::unavailable, "the TLS connection ended without notice"};
    return Error{Errc::unavailable, error.message()};
  }
  static bool reads_on_after_eof(const error_code& error) {
    return error.category() == asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  }
};

namespace {

Task<Result<Done>> shake_hands(std::shared_ptr<Stream::Core> core, TlsContext context, std::string host,
                               bool trust_anybody) {
  core->tls.emplace(core->socket, *context);
  SSL* const ssl = core->tls->native_handle();
  if (trust_anybody) SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  expect_host(ssl, host);
  Completion<Result<std::size_t>> shaken;
  core->tls->async_handshake(asio::ssl::stream_base::client, core->then_nothing(shaken.callback()));
  const Result<std::size_t> result = co_await shaken;
  const long verdict = SSL_get_verify_result(ssl);
  if (result && SSL_is_init_finished(ssl)) co_return Done{};
  if (!result && result.error().code == Errc::timeout) co_return Error{Errc::timeout, "TLS handshake: no answer"};
  if (verdict != X509_V_OK)
    co_return Error{Errc::unavailable, fmt::format("TLS handshake: the certificate of {} is not trusted: {}", host,
                                                   X509_verify_cert_error_string(verdict))};
  co_return Error{Errc::unavailable, "TLS handshake: " + (result ? "connection closed" : result.error().message)};
}

/// Closes the connection unless it was handed on: a pending operation alone would keep it open.
class Guard {
 public:
  explicit Guard(std::shared_ptr<Stream::Core> core) : core_(std::move(core)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() {
    if (core_) core_->close();
  }
  std::shared_ptr<Stream::Core> hand_on() { return std::exchange(core_, nullptr); }

 private:
  std::shared_ptr<Stream::Core> core_;
};

/// Where nobody listens on a port that the kernel also gives to clients, a connection can meet itself.
bool is_connected_to_itself(const Socket& socket) {
  error_code failed;
  const Endpoint local = socket.local_endpoint(failed);
  const Endpoint remote = failed ? Endpoint{} : socket.remote_endpoint(failed);
  return !failed && local.protocol().family() != AF_UNIX && local == remote;
}

Task<Result<std::shared_ptr<Stream::Core>>> connect(Network::Core& network, Endpoint endpoint, std::string name,
                                                    TimePoint until, bool* refused) {
  auto core = std::make_shared<Stream::Core>(network.loop);
  Guard guard(core);
  core->set_deadline(until);
  Completion<Result<std::size_t>> connected;
  core->socket.async_connect(endpoint, core->then_nothing(connected.callback()));
  const Result<std::size_t> result = co_await connected;
  *refused = *refused && (core->refused || is_connected_to_itself(core->socket));
  if (result && is_connected_to_itself(core->socket))
    co_return Error{Errc::unavailable, fmt::format("connect to {}: Connection refused", name)};
  if (!result) co_return Error{result.error().code, fmt::format("connect to {}: {}", name, result.error().message)};
  if (core->half_closes = endpoint.protocol().family() != AF_UNIX; core->half_closes) {
    error_code ignored;
    core->socket.set_option(tcp::no_delay(true), ignored);
  }
  co_return guard.hand_on();
}

/// Checked on addresses, after the look-up: a name can point anywhere.
Result<std::vector<asio::ip::address>> allowed(const NetworkOptions& options, const Addresses& texts) {
  std::vector<asio::ip::address> addresses;
  std::string refused;
  for (const std::string& text : texts) {
    error_code failed;
    const auto address = asio::ip::make_address(text, failed);
    if (failed) continue;
    const AddressKind kind = kind_of_address(text);
    if ((!options.allow_loopback && kind == AddressKind::loopback) ||
        (!options.allow_link_local && kind == AddressKind::link_local))
      refused = text;
    else
      addresses.push_back(address);
  }
  if (!addresses.empty()) return addresses;
  if (!refused.empty())
    return Error{Errc::denied, "address " + refused + " is not allowed: loopback and link-local ones need a flag"};
  return Error{Errc::unavailable, "no usable address"};
}

Task<Result<Addresses>> find_addresses(Network::Core& network, std::string host, TimePoint deadline) {
  error_code is_name;
  asio::ip::make_address(host, is_name);
  if (!is_name) co_return Addresses(1, host);
  Completion<Result<Addresses>> found;
  const Alarm alarm(network.loop, deadline, [late = found.callback(), host] {
    late(Error{Errc::timeout, "look-up of name " + host + ": the deadline passed"});
  });
  network.resolver->resolve(host, found.callback());
  co_return co_await found;
}

/// Addresses share what is left of the time, so that one that swallows packets leaves some to the next.
Task<Result<std::shared_ptr<Stream::Core>>> connect_to_any(Network::Core& network, Peer peer, TimePoint deadline,
                                                           bool* refused) {
  const Result<Addresses> found = co_await find_addresses(network, peer.host, deadline);
  if (!found) co_return found.error();
  const auto addresses = allowed(network.options, *found);
  if (!addresses) co_return addresses.error();
  Error failure;
  *refused = true;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const TimePoint now = network.loop.now();
    const Duration share = (deadline - now) / static_cast<std::int64_t>(addresses->size() - i);
    const Endpoint endpoint(tcp::endpoint((*addresses)[i], peer.port));
    const std::string name = fmt::format("{}", (*addresses)[i].to_string());
    auto core =
        co_await connect(network, endpoint, name, std::min(deadline, now + std::max(share, kLeastAttempt)), refused);
    if (core) co_return core;
    failure = core.error();
    if (network.loop.now() < deadline) continue;
    *refused = *refused && i + 1 == addresses->size();
    break;
  }
  co_return failure;
}

Task<Result<std::shared_ptr<Stream::Core>>> connect_to(Network::Core& network, Peer peer, TimePoint deadline,
                                                       bool* refused) {
  *refused = false;
  if (peer.kind != Peer::Kind::unix_socket) co_return co_await connect_to_any(network, peer, deadline, refused);
  if (peer.path.empty() || peer.path.size() > kMaxUnixPath)
    co_return Error{Errc::invalid,
                    fmt::format("a path of a socket has 1 to {} characters, not {}", kMaxUnixPath, peer.path.size())};
  const Endpoint endpoint{asio::local::stream_protocol::endpoint(peer.path)};
  *refused = true;
  co_return co_await connect(network, endpoint, "socket", deadline, refused);
}

}  // namespace

Network::Network(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Network::~Network() = default;

Result<std::unique_ptr<Network>> make_network(Loop& loop, NetworkOptions options) {
  auto core = std::make_unique<Network::Core>(loop, std::move(options));
  const auto usable = core->contexts.of({});
  if (!usable) return usable.error();
  return std::make_unique<Network>(std::move(core));
}

Task<Result<Stream>> open_stream(Network& network, Peer peer, TimePoint deadline, bool* refused) {
  Network::Core& shared = network.core();
  bool ignored = false;
  const bool secure = peer.kind == Peer::Kind::tls;
  const TlsOptions tls = peer.tls;
  const std::string host = tls.server_name.empty() ? peer.host : tls.server_name;
  const Result<TlsContext> context = secure ? shared.contexts.of(tls) : Result<TlsContext>(nullptr);
  if (!context) co_return context.error();
  const auto connected =
      co_await connect_to(shared, std::move(peer), deadline, refused == nullptr ? &ignored : refused);
  if (!connected) co_return connected.error();
  (*connected)->set_deadline(deadline);
  Stream stream(*connected);  // from here on the connection ends with this task
  if (secure) {
    const Result<Done> shaken = co_await shake_hands(*connected, *context, host, tls.insecure_skip_verify);
    if (!shaken) co_return shaken.error();
  }
  co_return stream;
}

Task<Result<TlsFacts>> shake_hands_with_anybody(Network& network, Peer peer, std::string name, TimePoint deadline) {
  Network::Core& shared = network.core();
  bool ignored = false;
  const auto context = shared.contexts.of(peer.tls);
  if (!context) co_return context.error();
  const auto connected = co_await connect_to(shared, std::move(peer), deadline, &ignored);
  if (!connected) co_return connected.error();
  const std::shared_ptr<Stream::Core>& core = *connected;
  core->set_deadline(deadline);
  const Stream stream(core);
  core->tls.emplace(core->socket, **context);
  SSL* const ssl = core->tls->native_handle();
  SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  expect_host(ssl, name);
  Completion<Result<std::size_t>> shaken;
  core->tls->async_handshake(asio::ssl::stream_base::client, core->then_nothing(shaken.callback()));
  const Result<std::size_t> result = co_await shaken;
  // A handshake that fails later, because we have no certificate to show, has shown the peer's.
  if (auto facts = tls_facts(ssl, name, shared.loop.wall())) co_return *std::move(facts);
  if (!result) co_return Error{result.error().code, "TLS handshake: " + result.error().message};
  co_return Error{Errc::unavailable, "TLS handshake: the connection closed before a certificate was shown"};
}

Stream adopt_socket(Loop& loop, int descriptor) {
  auto core = std::make_shared<Stream::Core>(loop);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  error_code ignored;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  core->socket.assign(asio::generic::stream_protocol(address.ss_family, 0), descriptor, ignored);
  core->socket.set_option(tcp::no_delay(true), ignored);
  core->half_closes = true;
  return Stream(std::move(core));
}

Stream::Stream(std::shared_ptr<Core> core) : core_(std::move(core)) {}
Stream::~Stream() {
  if (core_) close();
}
Stream& Stream::operator=(Stream&& other) noexcept {
  std::swap(core_, other.core_);
  return *this;
}

void Stream::set_deadline(TimePoint when) { core_->set_deadline(when); }

Task<Result<Done>> Stream::write(std::string bytes) {
  const std::shared_ptr<Core> core = core_;
  core->outgoing = std::move(bytes);
  Completion<Result<std::size_t>> written;
  const auto buffer = asio::buffer(core->outgoing);
  if (core->tls)
    asio::async_write(*core->tls, buffer, core->then(written.callback()));
  else
    asio::async_write(core->socket, buffer, core->then(written.callback()));
  const Result<std::size_t> result = co_await written;
  wipe(core->outgoing);  // it may have held a secret
  if (!result) co_return result.error();
  co_return Done{};
}

Task<Result<std::string_view>> Stream::read() {
  const std::shared_ptr<Core> core = core_;
  Completion<Result<std::size_t>> arrived;
  const auto buffer = asio::buffer(core->incoming);
  if (core->tls)
    core->tls->async_read_some(buffer, core->then(arrived.callback()));
  else
    core->socket.async_read_some(buffer, core->then(arrived.callback()));
  const Result<std::size_t> count = co_await arrived;
  if (!count) co_return count.error();
  co_return std::string_view(core->incoming.data(), *count);
}

void Stream::finish_writing() {
  error_code ignored;
  if (!core_->tls && core_->half_closes) core_->socket.shutdown(Socket::shutdown_send, ignored);
}

bool Stream::peer_hung_up() const { return core_->hung_up; }

bool Stream::is_quiet() const {
  if (!core_->socket.is_open()) return false;
  char byte = 0;
  return recv(core_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Stream::close() { core_->close(); }

}  // namespace ballast
