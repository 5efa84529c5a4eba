// Hold of a process that its number cannot lose: pidfd_open(2), Linux 5.3.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>

#include "adapters/process/descriptor.h"
#include "adapters/process/token.h"
#include "core/result.h"

namespace ballast {

/// How a child ended.
struct Ending {
  bool by_signal = false;
  std::int32_t code = 0;  ///< exit status or signal
  bool operator==(const Ending&) const = default;
};
/// `exited with status 3`, `was killed by signal 9 (Killed)`.
std::string to_string(const Ending& ending);

class ProcessHandle {
 public:
  /// Holds nothing when the process is gone; ask for more than the pid before trusting it.
  explicit ProcessHandle(std::int32_t pid);
  [[nodiscard]] std::int32_t pid() const { return pid_; }
  explicit operator bool() const { return static_cast<bool>(pidfd_); }

  /// Also true while nobody has reaped it.
  [[nodiscard]] bool ended() const;
  /// Done for one that has ended. Errors: denied.
  [[nodiscard]] Result<Done> send(int signal) const;
  /// Takes a child that has ended off the kernel's list; nothing when it is somebody else's or still runs.
  [[nodiscard]] std::optional<Ending> reap() const;

 private:
  std::int32_t pid_ = 0;
  Descriptor pidfd_{};
};

/// The very process that `token` names by pid and start; holds nothing when that one has ended.
ProcessHandle open_worker(const WorkerToken& token);

}  // namespace ballast
