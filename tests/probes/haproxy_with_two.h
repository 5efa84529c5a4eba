// A real HAProxy on unix sockets in a folder of its own: no ports. Its servers ballast-w1 and ballast-w2 of the backend
// `web` are its own listeners, which answer each request.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/real_haproxy.h"

namespace ballast {

class HaproxyWithTwo {
 public:
  /// Null when there is no HAProxy on this machine or it does not start.
  static std::unique_ptr<HaproxyWithTwo> start();
  ~HaproxyWithTwo();
  HaproxyWithTwo(const HaproxyWithTwo&) = delete;
  HaproxyWithTwo& operator=(const HaproxyWithTwo&) = delete;

  [[nodiscard]] std::string admin_socket() const { return haproxy_.admin_socket(); }
  [[nodiscard]] std::string ask(const std::string& commands) const { return haproxy_.ask(commands); }
  /// One HTTP request through the backend `web`. The whole answer.
  [[nodiscard]] std::string get() const;

 private:
  explicit HaproxyWithTwo(std::filesystem::path folder);
  std::filesystem::path folder_;
  RealHaproxy haproxy_;
};

}  // namespace ballast
