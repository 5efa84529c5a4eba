// The HTTP interface of the daemon: health, metrics and the state of its policies.
#include <algorithm>

#include "controller/cli/daemon.h"
#include "controller/cli/views.h"

namespace ballast {
namespace {

/// A tick that is late by more than this means that the daemon no longer does its job.
constexpr Duration kLate = std::chrono::minutes{1};

std::vector<PolicyView> views_of(const Engine& engine) {
  std::vector<PolicyView> views;
  for (const auto& [name, runner] : engine.runners()) {
    PolicyView& view = views.emplace_back(PolicyView{.name = name});
    view.status = runner->state().status;
    view.note = runner->note();
    view.at = runner->last_tick();
    if (runner->bound() == nullptr) continue;
    const Workload& workload = runner->bound()->workload;
    view.target = workload.target_kind + " " + workload.target_name;
    view.mode = workload.mode;
  }
  return views;
}

}  // namespace

std::vector<PolicyMetrics> Daemon::policy_metrics() const {
  std::vector<PolicyMetrics> all;
  for (const PolicyView& view : views_of(*engine_)) all.push_back(to_metrics(view));
  return all;
}

std::vector<Route> Daemon::routes() {
  const auto healthz = [this](const ServerRequest&) {
    if (engine_->behind() < kLate) return ServerResponse{.body = "ok\n"};
    return ServerResponse{.status = 503, .body = "a policy has not been evaluated for over a minute\n"};
  };
  const auto readyz = [this](const ServerRequest&) {
    const auto ticked = [](const auto& entry) { return entry.second->last_tick() != TimePoint{}; };
    if (std::ranges::all_of(engine_->runners(), ticked)) return ServerResponse{.body = "ok\n"};
    return ServerResponse{.status = 503, .body = "starting: not every policy was evaluated yet\n"};
  };
  const auto metrics = [this](const ServerRequest&) {
    metrics_->journal_is(JournalMetrics{.writable = journal_->writable(), .frames = frames_});
    return ServerResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                          .body = metrics_->page(policy_metrics())};
  };
  const auto policies = [this](const ServerRequest&) {
    return ServerResponse{.content_type = "application/json", .body = to_json(views_of(*engine_), loop_->now())};
  };
  return {Route{"GET", "/healthz", healthz}, Route{"GET", "/readyz", readyz}, Route{"GET", "/metrics", metrics},
          Route{"GET", "/api/v1/policies", policies}};
}

}  // namespace ballast
