// Reading the journal: what a workload is rebuilt from, what happened when. Blocks; the daemon reads through its own
// connection on the executor, the command line through `History`, also while the daemon writes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/journal/frame.h"
#include "core/result.h"
#include "core/time.h"

namespace ballast {

class Database;

class History {
 public:
  /// Errors: not_found (no such file), denied (another version's or program's), invalid (corrupt), unavailable.
  static Result<std::unique_ptr<History>> open(const std::string& path, const std::string& vfs = "");
  /// Over a connection that outlives it.
  explicit History(Database& database);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// Sorted by name.
  Result<std::vector<std::string>> workloads();
  Result<std::optional<std::string>> document(Fingerprint fingerprint);
  /// Pairs whose key begins with `prefix`, by key.
  Result<std::vector<std::pair<std::string, std::string>>> pairs(const std::string& prefix);
  /// The newest time of anything in the journal.
  Result<TimePoint> newest();

  /// Newest readable snapshot and the frames after it; nothing for a workload never written.
  Result<std::optional<Recovered>> recover(const std::string& workload);
  /// What leads up to the last tick at or before `at`, which is the last of `frames`; nothing when there is none left.
  Result<std::optional<Recovered>> until(const std::string& workload, TimePoint at);
  /// Everything that is left of a workload, oldest first: at each snapshot `on_snapshot`, at each frame `on_frame`.
  /// What cannot be decoded goes to `on_damage`, as text.
  struct Walk {
    std::function<void(const Snapshot&)> on_snapshot{};
    std::function<void(const Frame&)> on_frame{};
    std::function<void(const std::string&)> on_damage{};
  };
  Result<Done> walk(const std::string& workload, const Walk& visitor);

  /// Records with `from` <= at < `to`, oldest first, at most `most` of the newest; of all workloads for an empty name.
  Result<std::vector<Record>> records(const std::string& workload, TimePoint from, TimePoint to, std::size_t most);

 private:
  explicit History(std::unique_ptr<Database> database);
  std::unique_ptr<Database> owned_;
  Database& database_;
};

}  // namespace ballast
