// Small files, whole: of /proc and of the state directory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"

namespace ballast {

/// Nothing when it cannot be opened or read. What is beyond `max_bytes` is not read.
std::optional<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes = 1 << 20);

/// As above, and says why not. Errors: not_found (the file, or the process that it tells of), denied, unavailable.
Result<std::string> load_small_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Replaces the file at once, or leaves it as it was. `durable`: on the disk before it returns. Errors: denied,
/// unavailable (disk full, read-only), with path and cause.
Result<Done> replace_file(const std::filesystem::path& path, const std::string& content, bool durable);

/// The error of a system call: denied for EACCES, EPERM and EROFS, else unavailable.
Error system_error(const std::string& what, int failure);

}  // namespace ballast
