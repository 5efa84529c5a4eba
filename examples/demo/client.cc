#include "examples/demo/client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "examples/demo/clocks.h"
#include "examples/demo/http_text.h"

namespace ballast_demo {
namespace {
constexpr std::int64_t kIdleUs = 4'000'000;
}

Client::Client(std::string host, int port, std::int64_t timeout_us)
    : host_(std::move(host)), port_(port), timeout_us_(timeout_us), poll_(epoll_create1(EPOLL_CLOEXEC)) {}

Client::~Client() {
  for (const auto& entry : connections_) close(entry.first);
  close(poll_);
}

void Client::watch(int fd, std::uint32_t events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(poll_, operation, fd, &event);
}

int Client::connect_new(std::string& error) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    error = std::string{"socket: "} + std::strerror(errno);
    return -1;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  inet_pton(AF_INET, host_.c_str(), &address.sin_addr);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
    error = std::string{"connect: "} + std::strerror(errno);
    close(fd);
    return -1;
  }
  ++opened_;
  connections_[fd] = Connection{};
  connections_[fd].serial = ++serial_;
  watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
  return fd;
}

int Client::idle_connection() {
  if (idle_.empty()) return -1;
  const int fd = idle_.back();
  idle_.pop_back();
  watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  return fd;
}

void Client::send(std::int64_t id, std::int64_t due_us, const std::string& target) {
  Finished request{id, due_us, monotonic_us(), 0, 0, {}};
  std::string error;
  int fd = idle_connection();
  if (fd < 0) fd = connect_new(error);
  if (fd < 0) {
    request.finished_us = request.sent_us;
    request.error = error;
    finished_.push_back(std::move(request));
    return;
  }
  ++in_flight_;
  auto& connection = connections_.at(fd);
  connection.busy = true;
  connection.request = std::move(request);
  connection.in.clear();
  connection.out = "GET " + target + " HTTP/1.1\r\nHost: demo\r\n\r\n";
  deadlines_.push_back({due_us + timeout_us_, fd, connection.serial, id});
  // The first write of a new connection waits until it is connected, which EPOLLOUT tells.
  if (error.empty()) write_out(fd);
}

std::int64_t Client::next_deadline() const {
  std::int64_t at = INT64_MAX;
  if (!deadlines_.empty()) at = deadlines_.front().at_us;
  if (!idle_.empty()) at = std::min(at, connections_.at(idle_.front()).idle_since_us + kIdleUs);
  return at;
}

void Client::step(std::int64_t until_us) {
  const auto until = std::min(until_us, next_deadline());
  const auto left = std::max<std::int64_t>(0, until - monotonic_us());
  const timespec wait{left / 1'000'000, (left % 1'000'000) * 1'000};
  std::array<epoll_event, 256> events{};
  const int count = epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if ((event.events & EPOLLOUT) != 0) write_out(event.data.fd);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_in(event.data.fd);
  }
  const auto now = monotonic_us();
  expire(now);
  close_idle(now);
}

void Client::write_out(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  auto& out = found->second.out;
  while (!out.empty()) {
    const auto size = ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
    if (size < 0) return finish(fd, 0, std::string{"send: "} + std::strerror(errno), false);
    out.erase(0, static_cast<std::size_t>(size));
  }
  watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

namespace {

/// Reads all that is there. Why the connection is over; nothing: it is not.
std::optional<std::string> drain(int fd, std::string& into) {
  std::array<char, 8192> bytes{};
  for (;;) {
    const auto size = recv(fd, bytes.data(), bytes.size(), 0);
    if (size < 0 && errno == EAGAIN) return std::nullopt;
    if (size < 0) return std::strerror(errno);
    if (size == 0) return "closed";
    into.append(bytes.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

void Client::read_in(int fd) {
  const auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  auto& connection = found->second;
  const auto over = drain(fd, connection.in);
  if (!connection.busy) {  // an idle connection says nothing but goodbye
    if (over || !connection.in.empty()) finish(fd, 0, over.value_or("closed"), false);
    return;
  }
  const auto answer = parse_answer(connection.in, over.has_value());
  if (answer.progress == Progress::done) return finish(fd, answer.status, "", answer.keep_alive);
  if (over) return finish(fd, 0, *over, false);
  if (answer.progress == Progress::bad) finish(fd, 0, "bad answer", false);
}

/// Ends what a connection is doing, if anything, and keeps or closes it.
void Client::finish(int fd, int status, const std::string& error, bool reuse) {
  auto& connection = connections_.at(fd);
  const auto now = monotonic_us();
  if (connection.busy) {
    --in_flight_;
    connection.request.finished_us = now;
    connection.request.status = status;
    connection.request.error = error;
    finished_.push_back(std::move(connection.request));
    connection.busy = false;
  }
  if (reuse) {
    connection.idle_since_us = now;
    idle_.push_back(fd);
    return;
  }
  std::erase(idle_, fd);
  connections_.erase(fd);
  close(fd);
}

void Client::expire(std::int64_t now) {
  while (!deadlines_.empty() && deadlines_.front().at_us <= now) {
    const Deadline deadline = deadlines_.front();
    deadlines_.pop_front();
    const auto found = connections_.find(deadline.fd);
    if (found == connections_.end() || found->second.serial != deadline.serial) continue;
    if (found->second.busy && found->second.request.id == deadline.id) finish(deadline.fd, 0, "timeout", false);
  }
}

void Client::close_idle(std::int64_t now) {
  while (!idle_.empty() && connections_.at(idle_.front()).idle_since_us + kIdleUs <= now) {
    const int fd = idle_.front();
    idle_.erase(idle_.begin());
    connections_.erase(fd);
    close(fd);
  }
}

std::vector<Finished> Client::take_finished() { return std::exchange(finished_, {}); }

}  // namespace ballast_demo
