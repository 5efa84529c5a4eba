// `ballast orphan`: workers that run without a document. Removing a document never stops them; a person does.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/process/process.h"
#include "controller/cli/commands.h"
#include "controller/config/config.h"
#include "io/loop.h"

namespace ballast {
namespace {

constexpr Duration kStopTimeout = std::chrono::seconds{10};

void show(const std::vector<RunningWorker>& workers, bool json) {
  if (json) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();
    for (const RunningWorker& worker : workers)
      array.push_back({{"policy", worker.policy_namespace + "/" + worker.policy},
                       {"name", worker.name},
                       {"pid", worker.pid},
                       {"port", worker.port}});
    fmt::print("{}\n", array.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return;
  }
  if (workers.empty()) fmt::print("no orphans: every worker has its document\n");
  for (const RunningWorker& worker : workers)
    fmt::print("{}/{}  {}  pid {}  port {}\n", worker.policy_namespace, worker.policy, worker.name, worker.pid,
               worker.port);
}

Task<void> stop_all(Loop* loop, std::string state_directory, std::vector<RunningWorker> workers, int* status) {
  std::set<std::pair<std::string, std::string>> policies;
  for (const RunningWorker& worker : workers) policies.emplace(worker.policy_namespace, worker.policy);
  for (const auto& [space, policy] : policies) {
    const auto stopped = co_await stop_workers(*loop, state_directory, space, policy, kStopTimeout);
    if (!stopped) {
      fmt::print(stderr, "ballast: {}\n", stopped.error().message);
      *status = kNotWell;
    } else {
      fmt::print("{}/{}: {} stopped\n", space, policy, *stopped);
    }
  }
  loop->stop();
}

}  // namespace

int orphan_command(const OrphanOptions& options) {
  const std::filesystem::path state =
      options.state_directory.empty() ? default_state_directory() : std::filesystem::path(options.state_directory);
  const LoadedSet set = load(options.files);
  if (options.stop && set.errors() > 0) {
    fmt::print(stderr,
               "ballast: the documents are not valid, so nobody can say whose workers these are: nothing is "
               "stopped. See ballast validate\n");
    return kBadDocuments;
  }
  std::vector<std::string> known;
  for (const CompiledWorkload& compiled : set.workloads) known.push_back(compiled.workload.name);
  auto workers = find_workers(state);
  if (!workers) {
    fmt::print(stderr, "ballast: {}\n", workers.error().message);
    return kNotWell;
  }
  const std::vector<RunningWorker> orphans = orphans_among(std::move(*workers), known);
  show(orphans, options.json);
  if (!options.stop || orphans.empty()) return kGood;
  int status = kGood;
  const auto loop = make_loop();
  TaskGroup tasks;
  tasks.spawn(stop_all(loop.get(), state.string(), orphans, &status));
  if (!tasks.idle()) loop->run();
  return status;
}

}  // namespace ballast
