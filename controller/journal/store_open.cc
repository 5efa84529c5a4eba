// How a Store opens its file and learns where each workload's log ends.
#include <algorithm>
#include <limits>

#include "controller/journal/schema.h"
#include "controller/journal/store.h"

namespace ballast {

Result<Done> Store::ready() {
  if (database_) return Done{};
  auto opened = open();
  if (!opened && opened.error().code == Errc::invalid) {
    database_.reset();
    if (auto anew = begin_anew(opened.error()); !anew) return anew.error();
    opened = open();
  }
  if (opened) return opened;
  database_.reset();
  if (!gap_ && opened.error().code == Errc::unavailable) gap_.emplace().why = opened.error().message;
  return opened;
}

Result<Done> Store::open() {
  read_only_.reset();
  auto database = Database::open(options_.path, options_.vfs, Database::Mode::read_write);
  if (!database) return database.error();
  database_ = std::move(*database);
  // EXTRA: without it the rollback journal of the switch to WAL may come back after a power cut and undo it, and the
  // log with it. Deleted ticks need no overwriting; the log does not keep the size of its largest hour.
  for (const char* pragma : {"PRAGMA secure_delete = OFF", "PRAGMA synchronous = EXTRA", "PRAGMA journal_mode = WAL",
                             "PRAGMA synchronous = FULL", "PRAGMA journal_size_limit = 67108864"})
    if (auto done = database_->run(pragma); !done) return done;
  const std::string pages = std::to_string(options_.log_pages);
  if (auto done = database_->script("PRAGMA wal_autocheckpoint = " + pages); !done) return done;
  syncs_fully_ = true;
  if (auto done = migrate(*database_, schema_steps(), notes_); !done) return done;
  return load();
}

Database* Store::reader() {
  if (ready()) return database_.get();
  if (read_only_) return read_only_.get();
  auto database = Database::open(options_.path, options_.vfs, Database::Mode::read_only);
  if (!database || !check_version(**database, schema_steps())) return nullptr;
  read_only_ = std::move(*database);
  return read_only_.get();
}

Result<Done> Store::load() {
  ends_.clear();
  by_id_.clear();
  prune_cursor_ = 0;
  totals_ = Totals{};
  auto read = database_->each("SELECT name, value FROM totals", {}, [this](const Row& row) {
    if (row.text(0) == "frame_bytes") totals_.frame_bytes = row.integer(1);
    if (row.text(0) == "record_bytes") totals_.record_bytes = row.integer(1);
    if (row.text(0) == "document_bytes") totals_.document_bytes = row.integer(1);
    if (row.text(0) == "newest") totals_.newest = row.integer(1);
    return true;
  });
  if (!read) return read;
  read = database_->each("SELECT id, name FROM workloads", {}, [this](const Row& row) {
    End end;
    end.id = row.integer(0);
    by_id_[end.id] = ends_.insert_or_assign(std::string(row.text(1)), end).first;
    return true;
  });
  if (!read) return read;
  if (auto done = load_snapshots(); !done) return done;
  if (auto done = load_frames(); !done) return done;
  for (const std::string& name : gaps_)
    if (const auto known = ends_.find(name); known != ends_.end()) known->second.gap = true;
  return Done{};
}

Result<Done> Store::load_snapshots() {
  return database_->each(
      "SELECT workload, sequence, frame, head, length(body) FROM snapshots ORDER BY workload, id DESC", {},
      [this](const Row& row) {
        const auto known = by_id_.find(row.integer(0));
        if (known == by_id_.end()) return true;
        End& end = known->second->second;
        totals_.last_frame = std::max(totals_.last_frame, row.integer(2));
        if (end.snapshots == 0) {
          end.sequence = static_cast<std::uint64_t>(row.integer(1));
          end.newest_frame = row.integer(2);
          end.head = row.integer(3);
          end.snapshot_bytes = row.integer(4) + kRowBytes;
        } else if (end.snapshots == 1) {
          end.pin = row.integer(2);
        }
        end.snapshots = std::min(end.snapshots + 1, 2);
        return true;
      });
}

/// Only the rows after the oldest of the newest snapshots: what is before them is known from the snapshots.
Result<Done> Store::load_frames() {
  std::int64_t from = std::numeric_limits<std::int64_t>::max();
  for (const auto& [name, end] : ends_) from = std::min(from, end.newest_frame);
  return database_->each("SELECT id, workload, sequence, length(body) FROM frames WHERE id > ? ORDER BY id", {from},
                         [this](const Row& row) {
                           totals_.last_frame = std::max(totals_.last_frame, row.integer(0));
                           const auto known = by_id_.find(row.integer(1));
                           if (known == by_id_.end()) return true;
                           End& end = known->second->second;
                           if (row.integer(0) <= end.newest_frame) return true;
                           end.head = row.integer(0);
                           end.sequence = static_cast<std::uint64_t>(row.integer(2));
                           end.frame_bytes += row.integer(3) + kRowBytes;
                           return true;
                         });
}

}  // namespace ballast
