// Workers on this host as a scaler. A worker is a process that carries Ballast's token in its environment; it belongs
// to nobody's memory: a Ballast that was killed, upgraded or given another document finds its workers again, and none
// stops because a scaler is destroyed. Runs on the engine's thread; everything it waits for has a deadline.
//
// It signals only through a pidfd whose token it has read again after opening it, so that no other process is touched,
// whatever became of a number. Source: pidfd_open(2), pidfd_send_signal(2), proc(5).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "adapters/process/ports.h"
#include "adapters/process/roster.h"
#include "adapters/process/spec.h"
#include "core/ports.h"
#include "core/result.h"
#include "core/task.h"
#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

/// What the scaler is given of its host and policy. `time` and `fetcher` outlive it.
struct ProcessHost {
  TimeSource& time;
  Fetcher& fetcher;
  std::filesystem::path state_directory{};  ///< exists; names, logs and the scope of the tokens live there
  std::string policy_namespace{};
  std::string policy{};
  std::int64_t memory_reserve_bytes = 0;                                 ///< of the host, that workers never get
  std::int32_t max_replicas = std::numeric_limits<std::int32_t>::max();  ///< of those told before this start, as many
  /// Asked each time: why nothing is started, stopped or replaced: `paused`, `DryRun`; empty, and without it: it acts.
  std::function<std::string()> hands_off{};
  Roster* roster = nullptr;  ///< is told who the workers are, and outlives the scaler; null: nobody measures them
  std::filesystem::path shim = "/proc/self/exe";  ///< runs `worker_shim_main` when called with `_worker`
};

/// Finds the workers that run already and looks after them from now on: restarts what dies, with backoff; checks what
/// is ready and live. Members choose to go by name, and a name is never used twice.
///
/// observe: `desired` is what it was told, before its own start too: as many as `max_replicas` of those that wait for a
/// restart, and never fewer than it finds running. `version` counts what it was told. `note` says why a member cannot
/// start. No errors but those of its first look.
/// scale: more workers than told are kept until they are named; a dead one above the number is not replaced. Repeating
/// the same call is harmless; conflict when told something else since `observed`, or another uid; denied with
/// `hands_off`, which still looks and asks, but signals and starts nobody.
///
/// Errors: invalid (settings that check() refuses), denied, unavailable (the state directory cannot be read and
/// written, or /proc cannot be read).
Result<std::unique_ptr<Scaler>> make_process_scaler(ProcessTarget target, ProcessHost host);

/// A worker that runs.
struct RunningWorker {
  std::string policy_namespace{};
  std::string policy{};
  std::string name{};
  std::uint16_t port = 0;  ///< 0: none
  std::int32_t pid = 0;
  bool operator==(const RunningWorker&) const = default;
};

/// All workers of a state directory, by namespace, policy and number. Those of policies without a document are orphans:
/// `ballast orphan`. Errors: unavailable (/proc cannot be read).
Result<std::vector<RunningWorker>> find_workers(const std::filesystem::path& state_directory);

/// Those of `workers` whose policy (`namespace/name`) is not in `known`.
std::vector<RunningWorker> orphans_among(std::vector<RunningWorker> workers, const std::vector<std::string>& known);

/// Stops all workers of one policy: SIGTERM, after `stop_timeout` SIGKILL. Returns how many were stopped once they are
/// gone, and forgets how many there should be; destroy its scaler before. Errors: denied (a worker that may not be
/// signalled), unavailable (/proc), timeout (one outlived SIGKILL by five seconds).
Task<Result<std::int32_t>> stop_workers(TimeSource& time, std::filesystem::path state_directory,
                                        std::string policy_namespace, std::string policy, Duration stop_timeout);

/// What an orderly end of Ballast does to the workers of a policy: nothing with `onExit: Keep`; `Stop` stops them as
/// above, and the next start makes them anew.
Task<Result<std::int32_t>> leave_or_stop_workers(ProcessTarget target, ProcessHost host);

}  // namespace ballast
