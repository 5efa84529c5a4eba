// `ballast run`: documents in, a running engine out, reloaded when the documents change.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/process/readings.h"
#include "adapters/receivers/receiver_host.h"
#include "controller/actions/restart.h"
#include "controller/actions/rule_actions.h"
#include "controller/alerts/dispatcher.h"
#include "controller/cli/commands.h"
#include "controller/cli/heartbeat_request.h"
#include "controller/cli/log.h"
#include "controller/cli/target_locks.h"
#include "controller/config/config.h"
#include "controller/engine/engine.h"
#include "controller/heartbeats/heartbeat_book.h"
#include "controller/journal/journal.h"
#include "controller/orders/order_book.h"
#include "controller/registry.h"
#include "controller/registry_actions.h"
#include "controller/server/metrics.h"
#include "controller/server/server.h"
#include "io/bulkhead.h"
#include "io/channels.h"
#include "io/command.h"
#include "io/file_watch.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace ballast {

class Daemon {
 public:
  Daemon(const RunOptions& options, Log& log);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Exit status: kGood after a stop that was asked for; kUsage when another daemon holds the journal; kBadDocuments
  /// when no document is valid.
  int run();

 private:
  int open();
  int open_journal();
  void apply(const Reload& reload);
  void put(std::shared_ptr<const CompiledWorkload> compiled);
  void reload();
  void watch();
  int serve();
  void stop();
  Task<void> shut_down();
  Task<void> take_leave_of(CompiledWorkload workload);
  void warn_of_commands(const CompiledWorkload& compiled);
  void show_problems(const LoadedSet& set);
  EngineEvents events();
  int open_alerts();
  void route_alerts(const CompiledAlerting& alerting);
  AlertEvents alert_events();
  void open_actions();
  void know_actions(const std::vector<CompiledWorkload>& workloads);
  ActionEvents action_events();
  Result<Done> may_restart(const std::string& policy, const Order& order) const;
  void order(const std::string& workload, const Order& order, const std::string& by);
  Result<Done> open_orders();
  void put_file(const std::filesystem::path& path, const std::string& text);
  void put_files_again();
  void tell_address();
  void forget_address() const;
  Task<void> keep_orders();
  Result<const Runner*> steered(const std::string& name) const;
  Orders orders_of(const std::string& name) const;
  Result<Done> may_order(const ServerRequest& request) const;
  Result<ServerResponse> give_order(const ServerRequest& request);
  Result<ServerResponse> take_back_orders(const ServerRequest& request);
  std::vector<Route> order_routes();
  void open_heartbeats();
  void know_heartbeats(const Reload& reload);
  Result<ServerResponse> hear(const ServerRequest& request);
  Route heartbeat_route();
  std::vector<Route> routes();
  std::vector<PolicyMetrics> policy_metrics() const;

  RunOptions options_;
  Log& log_;
  std::filesystem::path state_directory_;
  Reloader reloader_{};
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Executor> journal_executor_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Fetcher> http_{};
  std::unique_ptr<Fetcher> commands_{};  ///< none: nobody has allowed them
  Roster roster_{};
  std::unique_ptr<Executor> readings_executor_;  ///< of /proc
  std::unique_ptr<Fetcher> readings_{};
  std::unique_ptr<HeartbeatBook> heartbeats_{};
  std::vector<KnownHeartbeat> known_heartbeats_{};
  std::set<std::string> heartbeat_problems_{};  ///< that were told since the documents changed
  std::unique_ptr<Fetcher> heartbeat_readings_{};
  std::unique_ptr<Fetcher> channels_{};
  std::unique_ptr<Fetcher> fetcher_{};
  std::unique_ptr<Journal> journal_{};
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<Executor> mail_executor_;  ///< a slow mail server delays nobody else
  std::unique_ptr<Fetcher> vendors_{};
  std::unique_ptr<ReceiverHost> receiver_host_{};
  std::unique_ptr<AlertDispatcher> alerts_{};
  std::unique_ptr<RestartDesk> restarts_{};
  std::unique_ptr<ActionHost> action_host_{};
  std::unique_ptr<RuleActions> actions_{};
  std::vector<CompiledAction> known_actions_{};  ///< in force
  std::unique_ptr<Environment> environment_{};
  TargetLocks locks_{target_lock_directory()};
  ServerOptions server_options_{};
  std::string token_{};                                             ///< whoever shows it may change something
  std::map<std::filesystem::path, std::string> unwritten_files_{};  ///< that the disk did not take
  std::unique_ptr<OrderBook> orders_{};
  std::optional<CompiledAlerting> alerting_{};                                 ///< in force
  std::map<std::string, std::shared_ptr<const CompiledWorkload>> in_force_{};  ///< by workload, the last that was bound
  std::unique_ptr<Engine> engine_{};
  std::unique_ptr<FileWatch> file_watch_{};
  std::unique_ptr<Server> server_{};
  TaskGroup tasks_{};
  std::uint64_t frames_ = 0;
  bool stopping_ = false;
};

}  // namespace ballast
