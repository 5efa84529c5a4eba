#include "controller/journal/store.h"

#include <algorithm>

#include "controller/journal/codec.h"
#include "controller/journal/schema.h"

namespace ballast {
namespace {

constexpr std::size_t kHeldRecords = 1000;
// Below this a snapshot costs more than the frames it saves from being folded.
constexpr std::int64_t kSmallestDue = 4096;

std::int64_t micros(TimePoint at) { return at.time_since_epoch().count(); }
std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Error conflict(const std::string& workload, const std::string& why) {
  return Error{Errc::conflict, "journal: " + workload + ": " + why};
}

const std::string* workload_of(const Write& write) {
  if (const auto* tick = std::get_if<Tick>(&write.content)) return &tick->frame.workload;
  if (const auto* kept = std::get_if<Kept>(&write.content)) return &kept->snapshot.workload;
  return nullptr;
}

}  // namespace

Store::Store(JournalOptions options) : options_(std::move(options)) {}
Store::~Store() = default;

Commit Store::commit(const std::vector<const Write*>& writes) {
  Result<std::vector<Result<Done>>> results = Error{};
  if (auto open = ready(); !open)
    results = open.error();
  else
    results = transact(writes);
  Commit commit;
  if (results) {
    commit.results = std::move(*results);
  } else {
    fail(results.error(), writes);
    const Error told{results.error().code == Errc::bug ? Errc::bug : Errc::unavailable, results.error().message};
    commit.results.assign(writes.size(), told);
  }
  for (const Write* write : writes)
    if (const std::string* name = workload_of(*write)) commit.marks[*name] = Marks{};
  for (const std::string& name : pinning_) commit.marks[name] = Marks{};
  for (auto& [name, marks] : commit.marks) {
    const auto found = ends_.find(name);
    marks = found == ends_.end() ? Marks{false, true} : marks_of(name, found->second);
  }
  commit.newest = TimePoint{Duration{totals_.newest}};
  commit.gap = gap_;
  commit.writable = results.has_value();
  commit.notes = std::exchange(notes_, {});
  commit.files_begun = files_begun_;
  return commit;
}

/// Before a transaction: a pragma inside one does nothing.
Result<Done> Store::sync_as(Durability durability) {
  const bool full = durability == Durability::full;
  if (full == syncs_fully_) return Done{};
  auto set = database_->run(full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  if (set) syncs_fully_ = full;
  return set;
}

Result<std::vector<Result<Done>>> Store::transact(const std::vector<const Write*>& writes) {
  const bool full = std::any_of(writes.begin(), writes.end(),
                                [](const Write* write) { return write->durability == Durability::full; });
  if (auto set = sync_as(full ? Durability::full : Durability::normal); !set) return set.error();
  staged_.clear();
  staged_totals_ = totals_;
  if (auto begun = database_->run("BEGIN IMMEDIATE"); !begun) return begun.error();
  std::vector<Result<Done>> results(writes.size(), Result<Done>{Done{}});
  if (auto done = write_held(); !done) return done.error();
  for (std::size_t i = 0; i < writes.size(); ++i)
    if (auto done = apply(*writes[i], results[i]); !done) return done.error();
  if (auto done = prune(); !done) return done.error();
  if (auto done = write_totals(); !done) return done.error();
  if (auto done = database_->run("COMMIT"); !done) return done.error();
  committed();
  return results;
}

/// What was staged is on the disk.
void Store::committed() {
  for (auto& [name, end] : staged_) {
    if (!end.gap) gaps_.erase(name);
    by_id_[end.id] = ends_.insert_or_assign(name, end).first;
  }
  totals_ = staged_totals_;
  held_.clear();
  gap_.reset();
}

Result<Done> Store::apply(const Write& write, Result<Done>& refused) {
  if (const auto* tick = std::get_if<Tick>(&write.content)) return apply(*tick, refused);
  if (const auto* kept = std::get_if<Kept>(&write.content)) return apply(*kept);
  if (const auto* document = std::get_if<WrittenDocument>(&write.content)) return apply(*document);
  if (const auto* pairs = std::get_if<Pairs>(&write.content)) return apply(*pairs);
  return Done{};
}

Result<Done> Store::apply(const Tick& tick, Result<Done>& refused) {
  if (tick.record)
    if (auto done = write_record(*tick.record); !done) return done;
  const Frame& frame = tick.frame;
  auto end = end_of(frame.workload);
  if (!end) return end.error();
  End& at = **end;
  if (at.gap || at.snapshots == 0 || frame.sequence != at.sequence + 1) {
    refused = conflict(frame.workload, "frame " + std::to_string(frame.sequence) + " follows " +
                                           (at.gap ? "frames that were lost" : std::to_string(at.sequence)) +
                                           ": take a snapshot first");
    at.gap = true;
    gaps_.insert(frame.workload);
    return Done{};
  }
  const std::string body = encode(frame);
  const std::int64_t row = ++staged_totals_.last_frame;
  auto done =
      database_->run("INSERT INTO frames(id, workload, previous, sequence, at, body) VALUES(?, ?, ?, ?, ?, ?)",
                     {row, at.id, at.head, signed_of(frame.sequence), micros(frame.observation.at), Blob{body}});
  if (!done) return done;
  const std::int64_t bytes = std::ssize(body) + kRowBytes;
  at.head = row;
  at.sequence = frame.sequence;
  at.frame_bytes += bytes;
  staged_totals_.frame_bytes += bytes;
  staged_totals_.newest = std::max(staged_totals_.newest, micros(frame.observation.at));
  return Done{};
}

Result<Done> Store::apply(const Kept& kept) {
  const Snapshot& snapshot = kept.snapshot;
  if (auto done = apply(WrittenDocument{snapshot.document, kept.text}); !done) return done;
  auto end = end_of(snapshot.workload);
  if (!end) return end.error();
  End& at = **end;
  // Frames beyond the snapshot were never part of this state: they are cut off.
  if (snapshot.sequence < at.sequence) at.head = 0;
  const std::string body = encode(snapshot);
  auto done = database_->run(
      "INSERT INTO snapshots(workload, sequence, at, frame, head, body) VALUES(?, ?, ?, ?, ?, ?)",
      {at.id, signed_of(snapshot.sequence), micros(snapshot.at), staged_totals_.last_frame, at.head, Blob{body}});
  if (!done) return done;
  at.sequence = snapshot.sequence;
  at.pin = at.newest_frame;
  at.newest_frame = staged_totals_.last_frame;
  at.snapshots = std::min(at.snapshots + 1, 2);
  at.frame_bytes = 0;
  at.snapshot_bytes = std::ssize(body) + kRowBytes;
  at.gap = false;
  pinning_.erase(snapshot.workload);
  staged_totals_.frame_bytes += at.snapshot_bytes;
  staged_totals_.newest = std::max(staged_totals_.newest, micros(snapshot.at));
  return Done{};
}

Result<Done> Store::apply(const WrittenDocument& document) {
  if (document.text == nullptr) return Done{};
  const auto fingerprint = signed_of(document.fingerprint);
  auto known = database_->integer("SELECT count(*) FROM documents WHERE fingerprint = ?", {fingerprint}, 0);
  if (!known) return known.error();
  if (*known > 0) return Done{};
  staged_totals_.document_bytes += std::ssize(*document.text) + kRowBytes;
  return database_->run("INSERT INTO documents(fingerprint, text) VALUES(?, ?)",
                        {fingerprint, std::string_view(*document.text)});
}

Result<Done> Store::apply(const Pairs& pairs) {
  for (const auto& [key, value] : pairs.list) {
    auto done = value ? database_->run("INSERT OR REPLACE INTO pairs(key, value) VALUES(?, ?)",
                                       {std::string_view(key), std::string_view(*value)})
                      : database_->run("DELETE FROM pairs WHERE key = ?", {std::string_view(key)});
    if (!done) return done;
  }
  return Done{};
}

Result<Done> Store::write_record(const Record& record) {
  auto end = end_of(record.workload);
  if (!end) return end.error();
  const std::string body = encode(record);
  staged_totals_.record_bytes += std::ssize(body) + kRowBytes;
  staged_totals_.newest = std::max(staged_totals_.newest, micros(record.at));
  return database_->run("INSERT INTO records(workload, sequence, at, body) VALUES(?, ?, ?, ?)",
                        {(*end)->id, signed_of(record.sequence), micros(record.at), Blob{body}});
}

Result<Done> Store::write_totals() {
  const std::initializer_list<std::pair<const char*, std::int64_t>> totals{
      {"frame_bytes", staged_totals_.frame_bytes},
      {"record_bytes", staged_totals_.record_bytes},
      {"document_bytes", staged_totals_.document_bytes},
      {"newest", staged_totals_.newest}};
  for (const auto& [name, value] : totals)
    if (auto done =
            database_->run("INSERT OR REPLACE INTO totals(name, value) VALUES(?, ?)", {std::string_view(name), value});
        !done)
      return done;
  return Done{};
}

/// The staged end of a workload; a new workload gets its id in this transaction.
Result<End*> Store::end_of(const std::string& workload) {
  const auto [staged, fresh] = staged_.try_emplace(workload);
  End& end = staged->second;
  if (fresh) {
    if (const auto known = ends_.find(workload); known != ends_.end()) end = known->second;
    end.gap = end.gap || gaps_.contains(workload);
  }
  if (end.id == 0) {
    auto done = database_->run("INSERT INTO workloads(name) VALUES(?)", {std::string_view(workload)});
    if (!done) return done.error();
    auto id = database_->integer("SELECT last_insert_rowid()", {}, 0);
    if (!id) return id.error();
    end.id = *id;
  }
  return &end;
}

/// What was to be written is lost, but for the records: ticks that follow must begin with a snapshot.
void Store::fail(const Error& error, const std::vector<const Write*>& writes) {
  if (database_) database_->rollback();
  staged_.clear();
  Gap& gap = gap_ ? *gap_ : gap_.emplace();
  gap.why = error.message;
  for (const Write* write : writes) {
    const std::string* name = workload_of(*write);
    if (name == nullptr) continue;
    gaps_.insert(*name);
    if (const auto known = ends_.find(*name); known != ends_.end()) known->second.gap = true;
    const auto* tick = std::get_if<Tick>(&write->content);
    if (tick == nullptr) continue;
    ++gap.frames_lost;
    if (tick->record) hold(*tick->record);
  }
  gap.records_held = held_.size();
  // A connection that failed once may be of no more use: the next batch opens another.
  database_.reset();
  if (error.code == Errc::invalid) static_cast<void>(begin_anew(error));  // tried again with the next batch
}

Result<Done> Store::begin_anew(const Error& corrupt) {
  auto aside = set_aside(options_.path, options_.vfs);
  if (!aside) return aside.error();
  ++files_begun_;
  notes_.push_back(corrupt.message + "; the file is kept as " + *aside + " and a new journal begun");
  return Done{};
}

/// What an earlier batch was to hold.
Result<Done> Store::write_held() {
  for (const Record& record : held_)
    if (auto done = write_record(record); !done) return done;
  return Done{};
}

void Store::hold(const Record& record) {
  held_.push_back(record);
  if (held_.size() <= kHeldRecords) return;
  held_.pop_front();
  ++gap_->records_lost;
}

void Store::mark_gap(const std::string& workload) {
  gaps_.insert(workload);
  if (const auto known = ends_.find(workload); known != ends_.end()) known->second.gap = true;
}

Marks Store::marks_of(const std::string& workload, const End& end) const {
  const bool outweighs = end.frame_bytes > std::max(end.snapshot_bytes, kSmallestDue);
  return Marks{outweighs || (end.frame_bytes > 0 && pinning_.contains(workload)), end.gap || end.snapshots == 0};
}

Commit Store::state(const std::string& workload) {
  Commit state;
  if (workload.empty())
    for (const auto& [name, end] : ends_) state.marks[name] = marks_of(name, end);
  else if (const auto known = ends_.find(workload); known != ends_.end())
    state.marks[workload] = marks_of(workload, known->second);
  state.newest = TimePoint{Duration{totals_.newest}};
  state.gap = gap_;
  state.writable = database_ != nullptr;
  state.notes = std::exchange(notes_, {});
  state.files_begun = files_begun_;
  return state;
}

}  // namespace ballast
