#include <algorithm>

#include "tests/lossy_vfs/disk.h"

namespace ballast {
namespace {

bool others_hold(const Node& node, const void* self, bool self_shares, int level) {
  const int others = node.shared - (self_shares ? 1 : 0);
  const auto foreign = [self](const void* holder) { return holder != nullptr && holder != self; };
  if (foreign(node.exclusive)) return true;
  if (level == SQLITE_LOCK_SHARED) return foreign(node.pending_lock);
  if (foreign(node.reserved) || foreign(node.pending_lock)) return true;
  return level == SQLITE_LOCK_EXCLUSIVE && others > 0;
}

}  // namespace

int acquire(sqlite3_file* file, int level) {
  OpenFile& open = of(file);
  if (open.lock >= level) return SQLITE_OK;
  Node& node = **open.node;
  if (level == SQLITE_LOCK_EXCLUSIVE && !others_hold(node, file, true, SQLITE_LOCK_RESERVED)) node.pending_lock = file;
  if (others_hold(node, file, open.lock >= SQLITE_LOCK_SHARED, level)) return SQLITE_BUSY;
  if (open.lock == SQLITE_LOCK_NONE) ++node.shared;
  if (level >= SQLITE_LOCK_RESERVED) node.reserved = file;
  if (level == SQLITE_LOCK_EXCLUSIVE) node.exclusive = file;
  open.lock = level;
  return SQLITE_OK;
}

int release(sqlite3_file* file, int level) {
  OpenFile& open = of(file);
  Node& node = **open.node;
  if (open.lock <= level) return SQLITE_OK;
  for (const void** holder : {&node.reserved, &node.pending_lock, &node.exclusive})
    if (*holder == file) *holder = nullptr;
  if (level == SQLITE_LOCK_NONE) --node.shared;
  open.lock = level;
  return SQLITE_OK;
}

int check_reserved(sqlite3_file* file, int* held) {
  *held = (*of(file).node)->reserved != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int shm_map(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  auto& regions = (*of(file).node)->regions;
  *out = nullptr;
  const auto index = static_cast<std::size_t>(region);
  if (index >= regions.size() && extend == 0) return SQLITE_OK;
  while (regions.size() <= index)
    regions.push_back(std::make_unique<std::vector<char>>(static_cast<std::size_t>(size)));
  *out = regions[index]->data();
  return SQLITE_OK;
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  OpenFile& open = of(file);
  Node& node = **open.node;
  const auto from = static_cast<std::size_t>(offset);
  const auto to = from + static_cast<std::size_t>(count);
  for (std::size_t i = from; i < to; ++i) {
    const bool foreign = node.shm_exclusive[i] != nullptr && node.shm_exclusive[i] != file;
    const int others = node.shm_shared[i] - (open.shm_shared[i] ? 1 : 0);
    if ((flags & SQLITE_SHM_LOCK) != 0 && (foreign || ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && others > 0)))
      return SQLITE_BUSY;
  }
  for (std::size_t i = from; i < to; ++i) {
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
      node.shm_exclusive[i] = (flags & SQLITE_SHM_LOCK) != 0 ? file : nullptr;
    } else {
      const bool want = (flags & SQLITE_SHM_LOCK) != 0;
      if (want != open.shm_shared[i]) node.shm_shared[i] += want ? 1 : -1;
      open.shm_shared[i] = want;
    }
  }
  return SQLITE_OK;
}

void shm_barrier(sqlite3_file*) {}

int shm_unmap(sqlite3_file* file, int remove) {
  OpenFile& open = of(file);
  Node& node = **open.node;
  for (std::size_t i = 0; i < open.shm_shared.size(); ++i) {
    if (open.shm_shared[i]) --node.shm_shared[i];
    open.shm_shared[i] = false;
    if (node.shm_exclusive[i] == file) node.shm_exclusive[i] = nullptr;
  }
  if (remove != 0) node.regions.clear();
  return SQLITE_OK;
}

}  // namespace ballast
