// Foreign text in messages: short, on one line, printable.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace ballast {

/// Without white space at its ends, at most 60 bytes, control characters as spaces.
std::string excerpt(std::string_view text);

/// `invalid`: an empty body, HTML or XML, or simply not JSON; `why` is the parser's word.
Error not_json(std::string_view body, std::string_view why);

}  // namespace ballast
