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
#include <vector>

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

bool RealHaproxy::launch(const std::vector<std::string>& more, const std::function<bool()>& is_up) {
  std::vector<std::string> arguments{kProgram, "-q", "-db", "-f", configuration_.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) execv(kProgram, pointers.data());
    _exit(127);
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_up()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // until it listens: no event tells
  }
  return true;
}

bool RealHaproxy::start() {
  kill_hard();
  return launch({}, [this] { return !ask("show info").empty(); });
}

bool RealHaproxy::reload() {
  const pid_t old = pid_;
  older_.push_back(old);
  return launch({"-x", admin_socket_, "-sf", std::to_string(old)},
                [this] { return ask("show info").find("\nPid: " + std::to_string(pid_) + "\n") != std::string::npos; });
}

void RealHaproxy::kill_hard() {
  older_.push_back(std::exchange(pid_, 0));
  for (const pid_t pid : std::exchange(older_, {})) {
    if (pid <= 0 || waitpid(pid, nullptr, WNOHANG) != 0) continue;  // it has ended: the number may be another's
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
}

}  // namespace ballast
