// A folder for one test; it goes with all that is in it.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace ballast {

class TemporaryFolder {
 public:
  /// `name` is for people who find one. Throws what std::filesystem throws when none can be made.
  explicit TemporaryFolder(const std::string& name) {
    std::string text = (std::filesystem::temp_directory_path() / ("ballast-" + name + "-XXXXXX")).string();
    if (mkdtemp(text.data()) == nullptr)
      throw std::filesystem::filesystem_error("mkdtemp", text, std::error_code(errno, std::generic_category()));
    path_ = text;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_{};
};

}  // namespace ballast
