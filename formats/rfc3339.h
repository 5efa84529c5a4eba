// Points in time as people write them in documents, and as other programs take them: RFC 3339,
// `2026-11-27T08:00:00+01:00`.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace ballast {

/// Date, `T` or `t`, time, optional fraction (what is finer than a microsecond is dropped), `Z`, `z` or an offset of at
/// most 23:59. A leap second is the second after it. Years 1970 to 2261. Errors: invalid (names the text and the form).
Result<WallTime> parse_rfc3339(std::string_view text);

/// `2026-11-27T07:00:00.123Z`: UTC; what is finer than a millisecond is dropped. Years beyond 1 to 9999, which the form
/// does not have, are the first and the last moment of these.
std::string format_rfc3339(WallTime time);

}  // namespace ballast
