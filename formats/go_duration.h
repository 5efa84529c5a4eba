// Go's time.Duration text, which `@every` of cron takes: `1h30m`, `1.5s`, `-5s`, `100us`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ballast {

/// Nanoseconds as time.ParseDuration gives them; nothing when the text is malformed or beyond an int64.
std::optional<std::int64_t> parse_go_duration(std::string_view text);

}  // namespace ballast
