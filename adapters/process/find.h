// The search for workers: by the tokens in environments, and by what the state directory recorded.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "adapters/process/handle.h"
#include "adapters/process/token.h"
#include "core/result.h"

namespace ballast {

struct FoundWorker {
  WorkerToken token{};  ///< with pid and start
  ProcessHandle handle{0};
};

/// The living workers of a scope, each once, by namespace, policy and number. Errors: unavailable.
Result<std::vector<FoundWorker>> find_processes(const std::filesystem::path& state_directory, const std::string& scope);

/// Kills what carries the token of one of `workers` in the session that it leads: the children of workers that have
/// ended or must end. Children that made a session of their own are left alone.
void kill_sessions_of(const std::vector<WorkerToken>& workers);

}  // namespace ballast
