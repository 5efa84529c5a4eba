// What the parts of the simulated disk share: its files, what is open, and the locks on them.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/lossy_vfs/lossy_vfs.h"

namespace ballast {

/// Something done to a file that no sync has made durable.
struct Pending {
  std::size_t at = 0;
  std::string bytes{};
  bool truncate = false;  ///< to `at`
};

struct Node {
  std::string bytes{};    ///< as programs see it
  std::string durable{};  ///< as the platter holds it
  bool exists = true;
  bool durable_exists = false;
  std::vector<Pending> pending{};
  // locks of the database file
  int shared = 0;
  const void* reserved = nullptr;
  const void* pending_lock = nullptr;
  const void* exclusive = nullptr;
  // the log's index
  std::vector<std::unique_ptr<std::vector<char>>> regions{};
  std::array<int, SQLITE_SHM_NLOCK> shm_shared{};
  std::array<const void*, SQLITE_SHM_NLOCK> shm_exclusive{};
};

struct LossyDisk::Disk {
  std::string name{};
  sqlite3_vfs vfs{};
  std::map<std::string, std::shared_ptr<Node>> nodes{};
  LossyDisk::Fault fault = LossyDisk::Fault::none;
  std::uint64_t points = 0;
  std::uint64_t crash_point = 0;
  bool crash_after = false;
  bool down = false;
  bool unreadable = false;
  bool lies = false;
  std::mt19937_64 chance{};

  /// Counts a point; true when the operation is to be done. `stop_after` says that the power goes after it.
  bool reach(bool& stop_after) {
    stop_after = false;
    if (down) return false;
    if (++points != crash_point) return true;
    stop_after = crash_after;
    down = !crash_after;
    return crash_after;
  }

  [[nodiscard]] int refusal(int of_error) const {
    switch (fault) {
      case Fault::full:
        return SQLITE_FULL;
      case Fault::io_error:
        return of_error;
      case Fault::read_only:
        return SQLITE_READONLY;
      case Fault::none:
        break;
    }
    return SQLITE_OK;
  }
};

struct OpenFile {
  sqlite3_file base{};
  LossyDisk::Disk* disk = nullptr;
  std::shared_ptr<Node>* node = nullptr;  // SQLite allocates this struct: no members with constructors
  bool temporary = false;
  int lock = SQLITE_LOCK_NONE;
  std::array<bool, SQLITE_SHM_NLOCK> shm_shared{};
};

inline OpenFile& of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

// Locks of the database file, and the log's index in plain memory with its locks (lossy_locks.cc).
int acquire(sqlite3_file* file, int level);
int release(sqlite3_file* file, int level);
int check_reserved(sqlite3_file* file, int* held);
int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out);
int shm_lock(sqlite3_file* file, int offset, int count, int flags);
void shm_barrier(sqlite3_file* file);
int shm_unmap(sqlite3_file* file, int remove);

}  // namespace ballast
