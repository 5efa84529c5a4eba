// Addresses in alerts that receivers make links of.
#pragma once

#include <string_view>

namespace ballast {

/// `http://` or `https://`, a host with an optional port, then printable ASCII without quotes, brackets of markup and
/// broken % escapes; no user or password, at most 2048 characters. Alertmanager refuses a whole batch for one address
/// that Go's `url.ParseRequestURI` does not take; it takes these.
bool is_web_address(std::string_view text);

}  // namespace ballast
