// Whom the demo tells: a webhook at `--port` and a mail server without TLS at `--smtp`, which take everything and write
// a line each into `--log`. One thread, one poll; ends with SIGTERM.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "examples/demo/clocks.h"
#include "examples/demo/http_text.h"
#include "examples/demo/listen.h"
#include "examples/demo/options.h"
#include "examples/demo/told_lines.h"

namespace ballast_demo {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
constexpr std::size_t kMost = 4U << 20U;  // that one side may say before it is understood

class Sink {
 public:
  Sink(int web, int mail, int log) : web_(web), mail_(mail), log_(log) {}

  void step() {
    std::vector<pollfd> wanted{{web_, POLLIN, 0}, {mail_, POLLIN, 0}};
    for (const auto& entry : peers_) wanted.push_back({entry.first, POLLIN, 0});
    constexpr int kLook = 200;  // ms, for a signal that came between the last look and this one
    if (poll(wanted.data(), wanted.size(), kLook) <= 0) return;
    if (wanted[0].revents != 0) take_peer(web_, std::nullopt);
    if (wanted[1].revents != 0) take_peer(mail_, MailSession{});
    for (std::size_t i = 2; i < wanted.size(); ++i)
      if (wanted[i].revents != 0 && !heard(wanted[i].fd)) drop(wanted[i].fd);
  }

 private:
  struct Peer {
    std::string in{};
    std::optional<MailSession> mail{};  ///< nothing: it speaks HTTP
  };

  void take_peer(int listener, std::optional<MailSession> mail) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    if (mail) say(fd, MailSession::greeting());
    peers_[fd] = Peer{"", std::move(mail)};
  }
  void drop(int fd) {
    peers_.erase(fd);
    close(fd);
  }
  /// Answers are short: they fit into the buffer of a socket.
  static void say(int fd, std::string_view text) {
    [[maybe_unused]] const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }
  void write_line(const std::string& line) const {
    [[maybe_unused]] const auto written = write(log_, line.data(), line.size());
  }

  /// False: it is over.
  bool heard(int fd) {
    auto& peer = peers_.at(fd);
    std::array<char, 65536> bytes{};
    const auto size = recv(fd, bytes.data(), bytes.size(), 0);
    if (size <= 0) return size < 0 && errno == EINTR;
    peer.in.append(bytes.data(), static_cast<std::size_t>(size));
    const bool goes_on = peer.mail ? mail_heard(fd, peer) : request_heard(fd, peer);
    return goes_on && peer.in.size() < kMost;
  }

  bool request_heard(int fd, Peer& peer) const {
    for (;;) {
      const auto request = parse_request(peer.in);
      if (request.progress == Progress::more) return true;
      if (request.progress == Progress::bad) return false;
      write_line(webhook_line(header_in(request.head, "idempotency-key"), request.body, monotonic_us()));
      say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      if (!request.keep_alive) return false;
      peer.in.erase(0, request.size);
    }
  }

  bool mail_heard(int fd, Peer& peer) const {
    for (auto end = peer.in.find("\r\n"); end != std::string::npos; end = peer.in.find("\r\n")) {
      const auto said = peer.mail->hear(std::string_view{peer.in}.substr(0, end));
      peer.in.erase(0, end + 2);
      if (said.mail) write_line(mail_line(*said.mail, monotonic_us()));
      say(fd, said.reply);
      if (said.over) return false;
    }
    return true;
  }

  int web_;
  int mail_;
  int log_;
  std::map<int, Peer> peers_{};
};

std::optional<int> port_of(const Options& options, std::string_view name, std::string& problem) {
  const auto port = parse_number(text_of(options, name));
  if (port && *port >= 1 && *port <= 65535) return static_cast<int>(*port);
  problem = "--" + std::string{name} + ": a number from 1 to 65535 is needed";
  return std::nullopt;
}

int fail(const char* what) {
  std::perror((std::string{"ballast-demo-sink: "} + what).c_str());
  return 1;
}

int serve(int web_port, int mail_port, const std::string& path) {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_asked = 1; };
  sigaction(SIGTERM, &action, nullptr);
  const int log = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return fail("--log");
  const int web = listen_on_loopback(web_port);
  if (web < 0) return fail("--port");
  const int mail = listen_on_loopback(mail_port);
  if (mail < 0) return fail("--smtp");
  Sink sink(web, mail, log);
  while (stop_asked == 0) sink.step();
  return 0;
}

}  // namespace
}  // namespace ballast_demo

int main(int argc, char** argv) {
  using namespace ballast_demo;
  constexpr std::array<std::string_view, 3> kKnown{"port", "smtp", "log"};
  std::string problem;
  const auto options = parse_options(std::span{argv + 1, static_cast<std::size_t>(argc - 1)}, kKnown, problem);
  const auto web = options ? port_of(*options, "port", problem) : std::nullopt;
  const auto mail = options ? port_of(*options, "smtp", problem) : std::nullopt;
  if (!problem.empty() || !web || !mail) {
    std::fprintf(stderr, "ballast-demo-sink: %s\n", problem.c_str());
    return 2;
  }
  return serve(*web, *mail, text_of(*options, "log", "/dev/stdout"));
}
