#include "controller/cli/demo_children.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

namespace ballast {
namespace {

/// Between fork and exec: only what may be called there. What fails is written to `report` as errno.
[[noreturn]] void become(char* const* arguments, int output, int errors, int report, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // died before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) ::signal(number, SIG_DFL);
  const int null = open("/dev/null", O_RDONLY);
  dup2(null, 0);
  dup2(output, 1);
  dup2(errors, 2);
  execv(arguments[0], arguments);
  const int failure = errno;
  [[maybe_unused]] const auto written = write(report, &failure, sizeof failure);
  _exit(127);
}

/// Children of this process as the kernel sees them, adopted orphans included.
std::vector<pid_t> children_of_this_process() {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) continue;
    std::ifstream file{entry.path() / "stat"};
    std::string line;
    std::getline(file, line);
    // `pid (name) state ppid …`, where the name may hold anything.
    const auto end = line.rfind(") ");
    if (end == std::string::npos || line.size() < end + 5) continue;
    pid_t parent = 0;
    std::from_chars(line.data() + end + 4, line.data() + line.size(), parent);
    if (parent == getpid()) found.push_back(pid);
  }
  return found;
}

void pause_ms(int milliseconds) { poll(nullptr, 0, milliseconds); }

int open_to_append(const std::filesystem::path& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

}  // namespace

Children::Children() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

Children::~Children() {
  // A daemon's workers are orphans only when it has ended: look again each time.
  for (int round = 0; round < 100; ++round) {
    reap();
    const auto left = children_of_this_process();
    if (left.empty()) break;
    for (const auto pid : left)
      if (round == 0 || round % 20 == 0) kill(pid, round < 60 ? SIGTERM : SIGKILL);
    pause_ms(50);
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

Result<pid_t> Children::start(const ChildCommand& command) {
  std::vector<std::string> words{command.program.string()};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> report{-1, -1};
  const int output = open_to_append(command.output);
  const int errors = open_to_append(command.errors);
  const bool opened = output >= 0 && errors >= 0 && pipe2(report.data(), O_CLOEXEC) == 0;
  const pid_t parent = getpid();
  const pid_t pid = opened ? fork() : -1;
  if (pid == 0) become(arguments.data(), output, errors, report[1], parent);
  int failure = errno;
  for (const int fd : {output, errors, report[1]})
    if (fd >= 0) close(fd);
  if (pid > 0) {
    children_[pid] = std::nullopt;
    if (read(report[0], &failure, sizeof failure) != sizeof failure) failure = 0;  // exec closed the pipe
  }
  if (report[0] >= 0) close(report[0]);
  if (pid > 0 && failure == 0) return pid;
  return Error{pid < 0 && opened ? Errc::unavailable : Errc::not_found,
               fmt::format("{}: cannot be started: {}", command.program.string(), std::strerror(failure))};
}

void Children::reap() {
  int status = 0;
  for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
    const auto found = children_.find(pid);
    if (found != children_.end()) found->second = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
}

bool Children::running(pid_t pid) { return !exit_status(pid); }

std::optional<int> Children::exit_status(pid_t pid) {
  reap();
  const auto found = children_.find(pid);
  return found == children_.end() ? std::optional{0} : found->second;
}

void Children::signal(pid_t pid, int number) {
  if (running(pid)) kill(pid, number);
}

}  // namespace ballast
