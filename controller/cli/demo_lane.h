// What the live view knows of a lane: read from its logs as they grow, and from HAProxy. The verdict does not use it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// Whole lines that a growing file has gained. A file that is not there yet has none.
class Tail {
 public:
  explicit Tail(std::filesystem::path path) : path_(std::move(path)) {}
  std::vector<std::string> lines();

 private:
  std::filesystem::path path_;
  std::int64_t offset_ = 0;
  std::string rest_{};
};

struct LaneView {
  std::int64_t answered = 0;
  std::int64_t failed = 0;
  double p99_ms = 0;              ///< of what finished within the last two seconds; 0 when nothing did
  double answers_per_second = 0;  ///< good ones, over the same time
  int starting = 0;
  int ready = 0;
  int leaving = 0;
  int sick = 0;     ///< of the ready ones
  int in_pool = 0;  ///< servers that HAProxy uses
  int queued = 0;   ///< requests that wait in HAProxy
};

/// One moment by two clocks, in microseconds.
struct MomentByClocks {
  std::int64_t monotonic_us = 0;
  std::int64_t wall_us = 0;
};

class Lane {
 public:
  explicit Lane(const std::filesystem::path& folder)
      : load_(folder / "load.jsonl"), workers_(folder / "workers.jsonl") {}
  /// Reads what is new in the logs.
  void read();
  /// `answer` is HAProxy's to `show stat`; one that cannot be read changes nothing.
  void read_stat(std::string_view answer);
  [[nodiscard]] LaneView view() const;
  /// Processes of the workers that are ready, in order.
  [[nodiscard]] std::vector<pid_t> ready_workers() const;
  /// Whether this worker is there, ready or not.
  [[nodiscard]] bool has_worker(pid_t pid) const { return lives_.contains(pid); }
  /// When its load began; nothing: not yet.
  [[nodiscard]] std::optional<MomentByClocks> began() const { return began_; }

 private:
  struct Recent {
    std::int64_t finished_us = 0;
    std::int64_t latency_us = 0;
    bool failed = false;
  };
  enum class Life { starting, ready, leaving };
  void read_load();
  void read_workers();
  /// Of a worker.
  void note(std::string_view event, std::int64_t pid);

  Tail load_;
  Tail workers_;
  LaneView counts_{};
  std::deque<Recent> recent_{};
  std::map<std::int64_t, Life> lives_{};  ///< by process; gone ones are taken out
  std::set<std::int64_t> sick_{};
  std::optional<MomentByClocks> began_{};
};

/// What the daemon says about its policy.
struct PolicyGlance {
  int desired = 0;
  std::string words{};  ///< why: `at_target; arrivals 301 (17 a worker), in_system 44 (10 a worker)`
};
/// From the answer of `/api/v1/policies`, whatever else is watched there; nothing when it cannot be read.
std::optional<PolicyGlance> policy_in(std::string_view policies);

}  // namespace ballast
