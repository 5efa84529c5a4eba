#include "io/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>
#include <vector>

#include "io/spawn_settings.h"

namespace ballast {
namespace {

Errc errc_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EACCES:
    case EPERM:
      return Errc::denied;
    case ENOEXEC:
    case E2BIG:
      return Errc::invalid;
    default:
      return Errc::unavailable;
  }
}
Error system_problem(const std::string& what, int number) {
  return {errc_of(number), fmt::format("{}: {}", what, std::generic_category().message(number))};
}

class Pipe {
 public:
  Pipe() { good_ = pipe2(ends_.data(), O_CLOEXEC) == 0; }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends_)
      if (end >= 0) close(end);
  }
  explicit operator bool() const { return good_; }
  [[nodiscard]] int writer() const { return ends_[1]; }
  /// The caller's from here on; it does not block.
  int take_reader() {
    const int reader = std::exchange(ends_[0], -1);
    fcntl(reader, F_SETFL, O_NONBLOCK);
    return reader;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool good_ = false;
};

/// Standard input empty, output and complaints into the pipes, nothing else open.
void set_up(SpawnSettings& settings, const Command& command, const Pipe& output, const Pipe& complaints) {
  posix_spawn_file_actions_t* actions = settings.actions();
  posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(actions, output.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions, complaints.writer(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
  const std::string& directory = command.working_directory;
  posix_spawn_file_actions_addchdir_np(actions, directory.empty() ? "/" : directory.c_str());
}

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Result<Done> check(const Command& command) {
  if (command.arguments.empty() || !command.arguments[0].starts_with('/'))
    return Error{Errc::invalid, "a command begins with the absolute path of a program"};
  bool nul = has_nul(command.working_directory);
  for (const std::string& argument : command.arguments) nul = nul || has_nul(argument);
  for (const auto& [name, value] : command.environment) nul = nul || has_nul(name) || has_nul(value);
  if (nul) return Error{Errc::invalid, "a command holds no NUL characters"};
  return Done{};
}

}  // namespace

Result<SpawnedCommand> spawn_command(const Command& command) {
  if (const auto good = check(command); !good) return good.error();
  Pipe output;
  Pipe complaints;
  if (!output || !complaints) return system_problem("a pipe for a command", errno);
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> variables;
  for (const auto& [name, value] : command.environment) variables.push_back(fmt::format("{}={}", name, value));
  SpawnSettings settings;
  set_up(settings, command, output, complaints);
  SpawnedCommand spawned;
  const int failure = posix_spawn(&spawned.pid, arguments[0].c_str(), settings.actions(), settings.attributes(),
                                  pointers_to(arguments).data(), pointers_to(variables).data());
  if (failure != 0) return system_problem("it, its interpreter or its directory cannot be used", failure);
  // Nobody has reaped it, so that this is its own number.
  spawned.pidfd = static_cast<int>(syscall(SYS_pidfd_open, spawned.pid, 0));
  if (spawned.pidfd < 0) {
    const int number = errno;
    kill_group(spawned.pid);
    waitpid(spawned.pid, nullptr, 0);
    return system_problem("hold of a command", number);
  }
  fcntl(spawned.pidfd, F_SETFD, FD_CLOEXEC);
  spawned.output = output.take_reader();
  spawned.complaints = complaints.take_reader();
  return spawned;
}

void kill_group(pid_t pid) {
  // Without the group it may not be its leader yet: the kernel makes it one before its first instruction.
  if (kill(-pid, SIGKILL) != 0) kill(pid, SIGKILL);
}

bool has_ended(const SpawnedCommand& command) {
  pollfd ended{command.pidfd, POLLIN, 0};
  return poll(&ended, 1, 0) > 0;
}

std::string reap(const SpawnedCommand& command) {
  pollfd ended{command.pidfd, POLLIN, 0};
  constexpr int kMostMs = 1000;
  int status = 0;
  (void)poll(&ended, 1, kMostMs);
  if (waitpid(command.pid, &status, WNOHANG) != command.pid) return "does not end, though it was killed";
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) return fmt::format("exited with status {}", WEXITSTATUS(status));
  return {};
}

}  // namespace ballast
