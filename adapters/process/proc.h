// What the kernel tells about processes and memory. Source: proc(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "formats/proc_text.h"

namespace ballast {

/// Nothing when there is no such process.
std::optional<ProcessStat> read_stat(std::int32_t pid);

/// The environment a process was started with; nothing when it is gone, or another user's. At most 256 kB of it.
/// Looks for up to 10 ms at a process that shows none.
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
