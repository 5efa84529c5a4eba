// A server on loopback that does to its clients what a script says, byte by byte: the faults that real servers have.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <thread>

namespace ballast {

/// One accepted connection, blocking. Every call returns once the server is being destroyed.
class RawPeer {
 public:
  RawPeer(int descriptor, const std::atomic<bool>& stopping) : descriptor_(descriptor), stopping_(stopping) {}
  /// Until the end of a header and of the Content-Length after it, if any; "" when the client closed.
  std::string read_request();
  /// What comes next, or "" at the end.
  std::string read_some();
  /// False when the client is gone.
  bool send(std::string_view bytes);
  /// Waits until the client closes.
  void hang();
  void reset();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  const std::atomic<bool>& stopping_;
};

class RawServer {
 public:
  using Script = std::function<void(RawPeer&)>;
  explicit RawServer(Script script);
  RawServer(Script script, const std::string& unix_path);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// `http://127.0.0.1:PORT` + path
  [[nodiscard]] std::string url(std::string_view path = "/", std::string_view scheme = "http") const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve();
  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  struct Conversation {
    std::atomic<bool> over = false;
    std::thread thread{};
  };
  std::list<Conversation> peers_{};
  std::thread acceptor_{};
};

/// A script that sends these bytes to each request on a connection that stays open.
RawServer::Script always(std::string answer);

}  // namespace ballast
