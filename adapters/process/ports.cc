#include "adapters/process/ports.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "core/read_number.h"

namespace ballast {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (!read_number(text, port) || port == 0) return std::nullopt;
  return port;
}

/// The errno of binding to all addresses of a family; 0 when it worked.
int try_bind(int family, std::uint16_t port) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  // Without it a port is taken for a minute after its last connection; with it a listener still refuses.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in6 six{};
  sockaddr_in four{};
  int failed = 0;
  if (family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    failed = bind(fd, reinterpret_cast<const sockaddr*>(&six), sizeof six) == 0 ? 0 : errno;
  } else {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    failed = bind(fd, reinterpret_cast<const sockaddr*>(&four), sizeof four) == 0 ? 0 : errno;
  }
  close(fd);
  return failed;
}

}  // namespace

Result<PortRange> parse_port_range(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  const auto first = parse_port(text.substr(0, hyphen));
  const auto last = hyphen == std::string_view::npos ? first : parse_port(text.substr(hyphen + 1));
  if (!first || !last)
    return Error{Errc::invalid,
                 fmt::format("'{}' is no range of ports within 1-65535; write 9001-9050, or one port", text)};
  if (*first > *last)
    return Error{Errc::invalid, fmt::format("'{}' ends below its begin; write {}-{}", text, *last, *first)};
  return PortRange{*first, *last};
}

bool port_is_free(std::uint16_t port) {
  // A host without one of the families is asked about the other only.
  return try_bind(AF_INET, port) != EADDRINUSE && try_bind(AF_INET6, port) != EADDRINUSE;
}

}  // namespace ballast
