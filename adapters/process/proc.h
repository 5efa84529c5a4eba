// What the kernel tells about processes and memory. Source: proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace ballast {

/// Fields 3, 4, 6 and 22 of /proc/PID/stat.
struct ProcessStat {
  char state = '?';  ///< Z and X: dead
  std::int32_t parent = 0;
  std::int32_t session = 0;
  std::uint64_t start_ticks = 0;
  bool operator==(const ProcessStat&) const = default;
};
/// Nothing when it is no such line. A name between the parentheses may hold anything.
std::optional<ProcessStat> parse_stat(std::string_view line);
/// Nothing when there is no such process.
std::optional<ProcessStat> read_stat(std::int32_t pid);

/// The environment a process was started with; nothing when it is gone, or another user's. At most 256 kB of it.
std::optional<std::string> read_environment(std::int32_t pid);

/// All pids, ascending. Errors: unavailable (/proc is not there).
Result<std::vector<std::int32_t>> list_processes();

/// The bytes of a line like `MemAvailable:    1024 kB` of /proc/meminfo.
std::optional<std::int64_t> parse_meminfo(std::string_view text, std::string_view key);
std::optional<std::int64_t> available_memory_bytes();
/// Nothing when it is gone.
std::optional<std::int64_t> resident_bytes(std::int32_t pid);

/// Another one after each start of the host.
std::string boot_id();

}  // namespace ballast
