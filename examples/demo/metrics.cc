// An exporter for one lane of the demo: `--socket` is HAProxy's, `--port` where it serves its page, `--lies` a file
// that says how to lie now. One thread; a request at a time; ends with SIGTERM.
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <optional>
#include <span>
#include <string>

#include "examples/demo/clocks.h"
#include "examples/demo/liar.h"
#include "examples/demo/listen.h"
#include "examples/demo/options.h"

namespace ballast_demo {
namespace {

constexpr std::int64_t kBetweenCounts = 100'000;
constexpr std::int64_t kWindow = 1'000'000;
volatile std::sig_atomic_t stop_asked = 0;

/// All that the other side says until it hangs up; empty when it says nothing for a second.
std::string heard(int fd) {
  std::string text;
  std::array<char, 65536> bytes{};
  pollfd ready{fd, POLLIN, 0};
  while (poll(&ready, 1, 1000) > 0) {
    const auto size = read(fd, bytes.data(), bytes.size());
    if (size <= 0) break;
    text.append(bytes.data(), static_cast<std::size_t>(size));
  }
  return text;
}

std::string ask_haproxy(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  constexpr std::string_view kAsk = "show stat\n";
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      write(fd, kAsk.data(), kAsk.size()) == static_cast<ssize_t>(kAsk.size()))
    answer = heard(fd);
  close(fd);
  return answer;
}

class Exporter {
 public:
  Exporter(std::string socket, std::string lies) : socket_(std::move(socket)), lies_(std::move(lies)) {}

  /// Counts now and then, and keeps what is needed to say the rate over the last second.
  void count() {
    const auto now = monotonic_us();
    if (!counts_.empty() && now - counts_.back().at_us < kBetweenCounts) return;
    if (const auto arrivals = arrivals_in(ask_haproxy(socket_), "web")) counts_.push_back({now, *arrivals});
    while (counts_.size() > 2 && counts_[1].at_us <= now - kWindow) counts_.pop_front();
  }
  void serve(int fd) {
    std::array<char, 4096> head{};
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, 1000) > 0 && read(fd, head.data(), head.size()) > 0) {
      const auto body = page();
      const auto answer = fmt::format(
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: "
          "close\r\n\r\n{}",
          body.size(), body);
      [[maybe_unused]] const auto sent = write(fd, answer.data(), answer.size());
    }
    close(fd);
  }

 private:
  std::string page() {
    std::string lie;
    std::ifstream(lies_) >> lie;
    std::optional<double> rate;
    if (counts_.size() > 1) rate = rate_between(counts_.front(), counts_.back());
    return liar_.answer(lie_named(lie), rate, wall_us());
  }
  std::string socket_;
  std::string lies_;
  std::deque<Counted> counts_{};
  Liar liar_{};
};

}  // namespace
}  // namespace ballast_demo

int main(int argc, char** argv) {
  using namespace ballast_demo;
  constexpr std::array<std::string_view, 3> kKnown{"socket", "port", "lies"};
  std::string problem;
  const auto options = parse_options(std::span{argv + 1, static_cast<std::size_t>(argc - 1)}, kKnown, problem);
  const double port = options ? parse_number(text_of(*options, "port")).value_or(0) : 0;
  if (problem.empty() && (port < 1 || port > 65535)) problem = "--port: a number from 1 to 65535 is needed";
  if (!problem.empty()) {
    std::fprintf(stderr, "ballast-demo-metrics: %s\n", problem.c_str());
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = 1; };
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const int listener = listen_on_loopback(static_cast<int>(port));
  if (listener < 0) {
    std::perror("ballast-demo-metrics: --port");
    return 1;
  }
  Exporter exporter(text_of(*options, "socket"), text_of(*options, "lies"));
  while (stop_asked == 0) {
    exporter.count();
    pollfd ready{listener, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(kBetweenCounts / 1000)) > 0)
      if (const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC); fd >= 0) exporter.serve(fd);
  }
  return 0;
}
