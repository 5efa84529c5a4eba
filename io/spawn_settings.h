// What every program that Ballast starts is given: a session of its own, and signals as they are by default.
#pragma once

#include <spawn.h>

#include <string>
#include <vector>

namespace ballast {

/// Settings of posix_spawn; the caller adds what the program's descriptors and its folder shall be.
class SpawnSettings {
 public:
  SpawnSettings();
  ~SpawnSettings();
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  [[nodiscard]] posix_spawn_file_actions_t* actions() { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// As exec wants arguments and variables: ends with a null. `texts` must outlive it.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

}  // namespace ballast
