#include "controller/cli/heartbeat_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/plugin.h"
#include "io/credentials.h"
#include "probes/heartbeat.h"

namespace ballast {
namespace {

constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongestLabel = 63;

bool could_be_label(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

std::vector<KnownHeartbeat> heartbeats_of(const CompiledWorkload& workload) {
  std::vector<KnownHeartbeat> result;
  for (const PluginRef& probe : workload.probes) {
    if (probe.type != "heartbeat") continue;
    auto spec = settings_of<HeartbeatSpec>(probe.settings);
    result.push_back({fmt::format("{}/{}", workload.documents.front().name_space, spec.name), std::move(spec.token)});
  }
  return result;
}

std::string heartbeat_of_path(std::string_view path) {
  if (!path.starts_with(kHeartbeatPath)) return "";
  path.remove_prefix(kHeartbeatPath.size());
  const std::size_t slash = path.find('/');
  const std::string_view name_space = slash == std::string_view::npos ? "default" : path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return could_be_label(name_space) && could_be_label(name) ? fmt::format("{}/{}", name_space, name) : "";
}

std::vector<std::string> tokens_of(std::span<const KnownHeartbeat> known, std::string_view name,
                                   std::vector<std::string>& problems) {
  std::vector<std::string> tokens;
  for (const KnownHeartbeat& heartbeat : known) {
    if (heartbeat.name != name || !heartbeat.token) continue;
    const auto token = read_secret(*heartbeat.token);
    if (!token)
      problems.push_back(fmt::format("the token of heartbeat {}: {}", name, token.error().message));
    else if (token->reveal().size() < kShortestToken)
      problems.push_back(fmt::format("the token of heartbeat {}: {} characters are fewer than {}", name,
                                     token->reveal().size(), kShortestToken));
    else
      tokens.push_back(token->reveal());
  }
  return tokens;
}

}  // namespace ballast
