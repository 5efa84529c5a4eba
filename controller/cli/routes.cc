// The HTTP interface of the daemon: health, metrics and the state of its policies.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "controller/cli/alert_views.h"
#include "controller/cli/daemon.h"
#include "controller/cli/views.h"

namespace ballast {
namespace {

/// A tick that is late by more than this means that the daemon no longer does its job.
constexpr Duration kLate = std::chrono::minutes{1};

std::vector<PolicyView> views_of(const Engine& engine, const OrderBook& orders) {
  std::vector<PolicyView> views;
  for (const auto& [name, runner] : engine.runners()) {
    PolicyView& view = views.emplace_back(PolicyView{.name = name});
    view.status = runner->state().status;
    view.note = runner->note();
    view.at = runner->last_tick();
    view.orders = orders.in_force(name);
    add_in_force(view, {runner->bound() != nullptr, runner->refused(), runner->bound_since()});
    if (runner->bound() == nullptr) continue;
    const Workload& workload = runner->bound()->workload;
    view.target = workload.target_kind + " " + workload.target_name;
    view.mode = workload.mode;
  }
  return views;
}

/// A line for each policy that does not do what its documents say; empty: all do.
std::string not_ready(const Engine& engine) {
  std::string lines;
  for (const auto& [name, runner] : engine.runners()) {
    const std::optional<Failure>& refused = runner->refused();
    if (refused)
      lines += fmt::format("{}: not in force{}: {}\n", name,
                           runner->bound() == nullptr ? "" : ", the version before is", refused->error.message);
    else if (runner->last_tick() == TimePoint{})
      lines += fmt::format("{}: starting, not evaluated yet\n", name);
  }
  return lines;
}

}  // namespace

std::vector<PolicyMetrics> Daemon::policy_metrics() const {
  std::vector<PolicyMetrics> all;
  for (const PolicyView& view : views_of(*engine_, *orders_)) all.push_back(to_metrics(view));
  return all;
}

std::vector<Route> Daemon::routes() {
  const auto healthz = [this](const ServerRequest&) {
    if (engine_->behind() < kLate) return ServerResponse{.body = "ok\n"};
    return ServerResponse{.status = 503, .body = "a policy has not been evaluated for over a minute\n"};
  };
  const auto readyz = [this](const ServerRequest&) {
    std::string lines = not_ready(*engine_);
    if (lines.empty()) return ServerResponse{.body = "ok\n"};
    return ServerResponse{.status = 503, .body = std::move(lines)};
  };
  const auto metrics = [this](const ServerRequest&) {
    metrics_->alerts_are(to_metrics(alerts_->book(), loop_->now()));
    metrics_->journal_is(JournalMetrics{.writable = journal_->writable(), .frames = frames_});
    return ServerResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                          .body = metrics_->page(policy_metrics())};
  };
  const auto policies = [this](const ServerRequest&) {
    return ServerResponse{.content_type = "application/json",
                          .body = to_json(views_of(*engine_, *orders_), loop_->now())};
  };
  const auto alerts = [this](const ServerRequest& request) {
    return answer_alerts(request, alerts_->book(), loop_->wall());
  };
  std::vector<Route> routes{Route{"GET", "/healthz", healthz}, Route{"GET", "/readyz", readyz},
                            Route{"GET", "/metrics", metrics}, Route{"GET", "/api/v1/policies", policies},
                            Route{"GET", "/api/v2/alerts", alerts}};
  std::ranges::move(order_routes(), std::back_inserter(routes));
  routes.push_back(heartbeat_route());
  return routes;
}

}  // namespace ballast
