// A job's heartbeat as it comes over HTTP: `POST /api/v1/heartbeat/shop/backup`. Pure, but for secrets that are read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/config/config.h"
#include "core/access.h"

namespace ballast {

inline constexpr std::string_view kHeartbeatPath = "/api/v1/heartbeat/";

/// A heartbeat that documents have, and who besides the daemon's user may call for it.
struct KnownHeartbeat {
  std::string name{};  ///< `namespace/name`
  std::optional<SecretRef> token{};
  bool operator==(const KnownHeartbeat&) const = default;
};
std::vector<KnownHeartbeat> heartbeats_of(const CompiledWorkload& workload);

/// `shop/backup` of `/api/v1/heartbeat/shop/backup`, `default/backup` of `/api/v1/heartbeat/backup`; empty: no name can
/// be that.
std::string heartbeat_of_path(std::string_view path);

/// The tokens that documents give for a heartbeat, as they are now. What cannot be read, or is too short to be one, is
/// named in `problems` and admits nobody.
std::vector<std::string> tokens_of(std::span<const KnownHeartbeat> known, std::string_view name,
                                   std::vector<std::string>& problems);

}  // namespace ballast
