#include "adapters/process/connect.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "adapters/process/descriptor.h"

namespace ballast {
namespace {

struct RawAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// Size 0: no address.
RawAddress raw(const SocketAddress& address) {
  RawAddress result;
  sockaddr_in four{};
  sockaddr_in6 six{};
  if (inet_pton(AF_INET, address.host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(address.port);
    result.size = sizeof four;
    std::memcpy(&result.bytes, &four, sizeof four);
  } else if (inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    result.size = sizeof six;
    std::memcpy(&result.bytes, &six, sizeof six);
  }
  return result;
}

/// 0 connected, EINPROGRESS not yet, else why not.
int outcome_of(int fd) {
  pollfd waiting{fd, POLLOUT, 0};
  if (poll(&waiting, 1, 0) <= 0) return EINPROGRESS;
  int failure = 0;
  socklen_t size = sizeof failure;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
  return failure;
}

}  // namespace

Result<SocketAddress> parse_socket_address(std::string_view text) {
  const Error wrong{
      Errc::invalid,
      fmt::format("'{}' is no numeric address with a port: write 127.0.0.1:{{port}} or [::1]:{{port}}", text)};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  SocketAddress address;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || address.port == 0) return wrong;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  const RawAddress parsed = raw(address);
  if (parsed.size == 0 || bracketed != (parsed.bytes.ss_family == AF_INET6)) return wrong;
  return address;
}

Task<Result<Done>> try_to_connect(TimeSource& time, SocketAddress address, Duration timeout) {
  constexpr Duration kFirstLook = std::chrono::milliseconds{5};
  constexpr Duration kLook = std::chrono::milliseconds{50};
  const TimePoint deadline = time.now() + timeout;
  const RawAddress peer = raw(address);
  const Descriptor connection{socket(peer.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!connection) co_return Error{Errc::unavailable, fmt::format("no socket: {}", std::strerror(errno))};
  int state = connect(connection.get(), reinterpret_cast<const sockaddr*>(&peer.bytes), peer.size) == 0 ? 0 : errno;
  Duration wait = kFirstLook;
  while (state == EINPROGRESS && time.now() < deadline) {
    const TimePoint next = std::min(deadline, time.now() + wait);
    co_await Sleep(time, next);
    wait = kLook;
    state = outcome_of(connection.get());
  }
  const std::string where = fmt::format("{} port {}", address.host, address.port);
  if (state == EINPROGRESS)
    co_return Error{Errc::timeout, fmt::format("{}: no connection within {:.1f} s", where, seconds(timeout))};
  if (state != 0) co_return Error{Errc::unavailable, fmt::format("{}: {}", where, std::strerror(state))};
  co_return Done{};
}

}  // namespace ballast
