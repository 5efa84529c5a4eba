// Prometheus' durations, which all documents use: `1h30m`, `15s`, `250ms`. Source: prometheus/common model.Duration.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace ballast {

/// Units y (365 d), w, d, h, m, s, ms, each at most once and from large to small; `0` needs none. Never negative.
/// Errors: invalid (names the text, what is wrong, and the units; or it is beyond 292 years, Prometheus' own limit).
Result<Duration> parse_duration(std::string_view text);

/// The shortest form that parses to the same: 90 min -> `1h30m`, 90 s -> `1m30s`. Weeks and years only when they are
/// all there is (`2w`, `15d`), as in Prometheus. For people: negative ones get a `-`, and what is finer than a
/// millisecond is written in `us`; parse_duration takes neither.
std::string format_duration(Duration duration);

}  // namespace ballast
