// The bytes of a request, and what a header of an answer means. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/request.h"
#include "core/result.h"
#include "core/time.h"
#include "io/url.h"

namespace ballast {

/// GET and HEAD: asking twice is harmless.
bool is_repeatable(std::string_view method);

/// An HTTP/1.1 request with Host, User-Agent, Accept and the headers given; Basic credentials from the url unless there
/// is an Authorization header. Errors: invalid (a method, header or content type that could break out of its line, or a
/// header that is ours: Content-Length, Transfer-Encoding, Connection).
/// `credentials`: a header line of its own, or nothing; it stands instead of any from the url.
Result<std::string> request_text(const Request& request, const Url& url, std::string_view user_agent,
                                 std::string_view credentials = {});

/// What a client says of a request that failed: which, why, and after how long when its deadline came.
Error about_request(const std::string& shown, const Error& error, Duration deadline);

/// RFC 9110, 5.6.2: what the name of a header may be.
bool is_token(std::string_view text);
/// RFC 4648, with padding.
std::string base64(std::string_view bytes);

/// `120`, or `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 10.2.3): how long from `now` on; nothing when it is neither. A
/// time that has passed is zero, and nobody waits for longer than a day.
std::optional<Duration> parse_retry_after(std::string_view text, WallTime now);

}  // namespace ballast
