// When jobs said last that they live: heard over HTTP, asked for by probes, kept over restarts. On the engine's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "controller/journal/journal.h"
#include "core/facts.h"
#include "core/result.h"
#include "core/task.h"
#include "io/fetcher.h"
#include "io/time_source.h"
#include "io/wakeable.h"

namespace ballast {

/// All keys of its rows begin with it; the name of the heartbeat follows: `heartbeat/shop/backup`.
inline constexpr std::string_view kHeartbeatRows = "heartbeat/";

struct Heartbeat {
  TimePoint at{};   ///< when it came last
  Duration deaf{};  ///< how long Ballast did not run since
  bool operator==(const Heartbeat&) const = default;
};
std::string heartbeat_row(const Heartbeat& heartbeat);
/// Errors: invalid.
Result<Heartbeat> read_heartbeat_row(const std::string& row);

class HeartbeatBook {
 public:
  /// `time` and `journal`, which was just opened, outlive the book. `trouble` is told what cannot be read or written.
  HeartbeatBook(TimeSource& time, Journal& journal, std::function<void(const std::string&)> trouble = {});

  /// Reads what came before, however long that takes; then writes what comes, at most once a second. Never returns.
  Task<void> run();
  /// There are these and no others, as `namespace/name`: what came for others is forgotten.
  void keep_only(std::set<std::string> names);
  /// Repeating it is harmless. One that came before the last run was read counts.
  void beat(const std::string& name);
  /// Nothing: it never came. Errors: unavailable (what came before is still being read).
  [[nodiscard]] Result<std::optional<HeartbeatFacts>> facts(const std::string& name) const;
  /// Writes all that changed. Returns once it is on the disk, or cannot be. For the end; `run` does it by itself.
  Task<void> write_down();

 private:
  Task<void> load();
  void take_in(const std::string& name, const std::string& row);
  void forget_others();
  void wake();

  TimeSource& time_;
  Journal& journal_;
  std::function<void(const std::string&)> trouble_;
  TimePoint deaf_from_;  ///< the last that is known of the run before
  std::map<std::string, Heartbeat> heartbeats_{};
  std::optional<std::set<std::string>> only_{};
  std::set<std::string> unwritten_{};
  std::uint32_t file_ = 0;  ///< of the journal, that holds what was written
  bool loaded_ = false;
  bool writable_ = true;
  Wakeable* waker_ = nullptr;
};

/// Serves Channel::heartbeat: `url` is heartbeat://NAMESPACE/NAME. Answers at once. Errors: those of `facts`, invalid
/// (another url). Both outlive it.
[[nodiscard]] std::unique_ptr<Fetcher> make_heartbeat_readings(TimeSource& time, const HeartbeatBook& book);

}  // namespace ballast
