#include "controller/journal/schema.h"

#include <array>

namespace ballast {
namespace {

// frames are only ever appended, so that a batch of any number of workloads touches few pages: an index by workload
// would touch one page per workload. `previous` is the id of the workload's frame before, 0 at the start: a
// workload's frames are read backwards along it. In `snapshots`, `frame` is the last frame id of any workload when it
// was taken, `head` that of its own workload.
constexpr const char* kVersion1 = R"(
CREATE TABLE totals(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE pairs(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE workloads(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE documents(id INTEGER PRIMARY KEY, fingerprint INTEGER NOT NULL UNIQUE, text TEXT NOT NULL);
CREATE TABLE frames(id INTEGER PRIMARY KEY, workload INTEGER NOT NULL, previous INTEGER NOT NULL,
                    sequence INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE snapshots(id INTEGER PRIMARY KEY, workload INTEGER NOT NULL, sequence INTEGER NOT NULL,
                       at INTEGER NOT NULL, frame INTEGER NOT NULL, head INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX snapshots_by_workload ON snapshots(workload, id);
CREATE TABLE records(id INTEGER PRIMARY KEY, workload INTEGER NOT NULL, sequence INTEGER NOT NULL,
                     at INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX records_by_workload ON records(workload, at);
)";

constexpr std::array kSteps{kVersion1};

Result<std::int64_t> version_of(Database& database, std::size_t newest) {
  auto id = database.integer("PRAGMA application_id", {}, 0);
  if (!id) return id.error();
  auto version = database.integer("PRAGMA user_version", {}, 0);
  if (!version) return version.error();
  auto tables = database.integer("SELECT count(*) FROM sqlite_schema", {}, 0);
  if (!tables) return tables.error();
  if (*id != kApplicationId && *tables > 0)
    return Error{Errc::denied,
                 "journal " + database.path() + ": is the database of another program: choose another path"};
  if (*version > static_cast<std::int64_t>(newest))
    return Error{Errc::denied, "journal " + database.path() + ": was written by a newer Ballast (schema " +
                                   std::to_string(*version) + ", this one knows up to " + std::to_string(newest) +
                                   "): run that version, or choose another path"};
  return *version;
}

/// A copy that an interrupted attempt left may be torn: it is left alone, and another one made beside it.
Result<std::string> keep_copy(Database& database, std::int64_t version) {
  const std::string base = database.path() + ".v" + std::to_string(version);
  for (int attempt = 1;; ++attempt) {
    std::string copy = attempt == 1 ? base : base + "-" + std::to_string(attempt);
    auto copied = database.run("VACUUM INTO ?", {std::string_view(copy)});
    if (copied) return copy;
    if (attempt == 10 || copied.error().message.find("already exists") == std::string::npos) return copied.error();
  }
}

Result<Done> take_step(Database& database, const char* step, std::size_t to) {
  auto done = database.script("BEGIN IMMEDIATE; " + std::string(step) +
                              "; PRAGMA application_id = " + std::to_string(kApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(to) + "; COMMIT");
  if (!done) database.rollback();
  return done;
}

}  // namespace

std::span<const char* const> schema_steps() { return kSteps; }

Result<Done> migrate(Database& database, std::span<const char* const> steps, std::vector<std::string>& notes) {
  auto version = version_of(database, steps.size());
  if (!version) return version.error();
  if (*version > 0 && *version < static_cast<std::int64_t>(steps.size())) {
    auto copy = keep_copy(database, *version);
    if (!copy) return copy.error();
    notes.push_back("journal " + database.path() + ": schema " + std::to_string(*version) + " brought to " +
                    std::to_string(steps.size()) + "; the file as it was is kept as " + *copy);
  }
  for (auto at = static_cast<std::size_t>(*version); at < steps.size(); ++at)
    if (auto done = take_step(database, steps[at], at + 1); !done) return done;
  return Done{};
}

Result<Done> check_version(Database& database, std::span<const char* const> steps) {
  auto version = version_of(database, steps.size());
  if (!version) return version.error();
  if (*version != static_cast<std::int64_t>(steps.size()))
    return Error{Errc::denied, "journal " + database.path() + ": has schema " + std::to_string(*version) +
                                   ", this Ballast reads " + std::to_string(steps.size()) +
                                   ": start `ballast run` once to bring it forward"};
  return Done{};
}

}  // namespace ballast
