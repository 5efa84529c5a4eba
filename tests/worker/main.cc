// A worker for tests of the process scaler: it does what its first argument says, until SIGTERM. As `_worker` it is the
// shim, as the daemon's own program is.
//   report FILE           writes what it was given (environment, user, limits, descriptors, …), a fact a line
//   serve PORT FILE       answers HTTP with the status that stands in FILE (default 200); `hang` accepts and is silent
//   exit STATUS           ends at once
//   stubborn FILE         ignores SIGTERM and has a child that does too; writes both pids
//   use CPU MB FDS FILE   uses so many percent of a core, megabytes and further descriptors; writes how many it has
//   open
//                         in all. Ends after five minutes, whoever has forgotten it
//   forget FILE           overwrites its environment, as setproctitle does; then writes `forgotten`
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "adapters/process/shim.h"

extern char** environ;

namespace {

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path + ".new") << text;
  std::rename((path + ".new").c_str(), path.c_str());
}

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

[[noreturn]] void wait_for_ever() {
  for (;;) pause();
}

int report(const std::string& path) {
  std::string facts;
  const auto fact = [&facts](const std::string& line) { facts += line + "\n"; };
  for (char** entry = environ; *entry != nullptr; ++entry) fact(std::string("env ") + *entry);
  fact("cwd " + std::filesystem::current_path().string());
  fact(fmt::format("user {} {} {} {}", getuid(), geteuid(), getgid(), getegid()));
  std::vector<gid_t> groups(64);
  groups.resize(static_cast<std::size_t>(std::max(0, getgroups(64, groups.data()))));
  for (const gid_t group : groups) fact(fmt::format("group {}", group));
  rlimit data{};
  getrlimit(RLIMIT_DATA, &data);
  fact(data.rlim_cur == RLIM_INFINITY ? "memory unlimited" : fmt::format("memory {} {}", data.rlim_cur, data.rlim_max));
  for (int fd = 0; fd < 1024; ++fd)
    if (struct stat info{}; fstat(fd, &info) == 0)
      fact(fmt::format("fd {} {}", fd, std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd)).string()));
  fact(fmt::format("leads {} {}", getsid(0) == getpid(), getpgrp() == getpid()));
  sigset_t blocked;
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigismember(&blocked, number) == 1) fact(fmt::format("blocked {}", number));
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN)
      fact(fmt::format("ignored {}", number));
  }
  const mode_t mask = umask(0);
  fact(fmt::format("umask {:03o}", mask));
  std::fprintf(stdout, "to stdout\n");
  std::fflush(stdout);
  std::fprintf(stderr, "to stderr\n");
  write_file(path, facts);
  wait_for_ever();
}

void answer(int connection, const std::string& file) {
  pollfd asked{connection, POLLIN, 0};
  char request[4096];
  if (poll(&asked, 1, 1000) <= 0 || read(connection, request, sizeof request) <= 0) return;
  const std::string status = read_file(file);
  const std::string text =
      fmt::format("HTTP/1.1 {} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status.empty() ? "200" : status);
  [[maybe_unused]] const ssize_t sent = write(connection, text.data(), text.size());
}

int serve(const std::string& port, const std::string& file) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listener, 64) != 0) {
    std::perror("port");
    return 3;
  }
  std::vector<int> silent;
  for (;;) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    if (read_file(file) == "hang") {
      silent.push_back(connection);
      continue;
    }
    answer(connection, file);
    close(connection);
  }
}

int stubborn(const std::string& path) {
  std::signal(SIGTERM, SIG_IGN);
  const pid_t child = fork();
  if (child == 0) wait_for_ever();
  write_file(path, fmt::format("{} {}", getpid(), child));
  wait_for_ever();
}

int forget(const std::string& path) {
  for (char** entry = environ; *entry != nullptr; ++entry) std::memset(*entry, 'x', std::strlen(*entry));
  static char* none[] = {nullptr};
  environ = none;
  write_file(path, "forgotten");
  wait_for_ever();
}

/// Of this process, without the one that counts.
std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()) - 1;
}

int use(int percent, std::size_t megabytes, int descriptors, const std::string& path) {
  constexpr unsigned kFiveMinutes = 300;
  alarm(kFiveMinutes);
  const std::vector<char> memory(megabytes << 20, 'x');
  for (int i = 0; i < descriptors; ++i)
    if (dup(STDERR_FILENO) < 0) return 3;
  write_file(path, std::to_string(open_descriptors()));
  if (percent == 0) wait_for_ever();
  // By its own clock of cpu, so that what others take of the machine is made up for.
  const auto began = std::chrono::steady_clock::now();
  const auto spent = [] { return std::chrono::microseconds{std::clock()}; };
  for (;;) {
    while (spent() < (std::chrono::steady_clock::now() - began) * (percent / 100.0)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string what = words.empty() ? "" : words[0];
  if (what == "_worker") return ballast::worker_shim_main(argc, argv);
  if (what == "report" && words.size() == 2) return report(words[1]);
  if (what == "serve" && words.size() == 3) return serve(words[1], words[2]);
  if (what == "exit" && words.size() == 2) return std::stoi(words[1]);
  if (what == "stubborn" && words.size() == 2) return stubborn(words[1]);
  if (what == "use" && words.size() == 5)
    return use(std::stoi(words[1]), std::stoul(words[2]), std::stoi(words[3]), words[4]);
  if (what == "forget" && words.size() == 2) return forget(words[1]);
  std::fprintf(stderr, "ballast_test_worker: see its source\n");
  return 2;
}
