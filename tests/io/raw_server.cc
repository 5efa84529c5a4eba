#include "tests/io/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace ballast {
namespace {

constexpr int kTickMs = 20;

bool wait_for(int descriptor, short events, const std::atomic<bool>& stopping) {
  while (!stopping) {
    pollfd one{descriptor, events, 0};
    if (poll(&one, 1, kTickMs) > 0) return true;
  }
  return false;
}

void check(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

std::string RawPeer::read_some() {
  std::array<char, 4096> bytes{};
  if (!wait_for(descriptor_, POLLIN, stopping_)) return "";
  const ssize_t count = recv(descriptor_, bytes.data(), bytes.size(), 0);
  return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : "";
}

std::string RawPeer::read_request() {
  std::string text;
  for (;;) {
    const std::size_t header = text.find("\r\n\r\n");
    if (header != text.npos) {
      const std::size_t length = text.find("Content-Length:");
      const std::size_t body = length == text.npos ? 0 : std::strtoul(text.c_str() + length + 15, nullptr, 10);
      if (text.size() >= header + 4 + body) return text;
    }
    const std::string more = read_some();
    if (more.empty()) return "";
    text += more;
  }
}

bool RawPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(descriptor_, POLLOUT, stopping_)) return false;
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawPeer::hang() {
  while (!read_some().empty()) {
  }
}

void RawPeer::reset() {
  const linger now{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

RawServer::RawServer(Script script) : script_(std::move(script)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  check(listen(listener_, 128) == 0, "listen");
  acceptor_ = std::thread([this] { serve(); });
}

RawServer::RawServer(Script script, const std::string& unix_path) : script_(std::move(script)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, unix_path.c_str(), sizeof address.sun_path - 1);
  unlink(unix_path.c_str());
  listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
  check(listen(listener_, 128) == 0, "listen");
  acceptor_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  stopping_ = true;
  acceptor_.join();
  for (auto& peer : peers_) peer.thread.join();
  close(listener_);
}

std::string RawServer::url(std::string_view path, std::string_view scheme) const {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void RawServer::serve() {
  while (wait_for(listener_, POLLIN, stopping_)) {
    const int descriptor = accept(listener_, nullptr, nullptr);
    if (descriptor < 0) continue;
    ++connections_;
    peers_.remove_if([](Conversation& peer) {
      if (!peer.over) return false;
      peer.thread.join();
      return true;
    });
    Conversation& conversation = peers_.emplace_back();
    conversation.thread = std::thread([this, descriptor, &conversation] {
      RawPeer peer(descriptor, stopping_);
      script_(peer);
      close(descriptor);
      conversation.over = true;
    });
  }
}

RawServer::Script always(std::string answer) {
  return [answer = std::move(answer)](RawPeer& peer) {
    while (!peer.read_request().empty() && peer.send(answer)) {
    }
  };
}

}  // namespace ballast
