// Any bytes as a url: what is accepted has a host or a path and nothing that breaks a request's line; what is shown of
// it never holds its password.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "io/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const std::string shown = ballast::redact_url(text);
  if (ballast::redact_url(shown) != shown) std::abort();
  const auto url = ballast::parse_url(text);
  if (!url) return 0;
  const bool is_unix = url->scheme == "unix";
  if (url->host.empty() != is_unix || (url->port == 0) != is_unix) std::abort();
  if (std::ranges::any_of(url->target, [](char c) { return c <= ' ' || c == 127; })) std::abort();
  const auto again = ballast::parse_url(shown);
  if (again && (!again->user.empty() || !again->password.empty() || again->host != url->host)) std::abort();
  if (ballast::origin_of(*url).empty()) std::abort();
  return 0;
}
