// Workers without a scaler: to be listed and stopped.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "adapters/process/files.h"
#include "adapters/process/find.h"
#include "adapters/process/process.h"
#include "adapters/process/records.h"

namespace ballast {
namespace {

constexpr Duration kLook = std::chrono::milliseconds{50};
constexpr Duration kAfterKill = std::chrono::seconds{5};

bool all_ended(const std::vector<FoundWorker>& workers) {
  return std::ranges::all_of(workers, [](const FoundWorker& worker) { return worker.handle.ended(); });
}

Result<Done> send_to_all(const std::vector<FoundWorker>& workers, int signal) {
  Result<Done> all = Done{};
  for (const FoundWorker& worker : workers)
    if (auto sent = worker.handle.send(signal); !sent) all = sent;
  return all;
}

Task<void> wait_for(TimeSource& time, const std::vector<FoundWorker>* workers, TimePoint until) {
  while (!all_ended(*workers) && time.now() < until) {
    const TimePoint next = std::min(until, time.now() + kLook);
    co_await Sleep(time, next);
  }
}

}  // namespace

Result<std::vector<RunningWorker>> find_workers(const std::filesystem::path& state_directory) {
  std::vector<RunningWorker> workers;
  const std::string scope = known_scope_of(state_directory);
  if (scope.empty()) return workers;
  auto found = find_processes(state_directory, scope);
  if (!found) return found.error();
  for (const auto& [token, handle] : *found)
    workers.push_back({token.policy_namespace, token.policy, token.name, token.port, token.pid});
  return workers;
}

std::vector<RunningWorker> orphans_among(std::vector<RunningWorker> workers, const std::vector<std::string>& known) {
  std::erase_if(workers, [&known](const RunningWorker& worker) {
    return std::ranges::find(known, fmt::format("{}/{}", worker.policy_namespace, worker.policy)) != known.end();
  });
  return workers;
}

namespace {

Task<Result<std::int32_t>> stop_all(TimeSource& time, std::filesystem::path state_directory,
                                    std::string policy_namespace, std::string policy, Duration stop_timeout) {
  const std::string scope = known_scope_of(state_directory);
  if (scope.empty()) co_return 0;
  auto found = find_processes(state_directory, scope);
  if (!found) co_return found.error();
  std::vector<FoundWorker> workers = std::move(*found);
  std::erase_if(workers, [&](const FoundWorker& worker) {
    return worker.token.policy_namespace != policy_namespace || worker.token.policy != policy;
  });
  if (auto sent = send_to_all(workers, SIGTERM); !sent) co_return sent.error();
  const TimePoint asked = time.now();
  co_await wait_for(time, &workers, asked + stop_timeout);
  (void)send_to_all(workers, SIGKILL);  // whoever may send one signal may send the other
  co_await wait_for(time, &workers, time.now() + kAfterKill);
  std::vector<WorkerToken> tokens;
  for (const FoundWorker& worker : workers) {
    tokens.push_back(worker.token);
    if (!worker.handle.ended())
      co_return Error{Errc::timeout,
                      fmt::format("{} (process {}) outlived SIGKILL", worker.token.name, worker.token.pid)};
    (void)worker.handle.reap();
  }
  kill_sessions_of(tokens);
  co_return static_cast<std::int32_t>(workers.size());
}

/// Not told any number again: a document of this name that comes back begins with nobody.
void forget_told(const std::filesystem::path& path) {
  const auto text = read_small_file(path);
  if (!text) return;
  Records records = parse_records(*text);
  records.told.reset();
  records.slots.clear();
  (void)replace_file(path, to_string(records), false);  // at worst they are started again
}

}  // namespace

Task<Result<std::int32_t>> stop_workers(TimeSource& time, std::filesystem::path state_directory,
                                        std::string policy_namespace, std::string policy, Duration stop_timeout) {
  const std::filesystem::path path = records_path(state_directory, policy_namespace, policy);
  auto stopped =
      co_await stop_all(time, std::move(state_directory), std::move(policy_namespace), std::move(policy), stop_timeout);
  if (stopped) forget_told(path);
  co_return stopped;
}

Task<Result<std::int32_t>> leave_or_stop_workers(ProcessTarget target, ProcessHost host) {
  if (target.on_exit == OnExit::keep) co_return 0;
  co_return co_await stop_all(host.time, host.state_directory, host.policy_namespace, host.policy, target.stop_timeout);
}

}  // namespace ballast
