// What the scaler tells its shim: fixed places in argv, so that nothing has to be quoted. Secrets are not among them;
// they go through the environment, which other users cannot read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

inline constexpr std::string_view kShimCommand = "_worker";
inline constexpr int kShimStatusDescriptor = 3;  ///< text of a failure, or closed by exec
inline constexpr int kShimFailed = 200;          ///< exit status

struct ShimOptions {
  std::string log{};                ///< appended to
  std::string user{};               ///< name or number; empty: as it is
  std::string working_directory{};  ///< empty: /
  std::string environment_file{};   ///< empty: none
  std::int64_t memory_bytes = 0;    ///< 0: no limit
  std::vector<std::string> command{};
  bool operator==(const ShimOptions&) const = default;
};

/// argv[1] and on.
std::vector<std::string> shim_arguments(const ShimOptions& options);
/// Nothing when they are not what shim_arguments makes.
std::optional<ShimOptions> parse_shim_arguments(const std::vector<std::string>& arguments);

}  // namespace ballast
