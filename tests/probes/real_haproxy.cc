#include "tests/probes/real_haproxy.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

namespace ballast {
namespace {

constexpr const char* kProgram = "/usr/sbin/haproxy";

/// Sends `text`, reads to the end; empty when nobody listens.
std::string exchange(const std::string& path, const std::string& text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = read(connection, buffer.data(), buffer.size())) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(connection);
  return answer;
}

void write_configuration(const std::string& folder) {
  std::ofstream file(folder + "/haproxy.cfg");
  file << "global\n  stats socket " << folder << "/admin.sock mode 600 level admin\n"
       << "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n"
       << "frontend in\n  bind unix@" << folder << "/in.sock\n  default_backend web\n"
       << "frontend worker\n  bind unix@" << folder << "/worker.sock\n  http-request return status 200\n"
       << "backend web\n  server ballast-w1 unix@" << folder << "/worker.sock\n  server ballast-w2 unix@" << folder
       << "/worker.sock\nbackend empty\n";
}

}  // namespace

std::unique_ptr<RealHaproxy> RealHaproxy::start() {
  std::string folder = (std::filesystem::temp_directory_path() / "ballast-haproxy-XXXXXX").string();
  if (access(kProgram, X_OK) != 0 || mkdtemp(folder.data()) == nullptr) return nullptr;
  std::unique_ptr<RealHaproxy> haproxy{new RealHaproxy(folder)};
  write_configuration(folder);
  const std::string configuration = folder + "/haproxy.cfg";
  haproxy->pid_ = fork();
  if (haproxy->pid_ == 0) {
    execl(kProgram, kProgram, "-q", "-db", "-f", configuration.c_str(), nullptr);
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (haproxy->ask("show info").empty()) {
    if (std::chrono::steady_clock::now() > deadline) return nullptr;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});  // until it listens: no event tells
  }
  return haproxy;
}

RealHaproxy::~RealHaproxy() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string RealHaproxy::ask(const std::string& commands) const { return exchange(admin_socket(), commands + "\n"); }

std::string RealHaproxy::get() const {
  return exchange(folder_ + "/in.sock", "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

}  // namespace ballast
