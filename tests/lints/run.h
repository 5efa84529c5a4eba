// Runs a program of tools/ over a tree that a test made up, to see what it says and how it ends.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ballast::lints {

struct Ended {
  int status = 0;        // the exit status, -1 when it did not exit by itself
  std::string output{};  // standard output and error
};

/// `command` for the shell, from the root of the repository.
Ended run(const std::string& command);

/// A folder of its own under the system's temporary folder; gone when this goes.
class Tree {
 public:
  Tree();
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  void write(const std::string& path, std::string_view text) const;
  [[nodiscard]] std::string path() const { return folder_.string(); }

 private:
  std::filesystem::path folder_{};
};

/// `tools/lint/NAME.pl` over a tree.
Ended lint(const std::string& name, const Tree& tree);

}  // namespace ballast::lints
