// Processes of the demo, none of which outlives it: not when it ends, not when it is interrupted, not when it dies.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"

namespace ballast {

struct ChildCommand {
  std::filesystem::path program{};
  std::vector<std::string> arguments{};
  std::filesystem::path output{};  ///< file of its stdout, appended to
  std::filesystem::path errors{};  ///< file of its stderr, appended to
};

/// Children have process groups of their own, so that Ctrl-C reaches only the demo, which then ends them in order. The
/// kernel sends them SIGTERM when the demo dies. Orphans of children (workers of a daemon that crashed) become
/// children of this process. One thread, the one that made it.
class Children {
 public:
  Children();
  /// Ends all that still runs, orphans too: SIGTERM, three seconds later SIGKILL.
  ~Children();
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;

  /// Errors: not_found (the program cannot be executed or a file not opened), unavailable (no more processes).
  Result<pid_t> start(const ChildCommand& command);
  [[nodiscard]] bool running(pid_t pid);
  /// Exit status, 128 + signal when it was killed; nothing while it runs.
  [[nodiscard]] std::optional<int> exit_status(pid_t pid);
  void signal(pid_t pid, int number);

 private:
  void reap();
  std::map<pid_t, std::optional<int>> children_{};
};

}  // namespace ballast
