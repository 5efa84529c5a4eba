// The small pieces of a mail: text that cannot break out of its place, headers, bodies. What comes in may be any bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace ballast {

/// The text as valid UTF-8 of at most `bytes` (3 or more) bytes, with `…` where it is cut: what is no UTF-8 becomes
/// U+FFFD, controls and characters that turn the direction of writing become blanks. On one line: blanks side by side
/// count as one, and there are none at its ends.
std::string one_line(std::string_view text, std::size_t bytes);
/// Likewise, but tabs, line ends (`\n`; a `\r` is dropped) and all blanks stay.
std::string many_lines(std::string_view text, std::size_t bytes);

/// A header with its line end, lines of at most 76 bytes, all ASCII; the value is made `one_line`. What is not ASCII,
/// or could be read as encoded, is encoded as RFC 2047 says (Q). `name`: ASCII, at most 30 bytes.
std::string mail_header(std::string_view name, std::string_view value);

/// Those of `items` for which `is_mail_address` holds, one a line behind the first: an address is never cut in two.
std::string address_header(std::string_view name, std::span<const std::string> items);

/// RFC 5321's simple addresses alone: `name@host`, letters, digits and RFC 5322's atext with single dots before the @,
/// a host's name after it; at most 254 bytes. No quotes, comments, display names or other scripts.
bool is_mail_address(std::string_view text);

/// RFC 2045, 6.7: lines that end in `\n` become lines of at most 76 bytes that end in CRLF. Takes any bytes.
std::string quoted_printable(std::string_view text);

/// For the text and the quoted attributes of HTML.
std::string html_escaped(std::string_view text);

}  // namespace ballast
