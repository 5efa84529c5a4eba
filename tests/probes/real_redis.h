// A real Redis of its own, without files: on a unix socket in a folder of its own, and on a free port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

class RealRedis {
 public:
  /// Null when there is no Redis on this machine or it does not start. `options`: more arguments of redis-server.
  static std::unique_ptr<RealRedis> start(const std::vector<std::string>& options = {});
  ~RealRedis();
  RealRedis(const RealRedis&) = delete;
  RealRedis& operator=(const RealRedis&) = delete;

  [[nodiscard]] std::string socket() const { return folder_ + "/redis.sock"; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// One command; what Redis answered, as it came.
  [[nodiscard]] std::string tell(const std::vector<std::string_view>& command) const;
  /// A client that Redis has heard of and that stays.
  struct Connection {
    explicit Connection(int fd) : descriptor(fd) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();
    int descriptor;
  };
  [[nodiscard]] std::unique_ptr<Connection> connect() const;

 private:
  explicit RealRedis(std::string folder) : folder_(std::move(folder)) {}
  bool launch(const std::vector<std::string>& options);
  std::string folder_;
  std::uint16_t port_ = 0;
  int pid_ = 0;
};

}  // namespace ballast
