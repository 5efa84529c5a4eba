// A stage for the whole product: the program `ballast`, a real HAProxy, real workers and a real load in a folder of
// their own. When it is left, however a test ends, all that ran on it has ended; when the test program is killed, the
// kernel and the workers themselves (`--tied-to`) see to that.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/process/process.h"
#include "controller/cli/demo_children.h"
#include "examples/demo/logs.h"
#include "tests/e2e/wire.h"
#include "tests/support/real_haproxy.h"

namespace ballast::e2e {

/// Far more than any step takes: a test that gets this far has failed.
inline constexpr std::chrono::seconds kPatience{20};

/// Whether it comes true in time.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience = kPatience);
/// CLOCK_MONOTONIC, as the load's log has it.
std::int64_t monotonic_us();

/// Where a daemon listens, by its log; 0: not yet.
int port_in(const std::string& log);

/// How often `what` stands in a text.
int count_of(const std::string& text, const std::string& what);

/// What a command said and how it ended.
struct Finished {
  int status = -1;
  std::string out{};
  std::string err{};
};

struct Bounds {
  int min = 4;
  int max = 8;
  int window_seconds = 300;  ///< of stabilization before it shrinks
  int per_worker = 36;       ///< requests a second; one can serve 20
};

class Stage {
 public:
  Stage();
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string state() const { return path("state"); }
  [[nodiscard]] std::string content(const std::string& name) const;
  /// Replaces a file of the stage at once, as editors and deployments do.
  void write(const std::string& name, const std::string& text) const;

  /// The policy `web`: workers on ports of this stage, steered by the arrivals at HAProxy, twice a second.
  [[nodiscard]] std::string policy(Bounds bounds) const;
  /// Writes it to policy/web.yaml.
  void put_policy(Bounds bounds) const { write("policy/web.yaml", policy(bounds)); }

  void start_haproxy();
  void kill_haproxy() { haproxy_.kill_hard(); }
  /// As `systemctl reload` does: another process takes its sockets over, the old one ends once it has nothing to serve.
  void reload_haproxy();
  [[nodiscard]] std::string ask_haproxy(const std::string& commands) const { return haproxy_.ask(commands); }
  [[nodiscard]] std::map<std::string, std::string> pool() const { return servers_at(path("web.sock")); }
  [[nodiscard]] std::map<std::string, std::string> weights() const { return servers_at(path("web.sock"), "weight"); }

  /// Requests of each server that are being served.
  [[nodiscard]] std::map<std::string, std::string> in_flight() const { return servers_at(path("web.sock"), "scur"); }

  /// `ballast run` on the policy folder; waits until it listens. `file`: another one than the program that was built.
  void start_daemon(const std::filesystem::path& file = {});
  /// Exit status, 128 + number when a signal ended it; -1 when it does not end.
  int end_daemon(int signal);
  void signal_daemon(int signal) { children_.signal(daemon_, signal); }
  [[nodiscard]] pid_t daemon() const { return daemon_; }
  [[nodiscard]] int daemon_port() const { return daemon_port_; }
  /// Of the daemon that was started last.
  [[nodiscard]] std::string daemon_log() const { return content(log_name()); }
  /// Waits for a text in it.
  [[nodiscard]] bool log_says(const std::string& text) const;
  /// Waits until it has decided so many times more: twice a second.
  [[nodiscard]] bool decides(int times) const;
  /// Waits until so many workers run and HAProxy gives requests to all of them.
  [[nodiscard]] bool settles_at(int workers) const;

  /// `ballast ARGUMENTS…`, to its end.
  Finished ballast(std::vector<std::string> arguments);
  /// The same without waiting for it; it ends with the stage.
  void leave_running(std::vector<std::string> arguments);

  void start_load(int per_second);
  /// One act of a load: `burst:1s:5`.
  void play(const std::string& act);
  /// Ends it and reads what became of each request.
  ballast_demo::LaneLogs end_load();
  /// Waits until it has sent and got back requests that were due at or after this time.
  [[nodiscard]] bool load_reaches(std::int64_t at_us) const;

  [[nodiscard]] std::vector<RunningWorker> workers() const;
  /// `started` and `stopped` lines of all workers there ever were.
  [[nodiscard]] int worker_events(const std::string& event) const;
  /// When workers were asked to end, in the order of time; CLOCK_MONOTONIC in microseconds.
  [[nodiscard]] std::vector<std::int64_t> asked_to_end() const;
  /// When this one was given a request, so far.
  [[nodiscard]] std::vector<std::int64_t> requests_of(const RunningWorker& worker) const;

 private:
  [[nodiscard]] std::string log_name() const;
  [[nodiscard]] std::vector<std::int64_t> times_of(const std::string& event, pid_t worker = 0) const;
  pid_t start(const std::filesystem::path& program, std::vector<std::string> arguments, const std::string& output);
  int wait_for(pid_t pid, std::chrono::milliseconds patience);

  std::filesystem::path folder_;
  RealHaproxy haproxy_;
  int first_port_ = 0;  ///< kWorkerPorts for workers, the next one is HAProxy's
  Children children_{};
  pid_t daemon_ = 0;
  pid_t load_ = 0;
  int daemons_ = 0;
  int commands_ = 0;
  int daemon_port_ = 0;
};

/// The program `ballast` that was built.
std::filesystem::path ballast_program();

/// There were requests, and none that was due at or after this time failed.
void expect_none_failed(const ballast_demo::LaneLogs& logs, std::int64_t due_from = 0);

/// Suites of this folder: skipped where there is no HAProxy.
class OnStage : public ::testing::Test {
 protected:
  void SetUp() override;
  Stage stage;
};

}  // namespace ballast::e2e
