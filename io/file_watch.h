// Tells when files change: certificates, tokens, documents. Runs on the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/time.h"
#include "io/loop.h"

namespace ballast {

/// Watches for as long as it lives.
class FileWatch {
 public:
  virtual ~FileWatch() = default;
};

struct FileWatchOptions {
  Duration settle = std::chrono::milliseconds{100};  ///< changes within this time of one another are one
  Duration poll = std::chrono::seconds{10};          ///< also looked at this often: network filesystems tell nothing
  bool inotify = true;                               ///< false: polls only
};

/// Calls `changed` after a file, or an entry of a directory, among `paths` was written, replaced, made or removed. Sees
/// through renames over a file (editors) and swaps of a directory above it (`..data` in mounted Secrets). A path need
/// not exist yet. It says no more than that: read again, compare. `changed` may destroy the watch.
[[nodiscard]] std::unique_ptr<FileWatch> make_file_watch(Loop& loop, std::vector<std::string> paths,
                                                         std::function<void()> changed, FileWatchOptions options = {});

}  // namespace ballast
