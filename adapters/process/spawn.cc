#include "adapters/process/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "adapters/process/files.h"
#include "adapters/process/proc.h"
#include "io/spawn_settings.h"

namespace ballast {
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

  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(settings.actions(), writer.get(), kShimStatusDescriptor);
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
