// The one log: every observation before it is acted on, snapshots of what was remembered, and why things were done.
// SQLite in WAL mode behind it. Lives on the engine's thread; SQLite runs on the executor, one piece of work at a time,
// and what arrives meanwhile is committed together (one fsync for all).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/journal/frame.h"
#include "core/result.h"
#include "core/task.h"
#include "core/time.h"
#include "io/executor.h"

namespace ballast {

struct JournalOptions {
  std::string path{};                              ///< of the database; its folder is made and locked
  std::int64_t max_bytes = std::int64_t{1} << 30;  ///< of frames, snapshots and records together
  std::string vfs{};                               ///< SQLite VFS; empty for the system's disk
  int log_pages = 1000;                            ///< of 4 KiB: a longer log is folded back into the database
  bool lock_folder = true;                         ///< false in the simulation, whose disks are not of this world
};

/// A key and its text; without a text it goes.
using PairToWrite = std::pair<std::string, std::optional<std::string>>;

class Journal {
 public:
  /// Blocks; for the start. A corrupt file is kept aside and a new one begun (`report`). A disk that cannot be written
  /// is no error: the journal is then not `writable`, and becomes so by itself.
  /// Errors: denied (another daemon holds the folder: the message names it), invalid (written by a newer Ballast),
  /// unavailable (the folder cannot be made or locked).
  static Result<std::unique_ptr<Journal>> open(JournalOptions options, Executor& executor);
  ~Journal();  ///< what was submitted is still written
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Writes a tick. Await it before acting on it, with `full` when the tick acts. Ticks of one workload are written in
  /// the order they are awaited. The engine's order, each tick: `needs_snapshot` or `snapshot_due` → snapshot of the
  /// state so far; another document → put_document; fold; append, even where the snapshot failed: the record of a
  /// refused tick is kept. Errors: unavailable (cannot be written: take nothing away), conflict (a snapshot is needed
  /// first).
  Task<Result<Done>> append(Frame frame, std::optional<Record> record, Durability durability);
  /// With the text of its document, which the file may lack: it may be a new one, or have pruned it. Errors:
  /// unavailable.
  Task<Result<Done>> snapshot(Snapshot snapshot, DocumentText text, Durability durability);
  /// Keeps the text that a document's fingerprint names, before the first frame that carries it. Repeating is harmless;
  /// it is durable with the next full write.
  Task<Result<Done>> put_document(Fingerprint fingerprint, DocumentText text);
  Task<Result<std::optional<std::string>>> document(Fingerprint fingerprint);
  /// All that was submitted before is on the disk when it returns.
  Task<Result<Done>> flush();

  /// Newest readable snapshot and the frames after it; nothing for a workload never seen. Errors: unavailable.
  Task<Result<std::optional<Recovered>>> recover(std::string workload);
  /// Sorted by name.
  Task<Result<std::vector<std::string>>> workloads();

  /// Small named texts beside the ticks: queues, silences, approvals. All in one transaction, or none.
  Task<Result<Done>> put(std::vector<PairToWrite> pairs, Durability durability);
  /// Pairs whose key begins with `prefix`, by key.
  Task<Result<std::vector<std::pair<std::string, std::string>>>> pairs(std::string prefix);

  /// A snapshot should be taken: the frames since the last outweigh it, or it holds back pruning. The engine takes one
  /// also when the document changed and at shutdown.
  [[nodiscard]] bool snapshot_due(const std::string& workload) const;
  /// A snapshot must be the next write of this workload: it was never written, or ticks of it were lost.
  [[nodiscard]] bool needs_snapshot(const std::string& workload) const;
  /// Engine time must never go below this.
  [[nodiscard]] TimePoint newest() const;
  /// Whether the last write succeeded.
  [[nodiscard]] bool writable() const;
  /// While not writable, and until the records held back are written.
  [[nodiscard]] std::optional<Gap> gap() const;
  /// How often a corrupt file was set aside and another begun. Ticks begin it with a snapshot; whoever keeps pairs
  /// writes them all again.
  [[nodiscard]] std::uint32_t files_begun() const;
  /// What `open` had to do, for people: a corrupt file kept aside, a schema migrated. Usually empty.
  [[nodiscard]] const std::vector<std::string>& report() const;

 private:
  struct State;
  explicit Journal(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace ballast
