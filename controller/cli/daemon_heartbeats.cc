// How the daemon hears jobs that say that they live.
#include <algorithm>
#include <set>
#include <utility>

#include "controller/cli/daemon.h"
#include "controller/cli/heartbeat_request.h"
#include "controller/cli/order_answer.h"
#include "controller/cli/order_request.h"

namespace ballast {

void Daemon::open_heartbeats() {
  heartbeats_ =
      std::make_unique<HeartbeatBook>(*loop_, *journal_, [this](const std::string& what) { log_.warn(what); });
  heartbeat_readings_ = make_heartbeat_readings(*loop_, *heartbeats_);
}

void Daemon::know_heartbeats(const Reload& reload) {
  known_heartbeats_.clear();
  heartbeat_problems_.clear();
  std::set<std::string> names;
  for (const CompiledWorkload& workload : reload.set.workloads)
    for (KnownHeartbeat& heartbeat : heartbeats_of(workload)) {
      names.insert(heartbeat.name);
      known_heartbeats_.push_back(std::move(heartbeat));
    }
  // Of a document that cannot be read nobody knows whether it is gone.
  if (reload.set.errors() == 0) heartbeats_->keep_only(std::move(names));
}

Result<ServerResponse> Daemon::hear(const ServerRequest& request) {
  const std::string name = heartbeat_of_path(request.path);
  std::vector<std::string> problems;
  std::vector<std::string> tokens = tokens_of(known_heartbeats_, name, problems);
  for (const std::string& problem : problems)
    if (heartbeat_problems_.insert(problem).second) log_.warn(problem);
  tokens.push_back(token_);
  // First: what there is nobody is told who may not know.
  if (auto allowed = may_change(request, tokens); !allowed) return allowed.error();
  if (std::ranges::find(known_heartbeats_, name, &KnownHeartbeat::name) == known_heartbeats_.end())
    return Error{Errc::not_found, "no signal in force waits for such a heartbeat"};
  heartbeats_->beat(name);
  return ServerResponse{.body = "heard\n"};
}

Route Daemon::heartbeat_route() {
  return {"POST", std::string(kHeartbeatPath) + "*", [this](const ServerRequest& request) {
            auto answer = hear(request);
            return answer ? *std::move(answer) : order_refusal(answer.error());
          }};
}

}  // namespace ballast
