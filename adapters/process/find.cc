#include "adapters/process/find.h"

#include <algorithm>
#include <csignal>
#include <tuple>
#include <utility>

#include "adapters/process/proc.h"
#include "adapters/process/records.h"

namespace ballast {
namespace {

std::optional<WorkerToken> token_of(std::int32_t pid) {
  const auto environment = read_environment(pid);
  const auto value = environment ? find_variable(*environment, kTokenVariable) : std::nullopt;
  return value ? parse_token(*value) : std::nullopt;
}

bool same_worker(const WorkerToken& a, const WorkerToken& b) {
  return std::tie(a.scope, a.policy_namespace, a.policy, a.name) ==
         std::tie(b.scope, b.policy_namespace, b.policy, b.name);
}

/// Whether `pid` is a worker of the scope itself, and not a child of one.
std::optional<FoundWorker> look_at(std::int32_t pid, const std::string& scope) {
  const auto first = token_of(pid);
  if (!first || first->scope != scope || (first->pid != 0 && first->pid != pid)) return std::nullopt;
  FoundWorker found{.handle = ProcessHandle(pid)};
  if (!found.handle) return std::nullopt;
  const auto again = token_of(pid);  // of whatever the handle holds
  const auto stat = read_stat(pid);
  if (!again || !stat || !same_worker(*first, *again) || found.handle.ended()) return std::nullopt;
  found.token = *again;
  if (again->pid == 0) {  // still its shim
    found.token.pid = pid;
    found.token.start_ticks = stat->start_ticks;
  }
  if (found.token.pid != pid || found.token.start_ticks != stat->start_ticks) return std::nullopt;
  return found;
}

/// Those of an environment that shows no token any more.
void add_recorded(const Records& records, const std::string& scope, std::vector<FoundWorker>& found) {
  for (const WorkerToken& token : records.workers) {
    const auto is_it = [&token](const FoundWorker& other) { return other.token.pid == token.pid; };
    if (token.scope != scope || std::ranges::any_of(found, is_it)) continue;
    FoundWorker worker{.token = token, .handle = open_worker(token)};
    if (worker.handle && !worker.handle.ended())
      found.push_back(std::move(worker));
    else
      (void)worker.handle.reap();  // a child that an earlier scaler of this very process left
  }
}

}  // namespace

Result<std::vector<FoundWorker>> find_processes(const std::filesystem::path& state_directory,
                                                const std::string& scope) {
  auto pids = list_processes();
  if (!pids) return pids.error();
  std::vector<FoundWorker> found;
  for (const std::int32_t pid : *pids)
    if (auto worker = look_at(pid, scope)) found.push_back(std::move(*worker));
  const std::string boot = boot_id();
  for (const Records& records : read_all_records(state_directory))
    if (records.boot == boot) add_recorded(records, scope, found);
  std::ranges::sort(found, {}, [](const FoundWorker& worker) {
    return std::tuple(worker.token.policy_namespace, worker.token.policy,
                      number_of(worker.token.name, worker.token.policy).value_or(0));
  });
  return found;
}

void kill_sessions_of(const std::vector<WorkerToken>& workers) {
  const auto pids = workers.empty() ? Result(std::vector<std::int32_t>()) : list_processes();
  if (!pids) return;
  const auto belongs = [&workers](std::int32_t pid) {
    const auto stat = read_stat(pid);
    const auto of = [&](const WorkerToken& worker) { return stat && stat->session == worker.pid && pid != worker.pid; };
    const auto worker = std::ranges::find_if(workers, of);
    if (worker == workers.end()) return false;
    const auto token = token_of(pid);
    return token && same_worker(*token, *worker) && token->pid == worker->pid &&
           token->start_ticks == worker->start_ticks;
  };
  for (const std::int32_t pid : *pids) {
    if (!belongs(pid)) continue;
    const ProcessHandle child(pid);
    if (child && belongs(pid)) (void)child.send(SIGKILL);
  }
}

}  // namespace ballast
