// The processes of a play: who is started when, and how each of them is ended.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "controller/cli/demo_children.h"
#include "controller/cli/demo_place.h"
#include "core/task.h"
#include "io/time_source.h"

namespace ballast {

class DemoProcesses {
 public:
  /// Both outlive it.
  DemoProcesses(const DemoPlace& place, TimeSource& time) : place_(place), time_(time) {}

  /// All but the loads and who steers. False: `trouble` says why.
  bool begin();
  /// The loads, all with the same seed, and who steers the lanes beside Ballast's.
  bool start_loads(std::uint64_t seed);
  bool start_daemon(LaneKind lane);
  /// SIGKILL. That it ends is no trouble then.
  void kill_daemon(LaneKind lane);
  [[nodiscard]] pid_t daemon(LaneKind lane) const { return daemons_[index_of(lane)]; }

  /// False: one that must not end has ended; `trouble` names it, with the end of what it said.
  bool all_running();
  [[nodiscard]] bool loads_running();
  void end_loads();
  /// Ends what wrote the logs, in the order that leaves them whole.
  Task<void> end();
  /// Whoever is waited for to end is killed.
  void hurry() { hurry_ = true; }

  /// Runs the checker to its end; its exit status.
  Task<int> check(std::filesystem::path json);

  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  bool start(pid_t& pid, const std::string& name, const std::filesystem::path& program,
             std::vector<std::string> arguments, const std::filesystem::path& output);
  bool start_part(const std::string& name, const std::string& program, std::vector<std::string> arguments);
  bool start_haproxy(LaneKind lane);
  bool start_exporter(LaneKind lane);
  bool start_fixed_workers();
  bool start_load(LaneKind lane, std::uint64_t seed);
  bool start_steering(LaneKind lane);
  Task<void> stop(std::vector<pid_t> pids, int number, Duration patience);
  [[nodiscard]] std::string errors_of(const std::string& name) const;

  const DemoPlace& place_;
  TimeSource& time_;
  Children children_{};
  std::array<pid_t, kLanes> haproxies_{};
  std::array<pid_t, kLanes> daemons_{};
  std::array<pid_t, kLanes> loads_{};
  std::vector<pid_t> parts_{};                ///< exporters, the sink, who steers, the fixed workers
  std::map<pid_t, std::string> essential_{};  ///< the play is over when one of them ends
  std::string trouble_{};
  bool hurry_ = false;
};

}  // namespace ballast
