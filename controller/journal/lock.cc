#include "controller/journal/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <utility>

#include "io/wall_clock.h"

namespace ballast {
namespace {

std::string holder(int descriptor) {
  std::array<char, 200> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  std::string line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  return line.empty() ? "another process" : line;
}

/// `pid 4711, started 2026-07-30T12:00:00Z`. For people only: what locks is the kernel's lock, not this text.
std::string own_line() {
  const auto now = std::chrono::system_clock::to_time_t(wall_clock_now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return "pid " + std::to_string(::getpid()) + ", started " + text.data() + "\n";
}

Result<Lock> lock_file(const std::string& path, const std::string& what) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0)
    return Error{Errc::unavailable, path + ": cannot be opened to lock " + what + ": " + std::strerror(errno)};
  Lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Error{Errc::unavailable, path + ": cannot be locked: " + std::strerror(errno)};
    return Error{Errc::denied,
                 what + " is held by another Ballast (" + holder(descriptor) + "; " + path + "): stop it first"};
  }
  const std::string line = own_line();
  const bool written = ::ftruncate(descriptor, 0) == 0 && ::pwrite(descriptor, line.data(), line.size(), 0) >= 0;
  static_cast<void>(written);  // on a full disk the lock holds without its text
  return lock;
}

std::string file_name(const std::string& name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '.' || c == '-' || c == '_')
      out.push_back(c);
    else
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

}  // namespace

Lock::Lock(Lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Lock& Lock::operator=(Lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<Lock> lock_folder(const std::string& folder) { return lock_file(folder + "/lock", "the journal in " + folder); }

Result<Lock> lock_target(const std::string& folder, const std::string& name) {
  return lock_file(folder + "/" + file_name(name) + ".lock", "the target " + name);
}

}  // namespace ballast
