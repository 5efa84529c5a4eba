#include "controller/journal/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
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

constexpr std::size_t kLine = 64;
constexpr std::int64_t kRange = 65'536;  ///< numbers a range can be of

/// Who has written its line at `offset`.
std::string holder(int descriptor, off_t offset = 0) {
  std::array<char, kLine> text{};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), offset);
  const std::string line(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::string words = line.substr(0, line.find('\n'));
  return words.empty() || words.front() == '\0' ? "another process" : words;
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

off_t line_of(std::int64_t number) { return kRange + number * static_cast<off_t>(kLine); }

Result<int> open_file(const std::string& path, const std::string& what) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), failed);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0)
    return Error{Errc::unavailable, path + ": cannot be opened to lock " + what + ": " + std::strerror(errno)};
  return descriptor;
}

struct flock bytes(short type, std::int64_t first, std::int64_t last) {
  struct flock range {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = first;
  range.l_len = last - first + 1;
  return range;
}

Error held(const std::string& path, const std::string& what, const std::string& by) {
  return {Errc::denied, what + " is held by another Ballast (" + by + "; " + path + "): stop it first"};
}
Error not_locked(const std::string& path, int failure) {
  return {Errc::unavailable, path + ": cannot be locked: " + std::strerror(failure)};
}

Result<Lock> lock_file(const std::string& path, const std::string& what) {
  const auto opened = open_file(path, what);
  if (!opened) return opened.error();
  const int descriptor = *opened;
  Lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? held(path, what, holder(descriptor)) : not_locked(path, errno);
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

Result<NumberLocks> NumberLocks::open(const std::string& folder, const std::string& kind) {
  const auto opened = open_file(folder + "/" + file_name(kind) + ".lock", "a " + kind);
  if (!opened) return opened.error();
  return NumberLocks{folder, kind, Lock(*opened)};
}

Result<Done> NumberLocks::lock(std::int64_t first, std::int64_t last) const {
  const std::string path = folder + "/" + file_name(kind) + ".lock";
  const std::string what = kind + "s " + std::to_string(first) + "-" + std::to_string(last);
  if (first < 0 || last < first || last >= kRange)
    return Error{Errc::bug, path + ": " + what + " are not within 0-" + std::to_string(kRange - 1)};
  struct flock range = bytes(F_WRLCK, first, last);
  // Of this open file, not of the process: closing another descriptor of it does not give the lock up.
  if (::fcntl(file.descriptor(), F_OFD_SETLK, &range) != 0) {
    if (errno != EAGAIN && errno != EACCES) return not_locked(path, errno);
    // Behind the bytes that are locked each number has the line of its holder.
    const bool found = ::fcntl(file.descriptor(), F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
    const auto number = std::max<std::int64_t>(range.l_start, first);
    return held(path, what, found ? holder(file.descriptor(), line_of(number)) : "another process");
  }
  std::string line = own_line();
  line.resize(kLine, '\0');
  std::string lines;
  for (std::int64_t number = first; number <= last; ++number) lines += line;
  const bool written = ::pwrite(file.descriptor(), lines.data(), lines.size(), line_of(first)) >= 0;
  static_cast<void>(written);  // for people only, as above
  return Done{};
}

void NumberLocks::unlock(std::int64_t first, std::int64_t last) const {
  struct flock range = bytes(F_UNLCK, first, last);
  const bool unlocked = ::fcntl(file.descriptor(), F_OFD_SETLK, &range) == 0;
  static_cast<void>(unlocked);  // else they go with the file
}

Result<Lock> lock_range(const std::string& folder, const std::string& kind, std::int64_t first, std::int64_t last) {
  auto opened = NumberLocks::open(folder, kind);
  if (!opened) return opened.error();
  if (auto locked = opened->lock(first, last); !locked) return locked.error();
  return std::move(opened->file);
}

}  // namespace ballast
