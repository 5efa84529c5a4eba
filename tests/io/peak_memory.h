// The most that this process had in memory, for tests of peers that would fill it.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

namespace ballast {

/// Since `forget_peak`.
inline std::int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  std::int64_t kilobytes = 0;
  while (status >> word)
    if (word == "VmHWM:") status >> kilobytes;
  return kilobytes << 10;
}
inline void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// What is no growth. Where a sanitizer counts, its shadow is a multiple of what the program takes.
#ifdef BALLAST_SANITIZED
inline constexpr std::int64_t kFlatBytes = std::int64_t{512} << 20;
#else
inline constexpr std::int64_t kFlatBytes = std::int64_t{64} << 20;
#endif

}  // namespace ballast
