#include "adapters/process/records.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "adapters/process/files.h"

namespace ballast {
namespace {

constexpr std::string_view kHead = "ballast workers 1";

std::filesystem::path scope_path(const std::filesystem::path& state_directory) {
  return state_directory / "process" / "scope";
}

Result<std::string> random_id() {
  std::uint64_t bits = 0;
  if (getrandom(&bits, sizeof bits, 0) != sizeof bits) return system_error("getrandom", errno);
  return fmt::format("{:016x}", bits);
}

}  // namespace

std::string known_scope_of(const std::filesystem::path& state_directory) {
  std::string text = read_small_file(scope_path(state_directory), 64).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const bool good = text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return good ? text : std::string();
}

Result<std::string> scope_of(const std::filesystem::path& state_directory) {
  const std::filesystem::path path = scope_path(state_directory);
  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);
  if (failure) return system_error(path.parent_path().string(), failure.value());
  if (std::string known = known_scope_of(state_directory); !known.empty()) return known;
  auto id = random_id();
  if (!id) return id.error();
  auto written = replace_file(path, *id + "\n", true);
  if (!written) return written.error();
  return id;
}

std::string to_string(const Records& records) {
  std::string text = fmt::format("{}\nboot {}\nnext {}\n", kHead, records.boot, records.next);
  for (const WorkerToken& worker : records.workers) text += fmt::format("worker {}\n", to_string(worker));
  return text;
}

Records parse_records(std::string_view text) {
  Records records;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, space);
    const std::string_view value = line.substr(std::min(line.size(), space + 1));
    if (key == "boot") records.boot = std::string(value);
    std::int64_t next = 0;
    if (key == "next" && std::from_chars(value.data(), value.data() + value.size(), next).ec == std::errc{})
      records.next = std::max<std::int64_t>(1, next);
    if (key != "worker") continue;
    if (auto token = parse_token(value)) records.workers.push_back(std::move(*token));
  }
  return records;
}

std::filesystem::path records_path(const std::filesystem::path& state_directory, const std::string& policy_namespace,
                                   const std::string& policy) {
  return state_directory / "process" / policy_namespace / (policy + ".state");
}

std::vector<Records> read_all_records(const std::filesystem::path& state_directory) {
  std::vector<std::filesystem::path> paths;
  std::error_code failure;
  std::filesystem::recursive_directory_iterator entry(state_directory / "process", failure);
  for (; !failure && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failure))
    if (entry->path().extension() == ".state") paths.push_back(entry->path());
  std::ranges::sort(paths);
  std::vector<Records> all;
  for (const auto& path : paths)
    if (const auto text = read_small_file(path)) all.push_back(parse_records(*text));
  return all;
}

}  // namespace ballast
