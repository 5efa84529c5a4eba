// Starts a worker through its shim.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "adapters/process/descriptor.h"
#include "adapters/process/handle.h"
#include "adapters/process/shim_options.h"
#include "adapters/process/spec.h"
#include "adapters/process/token.h"
#include "core/result.h"

namespace ballast {

struct Spawned {
  WorkerToken token{};  ///< with pid and start
  ProcessHandle handle{0};
  Descriptor status{};  ///< see shim_news
};

/// Names, port and generation come from `token`. No code of ours runs between fork and exec. Errors: unavailable (no
/// memory, too many processes or descriptors, the shim cannot be run).
Result<Spawned> spawn_worker(const std::filesystem::path& shim, const ShimOptions& options,
                             const std::vector<EnvironmentVariable>& environment, const WorkerToken& token);

/// What the shim has told so far: nothing while it is at work, "" once it has become the worker, else why it could not.
std::optional<std::string> shim_news(const Descriptor& status);

}  // namespace ballast
