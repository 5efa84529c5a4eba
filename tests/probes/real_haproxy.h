// A real HAProxy of its own, on unix sockets in a folder of its own: no ports. Its servers are its own listeners that
// answer each request.
#pragma once

#include <memory>
#include <string>

namespace ballast {

class RealHaproxy {
 public:
  /// Null when there is no HAProxy on this machine or it does not start.
  static std::unique_ptr<RealHaproxy> start();
  ~RealHaproxy();
  RealHaproxy(const RealHaproxy&) = delete;
  RealHaproxy& operator=(const RealHaproxy&) = delete;

  [[nodiscard]] std::string admin_socket() const { return folder_ + "/admin.sock"; }
  /// Commands to the admin socket; what it answered.
  [[nodiscard]] std::string ask(const std::string& commands) const;
  /// One HTTP request through the backend `web`, whose servers are ballast-w1 and ballast-w2. The whole answer.
  [[nodiscard]] std::string get() const;

 private:
  explicit RealHaproxy(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
  int pid_ = 0;
};

}  // namespace ballast
