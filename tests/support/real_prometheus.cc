#include "tests/support/real_prometheus.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/loopback.h"

namespace ballast {
namespace {

constexpr const char* kProgram = "/usr/bin/prometheus";

/// Whether `GET path` is answered with 200.
bool answers(std::uint16_t port, const std::string& path) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const std::string text = "GET " + path + " HTTP/1.0\r\nHost: test\r\n\r\n";
  std::array<char, 12> head{};
  const bool good = connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()) &&
                    recv(connection, head.data(), head.size(), MSG_WAITALL) == static_cast<ssize_t>(head.size()) &&
                    std::string(head.data(), head.size()).ends_with(" 200");
  close(connection);
  return good;
}

}  // namespace

std::unique_ptr<RealPrometheus> RealPrometheus::start(const std::string& exporter) {
  if (access(kProgram, X_OK) != 0) return nullptr;
  for (int tries = 0; tries < 5; ++tries) {  // the port may be taken before Prometheus has it
    std::string folder = (std::filesystem::temp_directory_path() / "ballast-prometheus-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) return nullptr;
    std::unique_ptr<RealPrometheus> prometheus{new RealPrometheus(folder)};
    if (prometheus->launch(exporter)) return prometheus;
  }
  return nullptr;
}

bool RealPrometheus::launch(const std::string& exporter) {
  port_ = free_port();
  std::ofstream(folder_ + "/prometheus.yml")
      << "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
      << "scrape_configs: [{job_name: shop, static_configs: [{targets: [\"" << exporter << "\"]}]}]\n";
  return start_again();
}

bool RealPrometheus::start_again() {
  std::vector<std::string> arguments{kProgram, "--config.file=" + folder_ + "/prometheus.yml",
                                     "--storage.tsdb.path=" + folder_ + "/data",
                                     "--web.listen-address=127.0.0.1:" + std::to_string(port_), "--log.level=error"};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const std::string log = folder_ + "/log";
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    execv(kProgram, pointers.data());
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!answers(port_, "/-/ready")) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return false;
    }
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});  // until it listens: no event tells
  }
  return true;
}

void RealPrometheus::kill_hard() {
  const int pid = std::exchange(pid_, 0);
  if (pid <= 0) return;
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

RealPrometheus::~RealPrometheus() {
  kill_hard();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace ballast
