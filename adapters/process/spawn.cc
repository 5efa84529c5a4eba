#include "adapters/process/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "adapters/process/files.h"
#include "adapters/process/proc.h"

namespace ballast {
namespace {

class SpawnSettings {
 public:
  explicit SpawnSettings(int status) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, status, kShimStatusDescriptor);
    posix_spawnattr_init(&attributes_);
    // A session from the first moment on: a signal for Ballast's own group must not reach it.
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attributes_, &set);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<Spawned> spawn_worker(const std::filesystem::path& shim, const ShimOptions& options,
                             const std::vector<EnvironmentVariable>& environment, const WorkerToken& token) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("a pipe for a worker's start", errno);
  Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  fcntl(reader.get(), F_SETFL, O_NONBLOCK);

  std::vector<std::string> arguments = shim_arguments(options);
  arguments.insert(arguments.begin(), "ballast");
  std::vector<std::string> variables{fmt::format("{}={}", kTokenVariable, to_string(token))};
  for (const auto& [name, value] : environment) variables.push_back(fmt::format("{}={}", name, value));

  const SpawnSettings settings(writer.get());
  pid_t pid = 0;
  const int failure = posix_spawn(&pid, shim.c_str(), settings.actions(), settings.attributes(),
                                  pointers_to(arguments).data(), pointers_to(variables).data());
  if (failure != 0) return system_error(fmt::format("{} cannot be run", shim.string()), failure);
  Spawned spawned{.token = token, .handle = ProcessHandle(pid), .status = std::move(reader)};
  // A child that nobody has reaped keeps its pid, so that this is its own.
  const auto stat = read_stat(pid);
  spawned.token.pid = pid;
  spawned.token.start_ticks = stat ? stat->start_ticks : 0;
  return spawned;
}

std::optional<std::string> shim_news(const Descriptor& status) {
  std::array<char, 4096> text{};
  const ssize_t count = read(status.get(), text.data(), text.size());
  if (count < 0) return errno == EAGAIN || errno == EINTR ? std::nullopt : std::optional(std::string());
  std::string news(text.data(), static_cast<std::size_t>(count));
  while (!news.empty() && news.back() == '\n') news.pop_back();
  return news;
}

}  // namespace ballast
