// Starts a command with two pipes to hear it. No Asio, no waiting.
#pragma once

#include <sys/types.h>

#include "core/request.h"
#include "core/result.h"

namespace ballast {

/// Descriptors that the caller owns: the reading ends, which do not block, and the pidfd.
struct SpawnedCommand {
  pid_t pid = 0;
  int output = -1;
  int complaints = -1;  ///< standard error
  int pidfd = -1;
};

/// In a session and process group of its own, whose number is `pid` until it is reaped. Errors: those of
/// make_command_fetcher that come before its first instruction.
Result<SpawnedCommand> spawn_command(const Command& command);

/// Kills the process group of a command that nobody has reaped.
void kill_group(pid_t pid);

/// Whether it can be reaped.
bool has_ended(const SpawnedCommand& command);

/// How it ended: nothing to say of status 0. Takes it off the kernel's list; waits for at most a second when it was
/// killed and does not end. `exited with status 3`, `was killed by signal 9`.
std::string reap(const SpawnedCommand& command);

}  // namespace ballast
