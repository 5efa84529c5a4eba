// An open-loop HTTP client: it sends each request when it is due, whatever became of those before. One thread, one
// epoll.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ballast_demo {

/// What became of a request. Times are CLOCK_MONOTONIC in microseconds.
struct Finished {
  std::int64_t id = 0;
  std::int64_t due_us = 0;
  std::int64_t sent_us = 0;  ///< when it was handed to a connection, which may still have been connecting
  std::int64_t finished_us = 0;
  int status = 0;       ///< 0 when no answer came
  std::string error{};  ///< empty when an answer came: `timeout`, `connect: …`, `closed`, `bad answer`
};

/// Connections are kept alive and used again, the last one used first; a request that finds none idle opens a new one,
/// so that no request waits for another. An idle one is closed after 4 s, before the other side may do so. Nothing is
/// sent twice: whatever happens to a request is what its user would have seen.
class Client {
 public:
  Client(std::string host, int port, std::int64_t timeout_us);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `due_us` starts the clock of the time-out and must not decrease from call to call.
  void send(std::int64_t id, std::int64_t due_us, const std::string& target);
  /// Handles what happens until `until_us` (monotonic), or until something did.
  void step(std::int64_t until_us);
  /// What has finished since the last call.
  std::vector<Finished> take_finished();
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  [[nodiscard]] std::size_t connections_opened() const { return opened_; }

 private:
  struct Connection {
    std::string out{};
    std::string in{};
    Finished request{};
    bool busy = false;
    std::int64_t idle_since_us = 0;
    std::uint64_t serial = 0;
  };
  struct Deadline {
    std::int64_t at_us = 0;
    int fd = -1;
    std::uint64_t serial = 0;
    std::int64_t id = 0;
  };

  int connect_new(std::string& error);
  int idle_connection();
  void close_idle(std::int64_t now);
  void watch(int fd, std::uint32_t events, int operation) const;
  void write_out(int fd);
  void read_in(int fd);
  void finish(int fd, int status, const std::string& error, bool reuse);
  void expire(std::int64_t now);
  [[nodiscard]] std::int64_t next_deadline() const;

  std::string host_;
  int port_;
  std::int64_t timeout_us_;
  int poll_;
  std::map<int, Connection> connections_{};
  std::vector<int> idle_{};  ///< last used at the back
  std::deque<Deadline> deadlines_{};
  std::vector<Finished> finished_{};
  std::size_t in_flight_ = 0;
  std::size_t opened_ = 0;
  std::uint64_t serial_ = 0;
};

}  // namespace ballast_demo
