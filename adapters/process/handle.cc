#include "adapters/process/handle.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "adapters/process/files.h"
#include "adapters/process/proc.h"

namespace ballast {
namespace {

// glibc 2.36 has these in <sys/pidfd.h>; a system call needs no newer library than Debian's.
int open_pidfd(std::int32_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }
int send_to_pidfd(int pidfd, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

}  // namespace

std::string to_string(const Ending& ending) {
  if (!ending.by_signal) return fmt::format("exited with status {}", ending.code);
  return fmt::format("was killed by signal {} ({})", ending.code, strsignal(ending.code));
}

ProcessHandle::ProcessHandle(std::int32_t pid) : pid_(pid), pidfd_(pid > 0 ? open_pidfd(pid) : -1) {}

bool ProcessHandle::ended() const {
  pollfd asked{pidfd_.get(), POLLIN, 0};
  return pidfd_.get() < 0 || poll(&asked, 1, 0) > 0;
}

Result<Done> ProcessHandle::send(int signal) const {
  if (pidfd_.get() < 0 || send_to_pidfd(pidfd_.get(), signal) == 0 || errno == ESRCH) return Done{};
  return system_error(fmt::format("signal {} to process {}", signal, pid_), errno);
}

std::optional<Ending> ProcessHandle::reap() const {
  siginfo_t info{};
  if (pidfd_.get() < 0 || waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG) != 0 ||
      info.si_pid == 0)
    return std::nullopt;
  return Ending{.by_signal = info.si_code != CLD_EXITED, .code = info.si_status};
}

ProcessHandle open_worker(const WorkerToken& token) {
  ProcessHandle handle(token.pid);
  // The pid may have become another's before it was opened, so look again: since then it cannot.
  const auto stat = handle ? read_stat(token.pid) : std::nullopt;
  const bool dead = !stat || stat->start_ticks != token.start_ticks || stat->state == 'X';
  return dead ? ProcessHandle(0) : std::move(handle);
}

}  // namespace ballast
