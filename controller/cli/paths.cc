#include <unistd.h>

#include <cstdlib>

#include "controller/cli/commands.h"

namespace ballast {

std::filesystem::path default_state_directory() {
  if (const char* named = std::getenv("BALLAST_STATE_DIR"); named != nullptr && *named != '\0') return named;
  if (geteuid() == 0) return "/var/lib/ballast";
  if (const char* xdg = std::getenv("XDG_STATE_HOME"); xdg != nullptr && *xdg != '\0')
    return std::filesystem::path(xdg) / "ballast";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::filesystem::path(home) / ".local/state/ballast";
  return "/tmp/ballast-" + std::to_string(geteuid());
}

std::filesystem::path journal_in(const std::filesystem::path& state_directory) {
  return (state_directory.empty() ? default_state_directory() : state_directory) / "journal.db";
}

std::string full_name(const std::string& name) {
  return name.empty() || name.find('/') != std::string::npos ? name : "default/" + name;
}

}  // namespace ballast
