// The journal's writing side, blocking, on the executor's thread: batches of writes in one transaction each, what is
// known of every workload's end, and what to do when the disk says no.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "controller/journal/database.h"
#include "controller/journal/frame.h"
#include "controller/journal/journal.h"
#include "core/result.h"
#include "core/time.h"

namespace ballast {

struct Tick {
  Frame frame{};
  std::optional<Record> record{};
};
struct WrittenDocument {
  Fingerprint fingerprint = 0;
  DocumentText text{};
};
struct Kept {
  Snapshot snapshot{};
  DocumentText text{};  ///< of the snapshot's document
};
struct Pairs {
  std::vector<PairToWrite> list{};
};
struct Write {
  std::variant<std::monostate, Tick, Kept, WrittenDocument, Pairs> content{};  ///< nothing: only a sync
  Durability durability = Durability::normal;
};

/// What the engine must know of a workload between its writes.
struct Marks {
  bool snapshot_due = false;
  bool needs_snapshot = false;
};

/// What a batch did.
struct Commit {
  std::vector<Result<Done>> results{};   ///< in the order of the writes
  std::map<std::string, Marks> marks{};  ///< of the workloads whose marks may have changed
  TimePoint newest{};
  std::optional<Gap> gap{};
  bool writable = true;
  std::vector<std::string> notes{};
  std::uint32_t files_begun = 0;  ///< so far, because the one before was corrupt
};

/// The end of one workload's log.
struct End {
  std::int64_t id = 0;              ///< in the table of workloads; 0 is not written yet
  std::int64_t head = 0;            ///< row of its newest frame
  std::uint64_t sequence = 0;       ///< of the newest frame or snapshot
  std::int64_t frame_bytes = 0;     ///< since the newest snapshot
  std::int64_t snapshot_bytes = 0;  ///< of the newest
  std::int64_t newest_frame = 0;    ///< last row of any workload when the newest snapshot was taken
  std::int64_t pin = 0;             ///< the same for the one before: this workload's rows after it stay
  int snapshots = 0;                ///< 0, 1 or 2 and more
  bool gap = false;                 ///< frames are missing: begin with a snapshot
};

struct Totals {
  std::int64_t frame_bytes = 0;  ///< of frames and snapshots
  std::int64_t record_bytes = 0;
  std::int64_t document_bytes = 0;
  std::int64_t newest = 0;      ///< time of anything written
  std::int64_t last_frame = 0;  ///< row
};

/// Room that a row takes beside its text.
inline constexpr std::int64_t kRowBytes = 48;

class Store {
 public:
  explicit Store(JournalOptions options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  /// Opens, or opens again after a failure; sets a corrupt file aside. Errors: denied, unavailable.
  Result<Done> ready();
  /// All or nothing, but for writes that are refused one by one (conflict).
  Commit commit(const std::vector<const Write*>& writes);
  /// For reading; null while the file cannot be opened at all.
  Database* reader();
  /// What was read of this workload is not what was written: its next write must be a snapshot.
  void mark_gap(const std::string& workload);
  /// As after an empty batch: no results, marks of one workload, or of all for an empty name.
  Commit state(const std::string& workload);

 private:
  Result<Done> open();
  Result<Done> load();
  Result<Done> load_snapshots();
  Result<Done> load_frames();
  Result<std::vector<Result<Done>>> transact(const std::vector<const Write*>& writes);
  Result<Done> sync_as(Durability durability);
  void committed();
  Result<Done> apply(const Write& write, Result<Done>& refused);
  Result<Done> apply(const Tick& tick, Result<Done>& refused);
  Result<Done> apply(const Kept& kept);
  Result<Done> apply(const WrittenDocument& document);
  Result<Done> apply(const Pairs& pairs);
  Result<Done> write_record(const Record& record);
  Result<Done> write_totals();
  Result<Done> write_held();
  Result<Done> begin_anew(const Error& corrupt);
  Result<Done> prune();
  Result<Done> prune_frames(std::int64_t above);
  Result<Done> delete_rows(const char* remove, const std::vector<std::int64_t>& ids);
  Result<Done> prune_snapshots(std::int64_t workload, std::int64_t row);
  Result<Done> prune_oldest(std::int64_t& bytes, std::int64_t above, const char* oldest, const char* remove);
  Result<End*> end_of(const std::string& workload);
  void fail(const Error& error, const std::vector<const Write*>& writes);
  void hold(const Record& record);
  [[nodiscard]] Marks marks_of(const std::string& workload, const End& end) const;

  JournalOptions options_;
  std::unique_ptr<Database> database_{};
  std::unique_ptr<Database> read_only_{};
  std::map<std::string, End> ends_{};
  std::map<std::int64_t, std::map<std::string, End>::iterator> by_id_{};  ///< the places in `ends_` of workload ids
  std::set<std::string> gaps_{};                                          ///< survive opening again
  Totals totals_{};
  std::map<std::string, End> staged_{};  ///< of the open transaction
  Totals staged_totals_{};
  std::int64_t prune_cursor_ = 0;
  std::set<std::string> pinning_{};  ///< workloads whose rows stand in the way of pruning
  std::deque<Record> held_{};
  std::optional<Gap> gap_{};
  bool syncs_fully_ = true;
  std::vector<std::string> notes_{};
  std::uint32_t files_begun_ = 0;
};

}  // namespace ballast
