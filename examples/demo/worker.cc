// A worker as bots are: one request at a time, first in first out, each with a little work and a long wait. With the
// defaults (1 ms of CPU, 49 ms of waiting) it serves 20 requests a second. `/healthz` answers at once, even while busy.
// SIGUSR1 makes it sick, and the next one well: it answers 500 at once. SIGUSR2: it waits ten times as long.
// SIGTERM: no new connections, what is queued is finished, exit status 0; the same when the process that it is tied to
// ends. One thread, one epoll.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "examples/demo/clocks.h"
#include "examples/demo/http_text.h"
#include "examples/demo/options.h"

namespace ballast_demo {
namespace {

struct Settings {
  int port = 0;
  std::string name{};
  std::string log{};
  std::int64_t start_delay_us = 0;
  std::int64_t cpu_us = 1'000;
  std::int64_t wait_us = 49'000;
  pid_t tied_to = 0;  ///< 0: none
};

/// One line per event, each with one write to a file that only grows: several workers may share it.
class EventLog {
 public:
  EventLog(const std::string& path, std::string name, int port) : name_(std::move(name)), port_(port) {
    if (!path.empty()) fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
  [[nodiscard]] bool ok(const std::string& path) const { return path.empty() || fd_ >= 0; }
  void write(std::string_view event, std::string_view more = "") const {
    if (fd_ < 0) return;
    const auto line = fmt::format(R"({{"event":"{}","name":"{}","pid":{},"port":{},"mono_us":{},"wall_us":{}{}}})"
                                  "\n",
                                  event, name_, getpid(), port_, monotonic_us(), wall_us(), more);
    // A full disk must not stop the service; the checker will miss the line.
    [[maybe_unused]] const auto written = ::write(fd_, line.data(), line.size());
  }

 private:
  int fd_ = -1;
  std::string name_;
  int port_;
};

struct Connection {
  std::string in{};
  std::string out{};
  bool busy = false;  ///< its request is queued or being served
  bool close_after = false;
  std::uint64_t serial = 0;  ///< a number of a closed socket comes back with the next connection
};

struct Job {
  int fd = -1;
  std::uint64_t serial = 0;
  std::string target{};
  std::int64_t started_us = 0;
  std::int64_t done_at_us = 0;
};

class Worker {
 public:
  explicit Worker(const Settings& settings)
      : settings_(settings), log_(settings.log, settings.name, settings.port), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

  int run() {
    if (!log_.ok(settings_.log)) return fail(settings_.log);
    log_.write("started");
    listen_at_us_ = monotonic_us() + settings_.start_delay_us;
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigaddset(&term, SIGINT);
    sigaddset(&term, SIGUSR1);
    sigaddset(&term, SIGUSR2);
    sigprocmask(SIG_BLOCK, &term, nullptr);
    signals_ = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
    watch(signals_, EPOLLIN, EPOLL_CTL_ADD);
    if (settings_.tied_to > 0) {
      owner_ = static_cast<int>(syscall(SYS_pidfd_open, settings_.tied_to, 0));
      if (owner_ < 0) return fail("--tied-to");
      watch(owner_, EPOLLIN, EPOLL_CTL_ADD);
    }
    while (!(stopping_ && !current_ && queue_.empty() && nothing_to_send())) {
      if (!stopping_ && listener_ < 0 && monotonic_us() >= listen_at_us_ && !open_listener()) return fail("listen");
      step();
    }
    log_.write("stopped", fmt::format(R"(,"served":{})", served_));
    return 0;
  }

 private:
  static int fail(const std::string& what) {
    std::perror(("ballast-demo-worker: " + what).c_str());
    return 1;
  }
  void watch(int fd, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(poll_, operation, fd, &event);
  }

  bool open_listener() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(settings_.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    if (listen(listener_, 1024) != 0) return false;
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
    log_.write("ready");
    return true;
  }

