// Retention: three quarters of the cap for frames and snapshots, a fifth for records, the rest for documents. The
// oldest go first; a workload's last two snapshots and the frames after the older of them stay, whatever the cap.
#include "controller/journal/store.h"

namespace ballast {
namespace {

// Rows looked at in one batch: bounds what a tick can wait for, and is more than a batch adds.
constexpr std::int64_t kRowsAtOnce = 4000;

}  // namespace

Result<Done> Store::prune() {
  if (auto done = prune_frames(options_.max_bytes / 4 * 3); !done) return done;
  if (auto done =
          prune_oldest(staged_totals_.record_bytes, options_.max_bytes / 5,
                       "SELECT id, length(body) FROM records ORDER BY id LIMIT ?", "DELETE FROM records WHERE id = ?");
      !done)
    return done;
  return prune_oldest(staged_totals_.document_bytes, options_.max_bytes / 20,
                      "SELECT id, length(text) FROM documents ORDER BY id LIMIT ?",
                      "DELETE FROM documents WHERE id = ?");
}

Result<Done> Store::prune_frames(std::int64_t above) {
  if (staged_totals_.frame_bytes <= above) return Done{};
  const std::int64_t excess = staged_totals_.frame_bytes - above;
  const std::int64_t most = kRowsAtOnce + static_cast<std::int64_t>(staged_.size()) * 2;
  std::int64_t found = 0;
  std::int64_t looked_at = 0;
  std::vector<std::int64_t> rows;
  std::map<std::int64_t, std::int64_t> last_row;  // that goes, by workload
  auto read = database_->each("SELECT id, workload, length(body) FROM frames WHERE id > ? ORDER BY id LIMIT ?",
                              {prune_cursor_, most}, [&](const Row& row) {
                                ++looked_at;
                                prune_cursor_ = row.integer(0);
                                // A workload that is new in this transaction has no committed end yet: it stays.
                                const auto known = by_id_.find(row.integer(1));
                                if (known == by_id_.end()) return true;
                                const auto& [name, end] = *known->second;
                                if (row.integer(0) > end.pin) {
                                  pinning_.insert(name);
                                  return true;
                                }
                                rows.push_back(row.integer(0));
                                last_row[row.integer(1)] = row.integer(0);
                                found += row.integer(2) + kRowBytes;
                                return found < excess;
                              });
  if (!read) return read;
  if (auto done = delete_rows("DELETE FROM frames WHERE id = ?", rows); !done) return done;
  staged_totals_.frame_bytes -= found;
  if (looked_at == most || found >= excess) pinning_.clear();  // there is more to look at before anybody is asked
  if (looked_at < most && found < excess) prune_cursor_ = 0;
  for (const auto& [workload, row] : last_row)
    if (auto done = prune_snapshots(workload, row); !done) return done;
  return Done{};
}

Result<Done> Store::delete_rows(const char* remove, const std::vector<std::int64_t>& ids) {
  for (const std::int64_t id : ids)
    if (auto done = database_->run(remove, {id}); !done) return done;
  return Done{};
}

/// Snapshots from before a frame that is gone lead nowhere; the last two stay.
Result<Done> Store::prune_snapshots(std::int64_t workload, std::int64_t row) {
  std::vector<std::int64_t> ids;
  auto read = database_->each(
      "SELECT id, length(body) FROM snapshots WHERE workload = ?1 AND frame < ?2 AND id NOT IN (SELECT id FROM "
      "snapshots WHERE workload = ?1 ORDER BY id DESC LIMIT 2)",
      {workload, row}, [&](const Row& found) {
        ids.push_back(found.integer(0));
        staged_totals_.frame_bytes -= found.integer(1) + kRowBytes;
        return true;
      });
  if (!read) return read;
  return delete_rows("DELETE FROM snapshots WHERE id = ?", ids);
}

Result<Done> Store::prune_oldest(std::int64_t& bytes, std::int64_t above, const char* oldest, const char* remove) {
  std::vector<std::int64_t> ids;
  std::int64_t left = bytes;
  if (left <= above) return Done{};
  auto read = database_->each(oldest, {kRowsAtOnce}, [&](const Row& row) {
    ids.push_back(row.integer(0));
    left -= row.integer(1) + kRowBytes;
    return left > above;
  });
  if (!read) return read;
  if (auto done = delete_rows(remove, ids); !done) return done;
  bytes = left;
  return Done{};
}

}  // namespace ballast
