#include "adapters/process/proc.h"

#include <dirent.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "adapters/process/files.h"
#include "core/read_number.h"

namespace ballast {
namespace {

/// The words of a line, separated by single spaces.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t space = std::min(line.find_first_of(" \n"), line.size());
    words.push_back(line.substr(0, space));
    line.remove_prefix(std::min(line.size(), space + 1));
  }
  return words;
}

/// A number of statm, in bytes: 0 is all of its address space, 1 what is resident.
std::optional<std::int64_t> memory_of(std::int32_t pid, std::size_t place) {
  const auto text = read_small_file(fmt::format("/proc/{}/statm", pid), 4096);
  if (!text) return std::nullopt;
  const auto words = words_of(*text);
  std::int64_t pages = 0;
  if (words.size() <= place || !read_number(words[place], pages)) return std::nullopt;
  return pages * sysconf(_SC_PAGESIZE);
}

}  // namespace

std::optional<ProcessStat> read_stat(std::int32_t pid) {
  const auto line = read_small_file(fmt::format("/proc/{}/stat", pid), kMaxProcText);
  return line ? parse_stat(*line) : std::nullopt;
}

std::optional<std::string> read_environment(std::int32_t pid) {
  // In the middle of an exec the kernel shows an address space and no environment yet: a worker that was just started
  // would not be found, and another one started in its place.
  constexpr int kLooks = 10;
  const std::string path = fmt::format("/proc/{}/environ", pid);
  auto text = read_small_file(path, 256 << 10);
  for (int look = 1; look < kLooks && text && text->empty() && memory_of(pid, 0).value_or(0) > 0; ++look) {
    (void)poll(nullptr, 0, 1);
    text = read_small_file(path, 256 << 10);
  }
  return text;
}

Result<std::vector<std::int32_t>> list_processes() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir("/proc"), closedir};
  if (!folder) return system_error("/proc", errno);
  std::vector<std::int32_t> pids;
  while (const dirent* entry = readdir(folder.get())) {
    std::int32_t pid = 0;
    if (read_number(std::string_view(entry->d_name), pid) && pid > 0) pids.push_back(pid);
  }
  if (pids.empty()) return Error{Errc::unavailable, "/proc shows no process: is it mounted?"};
  std::ranges::sort(pids);
  return pids;
}

std::optional<std::int64_t> parse_meminfo(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    line.remove_prefix(key.size() + 1);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    std::int64_t kilobytes = 0;
    if (!line.ends_with(" kB") || !read_number(line.substr(0, line.size() - 3), kilobytes)) return std::nullopt;
    return kilobytes << 10;
  }
  return std::nullopt;
}

std::optional<std::int64_t> available_memory_bytes() {
  const auto text = read_small_file("/proc/meminfo", 64 << 10);
  return text ? parse_meminfo(*text, "MemAvailable") : std::nullopt;
}

std::optional<std::int64_t> resident_bytes(std::int32_t pid) { return memory_of(pid, 1); }

std::string boot_id() {
  std::string text = read_small_file("/proc/sys/kernel/random/boot_id", 128).value_or("unknown");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace ballast
