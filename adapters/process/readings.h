// What the kernel tells about workers: Channel::workers. The reading runs on an executor, since /proc may be slow.
// Source: proc(5).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "adapters/process/roster.h"
#include "core/facts.h"
#include "core/result.h"
#include "io/executor.h"
#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

/// `url` is workers://NAMESPACE/POLICY. A worker that has ended, or whose number is another process's by now, is left
/// out; so the answer may hold none. Errors: not_found (no scaler of this host looks after such a policy), timeout
/// (/proc took longer than the deadline), invalid (another url), and those of read_worker, of any of the workers. All
/// that it is given outlives it; it outlives its fetches.
[[nodiscard]] std::unique_ptr<Fetcher> make_worker_readings(TimeSource& time, Executor& executor, const Roster& roster,
                                                            std::filesystem::path proc = "/proc");

/// Of one process, if it still is that one; nothing: it has ended. Any thread. Errors, each with its path: not_found,
/// denied, unavailable (there is no /proc, it may not be read, no descriptor is free), invalid (no text that proc(5)
/// knows).
Result<std::optional<WorkerFacts>> read_worker(const RosterEntry& worker, const std::filesystem::path& proc);

}  // namespace ballast
