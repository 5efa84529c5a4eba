// Text of others, made fit for documents and for people: valid UTF-8, counted and cut by code points.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ballast {

inline constexpr char32_t kReplacement = 0xfffd;

struct CodePoint {
  char32_t value = kReplacement;
  std::size_t bytes = 1;
  bool operator==(const CodePoint&) const = default;
};
/// The one at the front of `text`, which is not empty. Bytes that are no UTF-8 (overlong, a surrogate, above U+10FFFF,
/// cut short) are U+FFFD each, as in Go. Source: RFC 3629.
CodePoint first_code_point(std::string_view text);

std::size_t count_code_points(std::string_view text);

/// With U+FFFD where it was none.
std::string valid_utf8(std::string_view text);

/// Valid UTF-8 on one line: line breaks and tabs are spaces, other control characters are gone, and with them those
/// that turn the direction of writing, which make a text read as another.
std::string one_line(std::string_view text);

/// Valid text for HTML and Slack's markup: `&`, `<` and `>` are entities. At most `most` (at least 1) code points of
/// the result; what was longer ends with an ellipsis, and no entity is cut.
std::string escape_markup(std::string_view text, std::size_t most);

}  // namespace ballast
