#include "tests/support/real_haproxy.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "tests/support/raw_exchange.h"

namespace ballast {
namespace {

constexpr const char* kProgram = "/usr/sbin/haproxy";
constexpr std::chrono::seconds kPatience{20};

}  // namespace

std::string talk(const std::string& socket, const std::string& text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof(address.sun_path) - 1);
  const int connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  constexpr int kPatienceSeconds = 60;
  return raw_exchange(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address), text, kPatienceSeconds);
}

bool RealHaproxy::installed() { return access(kProgram, X_OK) == 0; }

bool RealHaproxy::start() {
  kill_hard();
  const std::string configuration = configuration_.string();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) execl(kProgram, kProgram, "-q", "-db", "-f", configuration.c_str(), nullptr);
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (ask("show info").empty()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // until it listens: no event tells
  }
  return true;
}

void RealHaproxy::kill_hard() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(std::exchange(pid_, 0), nullptr, 0);
}

}  // namespace ballast
