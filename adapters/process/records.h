// What the process scaler keeps in the state directory: whose workers are whose, and which names are used up.
//   process/scope                      the id in tokens
//   process/NAMESPACE/POLICY.state     boot id, next number, tokens of living workers, how many there shall be and what
//                                      is known of their places: a start of Ballast forgets no crash loop
//   logs/NAMESPACE/POLICY/NAME.log     what workers write
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/process/token.h"
#include "core/result.h"

namespace ballast {

/// Made on first use; random, so that no two state directories share it. Errors: denied, unavailable.
Result<std::string> scope_of(const std::filesystem::path& state_directory);
/// Empty: there is none yet.
std::string known_scope_of(const std::filesystem::path& state_directory);

/// What a place of a worker carries beside it.
struct SlotRecord {
  std::string worker{};  ///< its name; empty: the place waits for one
  std::int32_t failures = 0;
  TimePoint retry_at{};
  bool leaving = false;  ///< it was asked to end
  bool operator==(const SlotRecord&) const = default;
};

/// The tokens also find a worker that has overwritten its environment (setproctitle does), while the host runs on.
struct Records {
  std::string boot{};
  std::int64_t next = 1;  ///< no worker ever had this number or a higher one
  std::vector<WorkerToken> workers{};
  std::optional<std::int32_t> told{};  ///< how many there shall be
  std::vector<SlotRecord> slots{};     ///< where there is more to say than that a worker lives
  bool operator==(const Records&) const = default;
};
std::string to_string(const Records& records);
/// What cannot be read is left out: at worst a worker has to be found by its environment.
Records parse_records(std::string_view text);

std::filesystem::path records_path(const std::filesystem::path& state_directory, const std::string& policy_namespace,
                                   const std::string& policy);
/// The records of all policies, in the order of their paths.
std::vector<Records> read_all_records(const std::filesystem::path& state_directory);

}  // namespace ballast
