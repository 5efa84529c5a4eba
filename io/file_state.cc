#include "io/file_state.h"

#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <system_error>

namespace ballast {
namespace {

namespace fs = std::filesystem;

FileState state_of(const std::string& path) {
  FileState state;
  state.path = path;
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return state;
  constexpr std::int64_t kSecond = 1'000'000'000;
  state.device = found.st_dev;
  state.inode = found.st_ino;
  state.bytes = found.st_size;
  state.modified_ns = found.st_mtim.tv_sec * kSecond + found.st_mtim.tv_nsec;
  state.changed_ns = found.st_ctim.tv_sec * kSecond + found.st_ctim.tv_nsec;
  return state;
}

std::set<std::string> entries_of(const std::string& path) {
  std::set<std::string> entries;
  std::error_code failed;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed))
    entries.insert(entry->path().string());
  return entries;
}

void add_nearest_existing(fs::path path, std::set<std::string>& directories) {
  std::error_code failed;
  while (!fs::is_directory(path, failed) && path.has_relative_path()) path = path.parent_path();
  if (fs::is_directory(path, failed)) directories.insert(path.string());
}

}  // namespace

std::vector<FileState> file_states(const std::vector<std::string>& paths) {
  std::vector<FileState> states;
  for (const std::string& path : paths) {
    states.push_back(state_of(path));
    for (const std::string& entry : entries_of(path)) states.push_back(state_of(entry));
  }
  return states;
}

std::vector<std::string> directories_of(const std::vector<std::string>& paths) {
  std::set<std::string> directories;
  for (const std::string& given : paths) {
    std::error_code failed;
    const fs::path path = fs::absolute(given, failed);
    if (failed) continue;
    add_nearest_existing(path, directories);
    add_nearest_existing(path.parent_path(), directories);
    const fs::path real = fs::weakly_canonical(path, failed);
    if (failed) continue;
    add_nearest_existing(real, directories);
    add_nearest_existing(real.parent_path(), directories);
  }
  return {directories.begin(), directories.end()};
}

}  // namespace ballast
