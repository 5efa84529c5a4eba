#include "tests/support/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

namespace ballast {
namespace {

/// Mounts of its own, as the user that it is.
bool leave_namespaces() {
  const uid_t user = geteuid();
  if (user == 0) return unshare(CLONE_NEWNS) == 0;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream{"/proc/self/uid_map"} << user << ' ' << user << " 1\n";
  return true;
}

}  // namespace

SmallDisk::SmallDisk(std::filesystem::path folder, std::size_t bytes) : folder_(std::move(folder)) {
  const std::string options = "mode=755,size=" + std::to_string(bytes);
  const bool mounted = leave_namespaces() && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       mount("tmpfs", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0;
  if (!mounted) problem_ = std::string("no disk of its own can be mounted here: ") + std::strerror(errno);
}

SmallDisk::~SmallDisk() {
  if (problem_.empty()) umount2(folder_.c_str(), MNT_DETACH);
}

bool SmallDisk::fill() {
  const int file = open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::vector<char> piece(4096, 'x');
  while (write(file, piece.data(), piece.size()) > 0) {
  }
  const bool full = errno == ENOSPC;
  close(file);
  return full;
}

void SmallDisk::make_room() {
  std::error_code ignored;
  std::filesystem::remove(filler(), ignored);
}

}  // namespace ballast
