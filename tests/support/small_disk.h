// A disk of a few MiB for one test, which can be filled and emptied: a tmpfs that this process and its children see.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace ballast {

class SmallDisk {
 public:
  /// Mounted over `folder`. It goes with the object, and with the process: its mounts are its own from here on. Who is
  /// not root makes a user namespace for it, which needs a process with one thread.
  SmallDisk(std::filesystem::path folder, std::size_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// Why there is none; empty: there is one.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Leaves not one byte; false when it cannot.
  [[nodiscard]] bool fill();
  /// Gives back what `fill` took.
  void make_room();

 private:
  [[nodiscard]] std::filesystem::path filler() const { return folder_ / "filler"; }
  std::filesystem::path folder_;
  std::string problem_{};
};

}  // namespace ballast
