// A client that sends bytes as they are given, on a thread of its own while the loop serves.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "controller/server/server.h"
#include "io/loop.h"

namespace ballast {

/// A blocking connection to 127.0.0.1.
class HttpPeer {
 public:
  explicit HttpPeer(std::uint16_t port);
  ~HttpPeer();
  HttpPeer(const HttpPeer&) = delete;
  HttpPeer& operator=(const HttpPeer&) = delete;
  bool send(std::string_view bytes) const;
  /// One answer with its body, by Content-Length; without a body for HEAD; what came when the server closed first.
  std::string answer(bool head = false);
  /// Everything until the server closes.
  std::string rest();
  [[nodiscard]] bool is_closed() const;

 private:
  bool read_more();
  int descriptor_;
  std::string come_{};
};

/// Runs `client` on a thread while `loop` runs; returns when it is done.
void run_beside(Loop& loop, const std::function<void()>& client);

}  // namespace ballast
