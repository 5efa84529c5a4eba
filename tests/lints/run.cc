#include "tests/lints/run.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace ballast::lints {

namespace fs = std::filesystem;

Ended run(const std::string& command) {
  const std::string whole = "cd '" + std::string(BALLAST_SOURCE_DIR) + "' && { " + command + "; } 2>&1";
  FILE* pipe = popen(whole.c_str(), "r");
  if (pipe == nullptr) return Ended{.status = -1, .output = "popen failed"};
  Ended ended;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    ended.output.append(buffer.data(), got);
  }
  const int status = pclose(pipe);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

Tree::Tree() {
  std::string name = (fs::temp_directory_path() / "ballast-lint-XXXXXX").string();
  folder_ = mkdtemp(name.data()) == nullptr ? fs::path{} : fs::path{name};
}

Tree::~Tree() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

void Tree::write(const std::string& path, std::string_view text) const {
  fs::create_directories((folder_ / path).parent_path());
  std::ofstream{folder_ / path} << text;
}

Ended lint(const std::string& name, const Tree& tree) {
  return run("perl tools/lint/" + name + ".pl '" + tree.path() + "'");
}

}  // namespace ballast::lints
