// Files of KEY=VALUE lines as systemd's EnvironmentFile= reads them, but strict: what systemd skips with a warning is
// refused here, with its line. Source: systemd.exec(5), EnvironmentFile=, and systemd's parse_env_file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace ballast {

inline constexpr std::size_t kMaxEnvironmentFile = std::size_t{1} << 20;
inline constexpr std::size_t kMaxEnvironmentVariables = 4096;

using Variables = std::vector<std::pair<std::string, std::string>>;

/// In the order written; a name may come twice. Lines that begin with # or ; are comments. A value ends with its line,
/// without the blanks around it. A backslash keeps the next character and joins lines; '…' keeps everything; "…" keeps
/// everything but \" \\ \` \$ and joined lines; both may span lines. No variable is replaced within another.
/// Errors: invalid (a line without =, a name that is none, an open quote, a NUL, too long, too many; names the line).
Result<Variables> parse_environment_file(std::string_view text);

}  // namespace ballast
