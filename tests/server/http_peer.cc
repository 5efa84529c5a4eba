#include "tests/server/http_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <thread>

namespace ballast {
namespace {

constexpr int kPatienceMs = 20'000;

}  // namespace

HttpPeer::HttpPeer(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
}

HttpPeer::~HttpPeer() { close(descriptor_); }

bool HttpPeer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool HttpPeer::read_more() {
  pollfd one{descriptor_, POLLIN, 0};
  std::array<char, 65536> bytes{};
  if (poll(&one, 1, kPatienceMs) <= 0) return false;
  const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count > 0) come_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::string HttpPeer::answer(bool head) {
  for (;;) {
    if (const std::size_t header = come_.find("\r\n\r\n"); header != come_.npos) {
      const std::size_t length = come_.find("Content-Length: ");
      const std::size_t body = head || length > header ? 0 : std::strtoul(come_.c_str() + length + 16, nullptr, 10);
      if (come_.size() >= header + 4 + body) {
        std::string one = come_.substr(0, header + 4 + body);
        come_.erase(0, one.size());
        return one;
      }
    }
    if (!read_more()) return come_;
  }
}

std::string HttpPeer::rest() {
  while (read_more()) {
  }
  return come_;
}

bool HttpPeer::is_closed() const {
  pollfd one{descriptor_, POLLIN, 0};
  char byte = 0;
  return poll(&one, 1, kPatienceMs) == 1 && recv(descriptor_, &byte, 1, MSG_PEEK) <= 0;
}

void run_beside(Loop& loop, const std::function<void()>& client) {
  std::thread thread([&] {
    client();
    loop.stop();
  });
  loop.run();
  thread.join();
}

}  // namespace ballast