  /// Waits for the next event or the end of the current job, and handles what is there.
  void step() {
    timespec wait{};
    const bool timed = current_ || (!stopping_ && listener_ < 0);
    if (timed) {
      const auto until = current_ ? current_->done_at_us : listen_at_us_;
      const auto left = std::max<std::int64_t>(0, until - monotonic_us());
      wait = {left / 1'000'000, (left % 1'000'000) * 1'000};
    }
    std::array<epoll_event, 64> events{};
    const int count =
        epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), timed ? &wait : nullptr, nullptr);
    for (int i = 0; i < count; ++i) handle(events[static_cast<std::size_t>(i)]);
    if (current_ && monotonic_us() >= current_->done_at_us) finish();
    if (!current_) start_next();
  }

  void handle(const epoll_event& event) {
    const int fd = event.data.fd;
    if (fd == owner_) {
      watch(owner_, 0, EPOLL_CTL_DEL);
      return stop();
    }
    if (fd == signals_) return take_signals();
    if (fd == listener_) return accept_all();
    if ((event.events & EPOLLOUT) != 0) send_to(fd);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_from(fd);
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (read(signals_, &info, sizeof info) > 0) {
      if (info.ssi_signo == SIGUSR1)
        turn(fails_, "fails");
      else if (info.ssi_signo == SIGUSR2)
        turn(slow_, "slow");
      else
        stop();
    }
  }

  void turn(bool& sick, std::string_view how) {
    sick = !sick;
    log_.write(sick ? "sick" : "well", fmt::format(R"(,"how":"{}")", how));
  }

  void stop() {
    if (stopping_) return;
    log_.write("sigterm");
    stopping_ = true;
    if (listener_ < 0) return;
    accept_all();  // whoever is in the backlog would be reset otherwise
    close(listener_);
    listener_ = -1;
  }

  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connections_[fd] = Connection{};
      connections_[fd].serial = ++serial_;
      watch(fd, EPOLLIN, EPOLL_CTL_ADD);
      read_from(fd);
    }
  }

  void drop(int fd) {
    connections_.erase(fd);
    close(fd);
  }

  void read_from(int fd) {
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    std::array<char, 4096> bytes{};
    for (;;) {
      const auto size = recv(fd, bytes.data(), bytes.size(), 0);
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (size <= 0 || found->second.in.size() > 2 * kMaxHead) return drop(fd);
      found->second.in.append(bytes.data(), static_cast<std::size_t>(size));
    }
    next_request(fd, found->second);
  }

  /// Queues the first whole request of a connection that has none in the queue.
  void next_request(int fd, Connection& connection) {
    if (connection.busy) return;
    const auto request = parse_request(connection.in);
    if (request.progress == Progress::more) return;
    if (request.progress == Progress::bad) {
      connection.close_after = true;
      return answer(fd, "400 Bad Request", "bad request\n");
    }
    const std::string target{request.target};
    connection.close_after = !request.keep_alive;
    connection.in.erase(0, request.size);
    if (target == "/healthz")
      return answer(fd, stopping_ ? "503 Service Unavailable" : "200 OK", stopping_ ? "stopping\n" : "ok\n");
    connection.busy = true;
    queue_.push_back(Job{fd, connection.serial, target, 0, 0});
  }

  void start_next() {
    while (!queue_.empty()) {
      Job job = std::move(queue_.front());
      queue_.pop_front();
      const auto found = connections_.find(job.fd);
      if (found == connections_.end() || found->second.serial != job.serial) continue;  // its client has gone
      job.started_us = monotonic_us();
      if (fails_) {
        job.done_at_us = job.started_us;
        current_ = std::move(job);
        return;
      }
      const auto cpu_until = clock_us(CLOCK_THREAD_CPUTIME_ID) + settings_.cpu_us;
      while (clock_us(CLOCK_THREAD_CPUTIME_ID) < cpu_until) {
      }
      constexpr int kSlow = 10;
      job.done_at_us = monotonic_us() + settings_.wait_us * (slow_ ? kSlow : 1);
      current_ = std::move(job);
      return;
    }
  }

