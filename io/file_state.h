// What the file system shows of some paths now, to be compared with what it showed before.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ballast {

/// One thing behind a path, through symbolic links; all zero when there is none.
struct FileState {
  std::string path{};
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const FileState&) const = default;
};

/// Each path, followed by the entries of those that are directories (not what is below them), by name.
std::vector<FileState> file_states(const std::vector<std::string>& paths);

/// The directories where a change of `paths` shows: those among them, and the nearest existing one above each, also of
/// what symbolic links on the way point to.
std::vector<std::string> directories_of(const std::vector<std::string>& paths);

}  // namespace ballast
