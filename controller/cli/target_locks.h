// Keeps other daemons, and other workloads of this one, away from the local targets that a workload steers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/config/plugins.h"
#include "controller/engine/bound_workload.h"
#include "core/result.h"

namespace ballast {

struct CompiledWorkload;

/// What a workload's plug-ins claim on this host; nothing in DryRun, which touches nothing and so may stand beside the
/// owner.
std::vector<Claim> claims_of(const CompiledWorkload& compiled);

class TargetLocks {
 public:
  explicit TargetLocks(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// Locks all `claims`, each number of a range by itself; what `older` has is shared. All or nothing. Errors: denied
  /// (another daemon: the message names its process), conflict (not in `older`, but held here), unavailable (the
  /// folder). Locks may outlive this.
  Result<Locks> take(const std::vector<Claim>& claims, const Locks& older);

 private:
  struct Numbers;
  Result<HeldTarget> take_whole(const Claim& claim, const Locks& older);
  Result<HeldTarget> take_range(const Claim& claim, const Locks& older);

  std::filesystem::path folder_;
  std::map<std::string, std::weak_ptr<const void>> whole_{};
  std::map<std::string, std::weak_ptr<Numbers>> numbers_{};  ///< by kind
};

/// Where daemons of one user keep each other away.
std::filesystem::path target_lock_directory();

}  // namespace ballast
