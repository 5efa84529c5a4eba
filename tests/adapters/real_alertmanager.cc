#include "tests/adapters/real_alertmanager.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/loopback.h"
#include "tests/support/raw_exchange.h"

namespace ballast {
namespace {

constexpr const char* kProgram = "/usr/bin/prometheus-alertmanager";
constexpr std::chrono::seconds kPatience{60};

}  // namespace

std::unique_ptr<RealAlertmanager> RealAlertmanager::start() {
  if (access(kProgram, X_OK) != 0) return nullptr;
  for (int tries = 0; tries < 5; ++tries) {  // the port may be taken before the Alertmanager has it
    std::unique_ptr<RealAlertmanager> alertmanager{new RealAlertmanager()};
    if (alertmanager->launch()) return alertmanager;
  }
  return nullptr;
}

bool RealAlertmanager::launch() {
  port_ = free_port();
  const std::string folder = folder_.path().string();
  std::ofstream(folder + "/alertmanager.yml") << "route: {receiver: nobody, group_by: [alertname], group_wait: 100ms}\n"
                                              << "receivers: [{name: nobody}]\n";
  std::vector<std::string> arguments{kProgram,
                                     "--config.file=" + folder + "/alertmanager.yml",
                                     "--storage.path=" + folder + "/data",
                                     "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                                     "--cluster.listen-address=",
                                     "--log.level=error"};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const std::string log = folder + "/log";
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    if (getppid() == parent) execv(kProgram, pointers.data());
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (get("/-/ready").empty()) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      return false;
    }
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});  // until it listens: no event tells
  }
  return true;
}

void RealAlertmanager::end() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(std::exchange(pid_, 0), nullptr, 0);
}

std::string RealAlertmanager::get(const std::string& path) const {
  const sockaddr_in address = loopback(port_);
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string answer =
      raw_exchange(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address,
                   "GET " + path + " HTTP/1.0\r\nHost: test\r\n\r\n", static_cast<int>(kPatience.count()));
  const std::size_t header = answer.find("\r\n\r\n");
  return header == answer.npos || answer.find(" 200 ") != 8 ? "" : answer.substr(header + 4);
}

}  // namespace ballast
