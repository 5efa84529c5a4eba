#include "controller/cli/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace ballast {

namespace fs = std::filesystem;

Result<Done> write_private(const fs::path& path, const std::string& text) {
  const std::string part = path.string() + ".new";
  std::error_code ignored;
  fs::remove(part, ignored);
  errno = 0;
  const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool written = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  int failure = errno == 0 ? ENOSPC : errno;  // a part of it was written, and no more fits
  if (file >= 0) ::close(file);
  if (written && std::rename(part.c_str(), path.c_str()) != 0) {
    failure = errno;
    written = false;
  }
  if (written) return Done{};
  if (file >= 0) fs::remove(part, ignored);
  return Error{Errc::unavailable, fmt::format("{}: {}", path.string(), std::generic_category().message(failure))};
}

}  // namespace ballast