  void finish() {
    const Job job = std::move(*current_);
    current_.reset();
    if (!fails_) ++served_;
    log_.write(fails_ ? "failed" : "request",
               fmt::format(R"(,"target":"{}","started_us":{})", job.target, job.started_us));
    const auto found = connections_.find(job.fd);
    if (found == connections_.end() || found->second.serial != job.serial) return;
    found->second.busy = false;
    if (stopping_) found->second.close_after = true;
    answer(job.fd, fails_ ? "500 Internal Server Error" : "200 OK", settings_.name + "\n");
  }

  void answer(int fd, std::string_view status, std::string_view body) {
    auto& connection = connections_.at(fd);
    connection.out += fmt::format("HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n{}\r\n{}", status,
                                  body.size(), connection.close_after ? "Connection: close\r\n" : "", body);
    send_to(fd);
  }

  void send_to(int fd) {
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    auto& out = found->second.out;
    while (!out.empty()) {
      const auto size = send(fd, out.data(), out.size(), MSG_NOSIGNAL);
      if (size < 0 && errno == EAGAIN) return watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      if (size <= 0) return drop(fd);
      out.erase(0, static_cast<std::size_t>(size));
    }
    if (found->second.close_after && !found->second.busy) return drop(fd);
    watch(fd, EPOLLIN, EPOLL_CTL_MOD);
    next_request(fd, found->second);
  }

  [[nodiscard]] bool nothing_to_send() const {
    return std::ranges::all_of(connections_, [](const auto& entry) { return entry.second.out.empty(); });
  }

  Settings settings_;
  EventLog log_;
  int poll_;
  int signals_ = -1;
  int owner_ = -1;  ///< readable when the process has ended
  int listener_ = -1;
  std::int64_t listen_at_us_ = 0;
  bool stopping_ = false;
  bool fails_ = false;
  bool slow_ = false;
  std::uint64_t serial_ = 0;
  std::uint64_t served_ = 0;
  std::map<int, Connection> connections_{};
  std::deque<Job> queue_{};
  std::optional<Job> current_{};
};

std::optional<Settings> read_settings(std::span<const char* const> arguments, std::string& problem) {
  constexpr std::array<std::string_view, 7> kKnown{"port", "name", "log", "start-delay", "cpu", "wait", "tied-to"};
  const auto options = parse_options(arguments, kKnown, problem);
  if (!options) return std::nullopt;
  const auto port = parse_number(text_of(*options, "port"));
  const auto delay = parse_span_us(text_of(*options, "start-delay", "0s"));
  const auto cpu = parse_span_us(text_of(*options, "cpu", "1ms"));
  const auto wait = parse_span_us(text_of(*options, "wait", "49ms"));
  if (!port || *port < 1 || *port > 65535) problem = "--port: a number from 1 to 65535 is needed";
  if (!delay || !cpu || !wait) problem = "--start-delay, --cpu, --wait: a span such as 500ms is needed";
  const auto owner = parse_number(text_of(*options, "tied-to", "0"));
  if (!owner || *owner > 1e9) problem = "--tied-to: the number of a process is needed";
  if (!problem.empty()) return std::nullopt;
  const auto number = static_cast<int>(*port);
  return Settings{number,
                  text_of(*options, "name", "worker-" + std::to_string(number)),
                  text_of(*options, "log"),
                  *delay,
                  *cpu,
                  *wait,
                  static_cast<pid_t>(*owner)};
}

}  // namespace
}  // namespace ballast_demo

int main(int argc, char** argv) {
  std::string problem;
  const auto settings = ballast_demo::read_settings(std::span{argv + 1, static_cast<std::size_t>(argc - 1)}, problem);
  if (!settings) {
    std::fprintf(stderr, "ballast-demo-worker: %s\n", problem.c_str());
    return 2;
  }
  return ballast_demo::Worker{*settings}.run();
}
