// Foreign text in messages: short, on one line, printable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/result.h"

namespace ballast {

/// Without white space at its ends, at most `bytes` of it, control characters as spaces. Characters of UTF-8 stay
/// whole.
std::string excerpt(std::string_view text, std::size_t bytes = 60);

/// `invalid`: an empty body, HTML or XML, or simply not JSON; `why` is the parser's word.
Error not_json(std::string_view body, std::string_view why);

}  // namespace ballast
