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

/// What stands before `end`, which is taken away with it.
std::string_view take(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

/// The number that a text begins with.
template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) return std::nullopt;
  return value;
}

/// `NAME FAILURES RETRY_AT leaving|stays`; `-` for no worker.
std::optional<SlotRecord> parse_slot(std::string_view line) {
  const std::string_view name = take(line, ' ');
  const auto failures = number<std::int32_t>(take(line, ' '));
  const auto retry_at = number<std::int64_t>(take(line, ' '));
  if (name.empty() || !failures || *failures < 0 || !retry_at) return std::nullopt;
  return SlotRecord{.worker = name == "-" ? std::string() : std::string(name),
                    .failures = *failures,
                    .retry_at = TimePoint{Duration{*retry_at}},
                    .leaving = line == "leaving"};
}

void read_line(std::string_view key, std::string_view value, Records& records) {
  if (key == "boot") {
    records.boot = std::string(value);
  } else if (key == "next") {
    records.next = std::max<std::int64_t>(1, number<std::int64_t>(value).value_or(1));
  } else if (key == "told") {
    const auto told = number<std::int32_t>(value);
    records.told = told && *told >= 0 ? told : std::nullopt;
  } else if (key == "slot") {
    if (auto slot = parse_slot(value)) records.slots.push_back(std::move(*slot));
  } else if (key == "worker") {
    if (auto token = parse_token(value)) records.workers.push_back(std::move(*token));
  }
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
  if (records.told) text += fmt::format("told {}\n", *records.told);
  for (const SlotRecord& slot : records.slots)
    text += fmt::format("slot {} {} {} {}\n", slot.worker.empty() ? "-" : slot.worker, slot.failures,
                        slot.retry_at.time_since_epoch().count(), slot.leaving ? "leaving" : "stays");
  return text;
}

Records parse_records(std::string_view text) {
  Records records;
  while (!text.empty()) {
    std::string_view value = take(text, '\n');
    const std::string_view key = take(value, ' ');
    read_line(key, value, records);
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
