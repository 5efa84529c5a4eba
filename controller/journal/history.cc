#include "controller/journal/history.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "controller/journal/codec.h"
#include "controller/journal/database.h"
#include "controller/journal/schema.h"

namespace ballast {
namespace {

std::int64_t micros(TimePoint at) { return at.time_since_epoch().count(); }

/// A workload's frame rows between two snapshots, newest first.
struct FrameRow {
  std::int64_t id = 0;
  std::int64_t sequence = 0;
  std::int64_t at = 0;
};

struct SnapshotRow {
  std::int64_t id = 0;
  std::int64_t sequence = 0;
  std::int64_t frame = 0;
  std::int64_t head = 0;
};

Result<std::int64_t> id_of(Database& db, const std::string& workload) {
  return db.integer("SELECT id FROM workloads WHERE name = ?", {std::string_view(workload)}, 0);
}

/// Newest first.
Result<std::vector<SnapshotRow>> snapshot_rows(Database& db, std::int64_t workload) {
  std::vector<SnapshotRow> rows;
  auto read = db.each("SELECT id, sequence, frame, head FROM snapshots WHERE workload = ? ORDER BY id DESC", {workload},
                      [&rows](const Row& row) {
                        rows.push_back(SnapshotRow{row.integer(0), row.integer(1), row.integer(2), row.integer(3)});
                        return true;
                      });
  if (!read) return read.error();
  return rows;
}

/// Id of the workload's newest frame, 0 for none. Frames after the newest snapshot have no index: they are scanned.
Result<std::int64_t> head_of(Database& db, std::int64_t workload, const std::vector<SnapshotRow>& snapshots) {
  const SnapshotRow newest = snapshots.empty() ? SnapshotRow{} : snapshots.front();
  auto head = db.integer("SELECT max(id) FROM frames WHERE id > ? AND workload = ?", {newest.frame, workload}, 0);
  if (!head) return head;
  return *head != 0 ? *head : newest.head;
}

/// Along `previous` from `head`, while `more` of the row just read says so. A row that was pruned ends it.
Result<std::vector<FrameRow>> frames_back(Database& db, std::int64_t head,
                                          const std::function<bool(const FrameRow&)>& more) {
  std::vector<FrameRow> rows;
  for (std::int64_t id = head; id != 0;) {
    FrameRow frame;
    std::int64_t previous = 0;
    auto read = db.each("SELECT sequence, at, previous FROM frames WHERE id = ?", {id}, [&](const Row& row) {
      frame = FrameRow{id, row.integer(0), row.integer(1)};
      previous = row.integer(2);
      return false;
    });
    if (!read) return read.error();
    if (frame.id == 0 || !more(frame)) break;
    rows.push_back(frame);
    id = previous < id ? previous : 0;  // a rotten link must not lead in circles
  }
  return rows;
}

Result<Frame> read_frame(Database& db, const FrameRow& row, const std::string& workload) {
  Result<Frame> frame = Error{Errc::not_found, "frame " + std::to_string(row.sequence) + " is gone"};
  auto read = db.each("SELECT body FROM frames WHERE id = ?", {row.id}, [&frame](const Row& found) {
    frame = decode_frame(found.blob(0));
    return false;
  });
  if (!read) return read.error();
  if (frame) {
    frame->workload = workload;
    frame->sequence = static_cast<std::uint64_t>(row.sequence);
  }
  return frame;
}

Result<Snapshot> read_snapshot(Database& db, const SnapshotRow& row, const std::string& workload) {
  Result<Snapshot> snapshot = Error{Errc::not_found, "snapshot " + std::to_string(row.sequence) + " is gone"};
  auto read = db.each("SELECT body FROM snapshots WHERE id = ?", {row.id}, [&snapshot](const Row& found) {
    snapshot = decode_snapshot(found.blob(0));
    return false;
  });
  if (!read) return read.error();
  if (snapshot) {
    snapshot->workload = workload;
    snapshot->sequence = static_cast<std::uint64_t>(row.sequence);
  }
  return snapshot;
}

void add_damage(std::string& damage, const std::string& what) {
  if (damage.size() < 1000) damage += (damage.empty() ? "" : "; ") + what;
}

/// The newest of `snapshots` that can be read and is older than the frame `before`.
Recovered base(Database& db, const std::string& workload, const std::vector<SnapshotRow>& snapshots,
               std::int64_t before) {
  Recovered recovered;
  recovered.snapshot.workload = workload;
  for (const SnapshotRow& row : snapshots) {
    if (row.sequence >= before) continue;
    auto snapshot = read_snapshot(db, row, workload);
    if (snapshot) {
      recovered.snapshot = std::move(*snapshot);
      break;
    }
    add_damage(recovered.damage, "snapshot at " + std::to_string(row.sequence) + ": " + snapshot.error().message);
  }
  return recovered;
}

/// Adds the frames of `rows` (newest first), oldest first; the first that cannot be read ends it.
void add_frames(Database& db, Recovered& recovered, std::vector<FrameRow> rows) {
  std::reverse(rows.begin(), rows.end());
  std::uint64_t next = recovered.snapshot.sequence + 1;
  for (const FrameRow& row : rows) {
    auto frame = read_frame(db, row, recovered.snapshot.workload);
    if (!frame)
      return add_damage(recovered.damage, "frame " + std::to_string(row.sequence) + ": " + frame.error().message);
    if (frame->sequence != next)
      add_damage(recovered.damage,
                 "frames " + std::to_string(next) + " to " + std::to_string(frame->sequence - 1) + " are missing");
    next = frame->sequence + 1;
    recovered.frames.push_back(std::move(*frame));
  }
}

/// Both newest first. A snapshot comes before the frames that build on it.
bool snapshot_is_next(const std::vector<SnapshotRow>& snapshots, const std::vector<FrameRow>& rows) {
  if (rows.empty() || snapshots.empty()) return rows.empty();
  return snapshots.back().sequence < rows.back().sequence;
}

template <class RowOf>
RowOf take_last(std::vector<RowOf>& rows) {
  const RowOf last = rows.back();
  rows.pop_back();
  return last;
}

template <class T, class Visit>
void tell(const Result<T>& found, const Visit& on_found, const History::Walk& visitor) {
  if (found)
    on_found(*found);
  else
    visitor.on_damage(found.error().message);
}

}  // namespace

History::History(Database& database) : database_(database) {}
History::History(std::unique_ptr<Database> database) : owned_(std::move(database)), database_(*owned_) {}
History::~History() = default;

Result<std::unique_ptr<History>> History::open(const std::string& path, const std::string& vfs) {
  auto database = Database::open(path, vfs, Database::Mode::read_only);
  if (!database) return Error{Errc::not_found, database.error().message};
  if (auto known = check_version(**database, schema_steps()); !known) return known.error();
  return std::unique_ptr<History>(new History(std::move(*database)));
}

Result<std::vector<std::string>> History::workloads() {
  std::vector<std::string> names;
  auto read = database_.each("SELECT name FROM workloads ORDER BY name", {}, [&names](const Row& row) {
    names.emplace_back(row.text(0));
    return true;
  });
  if (!read) return read.error();
  return names;
}

Result<std::optional<std::string>> History::document(Fingerprint fingerprint) {
  std::optional<std::string> text;
  auto read = database_.each("SELECT text FROM documents WHERE fingerprint = ?",
                             {static_cast<std::int64_t>(fingerprint)}, [&text](const Row& row) {
                               text.emplace(row.text(0));
                               return false;
                             });
  if (!read) return read.error();
  return text;
}

Result<std::vector<std::pair<std::string, std::string>>> History::pairs(const std::string& prefix) {
  std::vector<std::pair<std::string, std::string>> pairs;
  auto read = database_.each("SELECT key, value FROM pairs WHERE key >= ? ORDER BY key", {std::string_view(prefix)},
                             [&pairs, &prefix](const Row& row) {
                               if (!row.text(0).starts_with(prefix)) return false;
                               pairs.emplace_back(row.text(0), row.text(1));
                               return true;
                             });
  if (!read) return read.error();
  return pairs;
}

Result<TimePoint> History::newest() {
  auto at = database_.integer("SELECT value FROM totals WHERE name = 'newest'", {}, 0);
  if (!at) return at.error();
  return TimePoint{Duration{*at}};
}

Result<std::optional<Recovered>> History::recover(const std::string& workload) {
  auto id = id_of(database_, workload);
  if (!id) return id.error();
  if (*id == 0) return std::optional<Recovered>{};
  auto snapshots = snapshot_rows(database_, *id);
  if (!snapshots) return snapshots.error();
  auto head = head_of(database_, *id, *snapshots);
  if (!head) return head.error();
  Recovered recovered = base(database_, workload, *snapshots, std::numeric_limits<std::int64_t>::max());
  const auto from = static_cast<std::int64_t>(recovered.snapshot.sequence);
  auto rows = frames_back(database_, *head, [from](const FrameRow& row) { return row.sequence > from; });
  if (!rows) return rows.error();
  add_frames(database_, recovered, std::move(*rows));
  return std::optional{std::move(recovered)};
}

Result<std::optional<Recovered>> History::until(const std::string& workload, TimePoint at) {
  auto id = id_of(database_, workload);
  if (!id) return id.error();
  auto snapshots = snapshot_rows(database_, *id);
  if (!snapshots) return snapshots.error();
  auto head = head_of(database_, *id, *snapshots);
  if (!head) return head.error();
  FrameRow target;
  auto found = frames_back(database_, *head, [&target, at](const FrameRow& row) {
    if (row.at <= micros(at)) target = row;
    return target.id == 0;
  });
  if (!found) return found.error();
  if (target.id == 0) return std::optional<Recovered>{};
  Recovered recovered = base(database_, workload, *snapshots, target.sequence);
  const auto from = static_cast<std::int64_t>(recovered.snapshot.sequence);
  auto rows = frames_back(database_, target.id, [from](const FrameRow& row) { return row.sequence > from; });
  if (!rows) return rows.error();
  add_frames(database_, recovered, std::move(*rows));
  return std::optional{std::move(recovered)};
}

Result<Done> History::walk(const std::string& workload, const Walk& visitor) {
  auto id = id_of(database_, workload);
  if (!id) return id.error();
  auto snapshots = snapshot_rows(database_, *id);
  if (!snapshots) return snapshots.error();
  auto head = head_of(database_, *id, *snapshots);
  if (!head) return head.error();
  auto rows = frames_back(database_, *head, [](const FrameRow&) { return true; });
  if (!rows) return rows.error();
  while (!rows->empty() || !snapshots->empty())
    if (snapshot_is_next(*snapshots, *rows))
      tell(read_snapshot(database_, take_last(*snapshots), workload), visitor.on_snapshot, visitor);
    else
      tell(read_frame(database_, take_last(*rows), workload), visitor.on_frame, visitor);
  return Done{};
}

Result<std::vector<Record>> History::records(const std::string& workload, TimePoint from, TimePoint to,
                                             std::size_t most) {
  std::vector<Record> records;
  const auto keep = [&records](const Row& row) {
    if (auto record = decode_record(row.blob(2))) {  // an unreadable one is history that is lost; the rest is not
      record->workload = row.text(0);
      record->sequence = static_cast<std::uint64_t>(row.integer(1));
      records.push_back(std::move(*record));
    }
    return true;
  };
  const auto limit = static_cast<std::int64_t>(most);
  auto read = workload.empty() ? database_.each(
                                     "SELECT w.name, r.sequence, r.body FROM records r JOIN workloads w ON w.id = "
                                     "r.workload WHERE r.at >= ? AND r.at < ? ORDER BY r.id DESC LIMIT ?",
                                     {micros(from), micros(to), limit}, keep)
                               : database_.each(
                                     "SELECT w.name, r.sequence, r.body FROM records r JOIN workloads w ON w.id = "
                                     "r.workload WHERE w.name = ? AND r.at >= ? AND r.at < ? ORDER BY r.at DESC, r.id "
                                     "DESC LIMIT ?",
                                     {std::string_view(workload), micros(from), micros(to), limit}, keep);
  if (!read) return read.error();
  std::reverse(records.begin(), records.end());
  return records;
}

}  // namespace ballast
