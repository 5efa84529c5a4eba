#include "tests/support/raw_exchange.h"

#include <sys/time.h>
#include <unistd.h>

#include <array>

namespace ballast {

std::string raw_exchange(int connection, const sockaddr* address, socklen_t size, const std::string& text,
                         int patience_seconds) {
  const timeval patience{.tv_sec = patience_seconds, .tv_usec = 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string answer;
  if (connect(connection, address, size) == 0 &&
      send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = read(connection, buffer.data(), buffer.size())) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(connection);
  return answer;
}

}  // namespace ballast
