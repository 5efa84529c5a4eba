#include "controller/cli/daemon.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "controller/cli/compile_text.h"
#include "controller/cli/views.h"
#include "core/reason.h"

namespace ballast {
Daemon::Daemon(const RunOptions& options, Log& log)
    : options_(options),
      log_(log),
      state_directory_(options.state_directory.empty() ? default_state_directory()
                                                       : std::filesystem::absolute(options.state_directory)),
      loop_(make_loop()),
      journal_executor_(loop_->make_executor()),
      executor_(loop_->make_executor()),
      readings_executor_(loop_->make_executor()),
      metrics_(make_metrics(BALLAST_VERSION)),
      mail_executor_(loop_->make_executor()) {}

Daemon::~Daemon() {
  // Tasks first: they hold what the engine and the journal own.
  tasks_.clear();
  engine_.reset();
}

void Daemon::show_problems(const LoadedSet& set) {
  for (const FileProblem& problem : set.problems) {
    if (problem.warning)
      log_.warn(to_string(problem));
    else
      log_.error(to_string(problem));
  }
}

int Daemon::run() {
  std::optional<Reload> first = reloader_.update(read_files(options_.files));
  show_problems(first->set);
  if (first->set.workloads.empty()) {
    log_.error("no valid ScalingPolicy or Monitor: nothing to do",
               {{"fix", "ballast validate " + options_.files.front()}});
    return kBadDocuments;
  }
  if (const int status = open(); status != kGood) return status;
  if (const int status = serve(); status != kGood) return status;
  apply(*first);
  tasks_.spawn(alerts_->run());
  tasks_.spawn(orders_->run());
  tasks_.spawn(heartbeats_->run());
  tasks_.spawn(actions_->run());
  const std::size_t workloads = first->set.workloads.size();
  first.reset();  // it holds all documents
  watch();
  loop_->on_signals([this] { stop(); }, [this] { reload(); });
  loop_->on_wall_step([this](Duration step) {
    log_.warn("the wall clock was set; engine time goes on", {{"seconds", fmt::format("{:.1f}", seconds(step))}});
  });
  log_.info("running", {{"version", BALLAST_VERSION},
                        {"workloads", std::to_string(workloads)},
                        {"state", state_directory_.string()},
                        {"http", fmt::format("http://127.0.0.1:{}", server_->port())}});
  loop_->run();
  return kGood;
}

int Daemon::open_journal() {
  std::error_code failure;
  std::filesystem::create_directories(state_directory_, failure);
  if (failure) {
    log_.error("the state directory cannot be made",
               {{"path", state_directory_.string()}, {"error", failure.message()}, {"fix", "--state-dir DIR"}});
    return kUsage;
  }
  JournalOptions options{.path = journal_in(state_directory_).string()};
  apply_configuration(reloader_.current().configuration, options);
  auto journal = Journal::open(options, *journal_executor_);
  if (!journal) {
    log_.error(journal.error().message, {{"journal", options.path}});
    return kUsage;
  }
  journal_ = std::move(*journal);
  for (const std::string& line : journal_->report()) log_.warn(line);
  loop_->start_not_before(journal_->newest());
  return kGood;
}

int Daemon::open() {
  if (const int status = open_journal(); status != kGood) return status;
  HttpClientOptions network;
  network.network.allow_link_local = options_.allow_link_local;
  auto http = make_http_fetcher(*loop_, std::move(network));
  if (!http) {
    log_.error(http.error().message);
    return kUsage;
  }
  http_ = std::move(*http);
  if (options_.allow_exec) commands_ = make_command_fetcher(*loop_);
  readings_ = make_worker_readings(*loop_, *readings_executor_, roster_);
  open_heartbeats();
  channels_ = make_channels({.network = *http_,
                             .workers = readings_.get(),
                             .commands = commands_.get(),
                             .heartbeats = heartbeat_readings_.get()});
  fetcher_ = make_bulkhead(*channels_, *loop_);
  if (auto opened = open_orders(); !opened) {
    log_.error(opened.error().message);
    return kUsage;
  }
  environment_ = std::make_unique<Environment>(Environment{*loop_, *fetcher_, *executor_, state_directory_,
                                                           reloader_.current().configuration.host_reserve,
                                                           orders_.get(), &roster_});
  if (const int status = open_alerts(); status != kGood) return status;
  open_actions();
  engine_ =
      std::make_unique<Engine>(*loop_, *fetcher_, *journal_, events(), compile_text(), alerts_.get(), orders_.get());
  return kGood;
}

int Daemon::serve() {
  server_options_.listen = options_.listen.empty() ? reloader_.current().configuration.listen : options_.listen;
  auto server = make_server(*loop_, server_options_, routes());
  if (!server) {
    log_.error(server.error().message, {{"fix", "--listen 127.0.0.1:0, or listen: of the Configuration"}});
    return kUsage;
  }
  server_ = std::move(*server);
  tell_address();
  return kGood;
}

void Daemon::warn_of_commands(const CompiledWorkload& compiled) {
  for (std::size_t i = 0; i < compiled.probes.size() && !options_.allow_exec; ++i)
    if (compiled.probes[i].type == "exec")
      log_.warn("a signal runs a command and is unknown: commands are off",
                {{"workload", compiled.workload.name},
                 {"signal", compiled.workload.signals[i].name},
                 {"fix", "ballast run --allow-exec"}});
}

void Daemon::put(std::shared_ptr<const CompiledWorkload> compiled) {
  Bind next;
  next.lock = [this, compiled](const Locks& older) { return locks_.take(claims_of(*compiled), older); };
  next.make = [this, compiled] {
    auto bound = bind(compiled, *environment_);
    if (bound) in_force_.insert_or_assign(compiled->workload.name, compiled);
    return bound;
  };
  for (const Pool& pool : compiled->workload.pools)
    if (pool.overload) next.sheds.push_back(pool.fingerprint);
  engine_->put(compiled->workload.name, std::move(next));
}

void Daemon::apply(const Reload& reload) {
  route_alerts(reload.set.alerting);
  know_actions(reload.set.workloads);
  know_heartbeats(reload);
  // Of a document that cannot be read nobody knows whether it is gone.
  if (reload.set.errors() == 0) {
    std::set<std::string> names;
    for (const CompiledWorkload& compiled : reload.set.workloads) names.insert(compiled.workload.name);
    alerts_->keep_only(std::move(names));
  }
  for (const std::string& name : reload.removed) {
    engine_->remove(name);
    log_.warn("no document any more: its workers are left running", {{"workload", name}, {"see", "ballast orphan"}});
  }
  for (const CompiledWorkload& compiled : reload.set.workloads) {
    const std::string& name = compiled.workload.name;
    const bool added = std::ranges::find(reload.added, name) != reload.added.end();
    const bool changed = std::ranges::find(reload.changed, name) != reload.changed.end();
    if (!added && !changed) continue;
    for (const std::string& difference : differences_from_defaults(compiled))
      log_.info("differs from the default", {{"workload", name}, {"setting", difference}});
    warn_of_commands(compiled);
    put(std::make_shared<const CompiledWorkload>(compiled));
  }
}

void Daemon::reload() {
  if (stopping_) return;
  put_files_again();
  const Reload change = reloader_.update(read_files(options_.files));
  show_problems(change.set);
  apply(change);
}

void Daemon::watch() {
  std::vector<std::string> paths;
  for (const std::string& path : options_.files)
    if (path != "-") paths.push_back(path);
  if (!paths.empty()) file_watch_ = make_file_watch(*loop_, std::move(paths), [this] { reload(); });
}

void Daemon::stop() {
  if (std::exchange(stopping_, true)) return;
  log_.info("stopping; workers go on unless onExit says Stop");
  tasks_.spawn(shut_down());
}

Task<void> Daemon::shut_down() {
  constexpr Duration kPatience = std::chrono::seconds{5};
  std::vector<std::string> steered;
  std::vector<Locks> locks;  // nobody else may have a target while workers of it are stopped
  for (const auto& [name, runner] : engine_->runners()) {
    if (runner->bound() == nullptr) continue;
    steered.push_back(name);
    locks.push_back(runner->bound()->locks);
  }
  co_await engine_->shutdown(kPatience);
  actions_->stop();
  alerts_->stop();
  co_await alerts_->write_down();
  co_await actions_->write_down();
  co_await heartbeats_->write_down();
  const auto flushed = co_await journal_->flush();
  if (!flushed) log_.warn("the journal's end could not be written", {{"error", flushed.error().message}});
  // Nobody may ask the engine, nor start workers again, from here on.
  server_.reset();
  engine_.reset();
  TaskGroup leaving;
  for (const std::string& name : steered) {
    CompiledWorkload leaves = *in_force_.at(name);
    leaves.orders.given = orders_->in_force(name);
    leaving.spawn(take_leave_of(std::move(leaves)));
  }
  while (!leaving.idle()) {
    const TimePoint next = loop_->now() + std::chrono::milliseconds{20};
    co_await Sleep(*loop_, next);
  }
  co_await alerts_->write_down();  // what was answered meanwhile
  co_await actions_->write_down();
  forget_address();
  loop_->stop();
}

Task<void> Daemon::take_leave_of(CompiledWorkload workload) {
  const std::string name = workload.workload.name;
  const auto stopped = co_await take_leave(std::move(workload), *environment_);
  if (!stopped)
    log_.warn("workers could not be stopped", {{"workload", name}, {"error", stopped.error().message}});
  else if (*stopped > 0)
    log_.info("workers stopped, as onExit says", {{"workload", name}, {"workers", std::to_string(*stopped)}});
}

EngineEvents Daemon::events() {
  EngineEvents events;
  events.in_force = [this](const Workload& workload, bool first) {
    log_.info(first ? "policy in force" : "policy changed", {{"workload", workload.name}});
  };
  events.decided = [this](const Workload& workload, const Record& record) {
    if (workload.max_replicas == 0) return;  // a Monitor decides nothing
    const std::string change = record.replicas_before == record.replicas_after
                                   ? std::to_string(record.replicas_after)
                                   : fmt::format("{}->{}", record.replicas_before, record.replicas_after);
    log_.info("decided", {{"workload", workload.name},
                          {"replicas", change},
                          {"reason", std::string{info(record.reason).code}},
                          {"limit", std::string{info(record.limit).code}}});
  };
  events.acted = [this](const Workload& workload, ActionKind kind, const Result<Done>& result) {
    const std::string action{to_string(kind)};
    metrics_->action_done(action, result ? "ok" : std::string{to_string(result.error().code)});
    if (!result)
      log_.warn("action failed", {{"workload", workload.name}, {"action", action}, {"error", result.error().message}});
  };
  events.trouble = [this](const std::string& workload, const std::string& what) {
    log_.warn(what, {{"workload", workload}});
  };
  events.ticked = [this](const Workload&, Duration took) {
    ++frames_;
    metrics_->decision_took(took);
  };
  events.unread = [this](const Workload&, const Error& error) {
    metrics_->reading_was_unknown(error.code == Errc::invalid ? Grade::invalid : Grade::missing);
  };
  return events;
}

}  // namespace ballast
