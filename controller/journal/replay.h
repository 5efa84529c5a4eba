// Deciding everything again: each tick that is still in the journal goes through the same fold, and its digest must be
// the one that was written then.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/journal/explain.h"
#include "controller/journal/history.h"
#include "core/result.h"

namespace ballast {

/// A tick that comes out differently now.
struct Difference {
  std::string workload{};
  std::uint64_t sequence = 0;
  TimePoint at{};
  Decision now{};                    ///< what this version decides
  std::optional<Record> recorded{};  ///< what was decided then, when that was kept
  bool operator==(const Difference&) const = default;
};

struct Replay {
  std::uint64_t frames = 0;     ///< decided again
  std::uint64_t different = 0;  ///< of these
  std::uint64_t skipped = 0;    ///< before the first snapshot, after a hole, or their document cannot be compiled
  std::vector<Difference> differences{};  ///< the first kDifferencesKept
  std::vector<std::string> damage{};      ///< what could not be read
  /// A difference in memory goes on from tick to tick: after each, the fold starts anew at the next snapshot.
  [[nodiscard]] bool clean() const { return different == 0 && damage.empty(); }
};
inline constexpr std::size_t kDifferencesKept = 100;

/// Of one workload, or of all for an empty name. Errors: not_found (no such workload), unavailable.
Result<Replay> replay(History& history, const std::string& workload, const CompileDocument& compile);

/// A line for people, then one a difference.
std::string to_text(const Replay& replay);
/// With `strict` anything but a clean replay fails, skipped ticks too; else only damage does. For the exit status.
bool replay_succeeds(const Replay& replay, bool strict);

}  // namespace ballast
