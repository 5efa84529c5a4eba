#include "adapters/process/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "adapters/process/descriptor.h"

namespace ballast {
namespace {

/// 0, or the errno.
int write_all(int fd, const std::string& content) {
  for (std::size_t written = 0; written < content.size();) {
    const ssize_t count = write(fd, content.data() + written, content.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    written += static_cast<std::size_t>(count);
  }
  return 0;
}

/// 0, or the errno.
int read_up_to(const std::filesystem::path& path, std::size_t max_bytes, std::string& content) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file) return errno;
  std::array<char, 4096> piece{};
  while (content.size() < max_bytes) {
    const ssize_t count = read(file.get(), piece.data(), std::min(piece.size(), max_bytes - content.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) break;
    content.append(piece.data(), static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

std::optional<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::string content;
  if (read_up_to(path, max_bytes, content) != 0) return std::nullopt;
  return content;
}

Result<std::string> load_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::string content;
  const int failure = read_up_to(path, max_bytes, content);
  // ESRCH: the process ended after its file was opened.
  if (failure == ENOENT || failure == ESRCH) return Error{Errc::not_found, path.string() + ": not there"};
  if (failure != 0) return system_error(path.string(), failure);
  return content;
}

Result<Done> replace_file(const std::filesystem::path& path, const std::string& content, bool durable) {
  std::filesystem::path draft = path;
  draft += ".new";
  Descriptor file{open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file) return system_error(draft.string(), errno);
  int failure = write_all(file.get(), content);
  if (failure == 0 && durable && fdatasync(file.get()) != 0) failure = errno;
  file.reset();
  if (failure == 0 && std::rename(draft.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) {
    unlink(draft.c_str());
    return system_error(path.string(), failure);
  }
  if (!durable) return Done{};
  const Descriptor folder{open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder) fsync(folder.get());  // the file itself is safe already
  return Done{};
}

Error system_error(const std::string& what, int failure) {
  const bool denied = failure == EACCES || failure == EPERM || failure == EROFS;
  return {denied ? Errc::denied : Errc::unavailable, fmt::format("{}: {}", what, std::strerror(failure))};
}

}  // namespace ballast
