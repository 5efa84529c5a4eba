// The token that makes a process a worker of Ballast: one variable of its environment. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "core/workload.h"

namespace ballast {

inline constexpr std::string_view kTokenVariable = "BALLAST_WORKER";

/// Children of a worker inherit its token: the worker is the one whose pid and start time the token names. While both
/// are 0 the process is still its shim.
struct WorkerToken {
  std::string scope{};  ///< of the state directory: two Ballasts do not take each other's workers
  std::string policy_namespace{};
  std::string policy{};
  std::string name{};
  std::uint16_t port = 0;         ///< 0: none
  Fingerprint generation = 0;     ///< of the settings that it was started with
  TimePoint started{};            ///< engine time
  std::int32_t pid = 0;           ///< as the worker sees it
  std::uint64_t start_ticks = 0;  ///< field 22 of /proc/PID/stat: with the pid unique until the host starts again
  bool operator==(const WorkerToken&) const = default;
};

/// `1/SCOPE/NAMESPACE/POLICY/NAME/PORT/GENERATION/STARTED/PID/TICKS`; no part holds a slash.
std::string to_string(const WorkerToken& token);
/// Nothing for anything else, a longer text than 512 characters included.
std::optional<WorkerToken> parse_token(std::string_view text);

/// The value of a variable in a block of NUL-separated `NAME=VALUE`, as /proc/PID/environ is; the first one counts.
std::optional<std::string_view> find_variable(std::string_view block, std::string_view name);

/// The n of `POLICY-n`; nothing for any other name.
std::optional<std::int64_t> number_of(std::string_view name, std::string_view policy);

}  // namespace ballast
