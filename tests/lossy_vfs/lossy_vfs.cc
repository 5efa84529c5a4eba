#include "tests/lossy_vfs/lossy_vfs.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "tests/lossy_vfs/disk.h"

namespace ballast {
namespace {

constexpr std::size_t kSector = 512;

void perform(std::string& bytes, const Pending& change) {
  if (change.truncate) return bytes.resize(change.at);
  if (bytes.size() < change.at + change.bytes.size()) bytes.resize(change.at + change.bytes.size());
  std::memcpy(bytes.data() + change.at, change.bytes.data(), change.bytes.size());
}

using Disk = LossyDisk::Disk;

Disk& disk_of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

int close_file(sqlite3_file* file) {
  OpenFile& open = of(file);
  if (open.node == nullptr) return SQLITE_OK;
  release(file, SQLITE_LOCK_NONE);
  delete open.node;
  open.node = nullptr;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* to, int count, sqlite3_int64 from) {
  const OpenFile& open = of(file);
  if (open.disk->down || open.disk->unreadable) return SQLITE_IOERR_READ;
  const std::string& bytes = (*open.node)->bytes;
  const auto at = static_cast<std::size_t>(from);
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t there = at >= bytes.size() ? 0 : std::min(bytes.size() - at, wanted);
  if (there > 0) std::memcpy(to, bytes.data() + at, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int change(OpenFile& open, Pending pending, int of_error) {
  Node& node = **open.node;
  if (open.temporary) {
    perform(node.bytes, pending);
    return SQLITE_OK;
  }
  if (const int refused = open.disk->refusal(of_error); refused != SQLITE_OK) return refused;
  bool stop_after = false;
  if (!open.disk->reach(stop_after)) return of_error;
  perform(node.bytes, pending);
  node.pending.push_back(std::move(pending));
  open.disk->down = stop_after;
  return stop_after ? of_error : SQLITE_OK;
}

int write_file(sqlite3_file* file, const void* from, int count, sqlite3_int64 at) {
  Pending pending{static_cast<std::size_t>(at),
                  std::string(static_cast<const char*>(from), static_cast<std::size_t>(count)), false};
  return change(of(file), std::move(pending), SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return change(of(file), Pending{static_cast<std::size_t>(size), {}, true}, SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int) {
  OpenFile& open = of(file);
  if (open.temporary) return SQLITE_OK;
  if (open.disk->fault == LossyDisk::Fault::io_error) return SQLITE_IOERR_FSYNC;
  bool stop_after = false;
  if (!open.disk->reach(stop_after)) return SQLITE_IOERR_FSYNC;
  if (open.disk->lies) return SQLITE_OK;
  Node& node = **open.node;
  for (const Pending& done : node.pending) perform(node.durable, done);  // a copy of a long log would take all the time
  node.durable_exists = node.exists;
  node.pending.clear();
  open.disk->down = stop_after;
  return stop_after ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

int size_of(sqlite3_file* file, sqlite3_int64* size) {
  if (of(file).disk->down) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>((*of(file).node)->bytes.size());
  return SQLITE_OK;
}

int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return static_cast<int>(kSector); }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

constexpr sqlite3_io_methods kMethods{2,           close_file,  read_file,       write_file, truncate_file,
                                      sync_file,   size_of,     acquire,         release,    check_reserved,
                                      control,     sector_size, characteristics, shm_map,    shm_lock,
                                      shm_barrier, shm_unmap,   nullptr,         nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  OpenFile& open = of(file);
  open = OpenFile{};
  Disk& disk = disk_of(vfs);
  if (disk.down) return SQLITE_CANTOPEN;
  open.disk = &disk;
  open.temporary = name == nullptr;
  std::shared_ptr<Node> node;
  if (open.temporary) {
    node = std::make_shared<Node>();
  } else {
    std::shared_ptr<Node> slot = disk.nodes.contains(name) ? disk.nodes[name] : nullptr;
    const bool there = slot && slot->exists;
    const bool writing = (flags & SQLITE_OPEN_READWRITE) != 0;
    if (!there && ((flags & SQLITE_OPEN_CREATE) == 0 || disk.fault == LossyDisk::Fault::read_only))
      return SQLITE_CANTOPEN;
    if (writing && disk.fault == LossyDisk::Fault::read_only)
      flags = (flags & ~SQLITE_OPEN_READWRITE) | SQLITE_OPEN_READONLY;
    if (!slot) slot = disk.nodes[name] = std::make_shared<Node>();
    slot->exists = true;
    node = slot;
  }
  open.node = new std::shared_ptr<Node>(std::move(node));
  open.base.pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  Disk& disk = disk_of(vfs);
  const auto found = disk.nodes.find(name);
  if (found == disk.nodes.end() || !found->second->exists) return SQLITE_IOERR_DELETE_NOENT;
  if (const int refused = disk.refusal(SQLITE_IOERR_DELETE); refused == SQLITE_IOERR_DELETE) return refused;
  bool stop_after = false;
  if (!disk.reach(stop_after)) return SQLITE_IOERR_DELETE;
  Node& node = *found->second;
  node.exists = false;
  node.pending.push_back(Pending{0, {}, true});
  node.bytes.clear();
  if (sync_folder != 0) {
    node.durable_exists = false;
    node.durable.clear();
    node.pending.clear();
  }
  disk.down = stop_after;
  return stop_after ? SQLITE_IOERR_DELETE : SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* found) {
  const Disk& disk = disk_of(vfs);
  const auto node = disk.nodes.find(name);
  *found = node != disk.nodes.end() && node->second->exists ? 1 : 0;
  return disk.down ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

int full_name(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int count, char* out) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<char>(disk_of(vfs).chance());
  return count;
}
int pause(sqlite3_vfs*, int microseconds) { return microseconds; }
int julian_day(sqlite3_vfs*, double* day) {
  *day = 2461000.5;
  return SQLITE_OK;
}
int last_error(sqlite3_vfs*, int, char*) { return 0; }

/// What a power cut leaves of a file whose newest changes were never synced.
std::string torn(const Node& node, std::mt19937_64& chance) {
  std::string bytes = node.durable;
  for (const Pending& pending : node.pending) {
    if (pending.truncate) {
      if (chance() % 2 == 0) perform(bytes, pending);
      continue;
    }
    for (std::size_t at = 0; at < pending.bytes.size();) {
      const std::size_t end = std::min(pending.bytes.size(), at + kSector - (pending.at + at) % kSector);
      if (chance() % 2 == 0) perform(bytes, Pending{pending.at + at, pending.bytes.substr(at, end - at), false});
      at = end;
    }
  }
  return bytes;
}

}  // namespace

LossyDisk::LossyDisk(std::string name, std::uint64_t seed) : disk_(std::make_unique<Disk>()) {
  disk_->name = std::move(name);
  disk_->chance.seed(seed);
  sqlite3_vfs& vfs = disk_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 512;
  vfs.zName = disk_->name.c_str();
  vfs.pAppData = disk_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_name;
  vfs.xRandomness = randomness;
  vfs.xSleep = pause;
  vfs.xCurrentTime = julian_day;
  vfs.xGetLastError = last_error;
  sqlite3_initialize();
  sqlite3_vfs_register(&vfs, 0);
}

LossyDisk::~LossyDisk() { sqlite3_vfs_unregister(&disk_->vfs); }

const std::string& LossyDisk::name() const { return disk_->name; }
void LossyDisk::lie_about_syncs() { disk_->lies = true; }
void LossyDisk::fail_writes(Fault fault) { disk_->fault = fault; }
void LossyDisk::fail_reads(bool failing) { disk_->unreadable = failing; }
std::uint64_t LossyDisk::points() const { return disk_->points; }
void LossyDisk::crash_at(std::uint64_t point, bool after) {
  disk_->crash_point = point;
  disk_->crash_after = after;
}
void LossyDisk::crash_now() { disk_->down = true; }
bool LossyDisk::crashed() const { return disk_->down; }

void LossyDisk::power_cycle(Loss loss) {
  for (auto it = disk_->nodes.begin(); it != disk_->nodes.end();) {
    Node& node = *it->second;
    if (loss == Loss::some) {
      node.durable = torn(node, disk_->chance);
      node.durable_exists = node.durable_exists || (node.exists && disk_->chance() % 2 == 0);
    } else if (loss == Loss::nothing) {
      node.durable = node.bytes;
      node.durable_exists = node.exists;
    }
    auto fresh = std::make_shared<Node>();
    fresh->bytes = fresh->durable = node.durable;
    fresh->durable_exists = true;
    const bool there = node.durable_exists;
    it->second = fresh;
    it = there ? std::next(it) : disk_->nodes.erase(it);
  }
  disk_->down = false;
  disk_->crash_point = 0;
  disk_->fault = Fault::none;
}

std::vector<std::string> LossyDisk::files() const {
  std::vector<std::string> names;
  for (const auto& [name, node] : disk_->nodes)
    if (node->exists) names.push_back(name);
  return names;
}

std::optional<std::string> LossyDisk::read(const std::string& file) const {
  const auto found = disk_->nodes.find(file);
  if (found == disk_->nodes.end() || !found->second->exists) return std::nullopt;
  return found->second->bytes;
}

void LossyDisk::overwrite(const std::string& file, std::string bytes) {
  auto& node = disk_->nodes[file];
  if (!node) node = std::make_shared<Node>();
  node->bytes = node->durable = std::move(bytes);
  node->exists = node->durable_exists = true;
  node->pending.clear();
}

void LossyDisk::remove(const std::string& file) { disk_->nodes.erase(file); }

}  // namespace ballast
