// What the kernel writes into /proc about one process and about the host's clock. Source: proc(5), Linux 5.10 and
// later.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace ballast {

/// A line is never longer: 52 numbers and a name of at most 64 bytes. What is beyond is not read.
inline constexpr std::size_t kMaxProcText = 4096;

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

/// How the kernel counts, as sysconf(3) tells it.
struct KernelUnits {
  std::int64_t ticks_per_second = 100;
  std::int64_t page_bytes = 4096;
};

/// Fields 14 and 15 together, 22 twice, and 24 of the same line.
struct ProcessUsage {
  Duration cpu{};                 ///< user and system, of all its threads, since its start
  std::uint64_t start_ticks = 0;  ///< with the pid it names a process
  Duration started{};             ///< the same, since the start of the host
  std::int64_t resident_bytes = 0;
  bool operator==(const ProcessUsage&) const = default;
};
/// Nothing when it is no such line, cut off, or holds what no process can have used: more than 2^40 ticks or pages.
/// Worked example: 250 user ticks and 50 system ticks at 100 a second: 3 s of cpu.
std::optional<ProcessUsage> parse_usage(std::string_view line, KernelUnits units);

/// The first number of /proc/uptime: time since the start of the host, sleep included, in hundredths of a second.
std::optional<Duration> parse_uptime(std::string_view text);

}  // namespace ballast
