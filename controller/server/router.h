// What a request asks for, and who answers it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/server/server.h"
#include "core/result.h"

namespace ballast {

struct Target {
  std::string path{};
  std::string query{};
  bool operator==(const Target&) const = default;
};

/// Takes `/a%20b?c=d` apart. Errors: invalid (not beginning with `/`, a broken escape, a control character, `.` or
/// `..`).
Result<Target> split_target(std::string_view target);

/// Whether a Host header may be served: an address, localhost, or one of `hosts`; any port. A page that makes its own
/// name point here (DNS rebinding) always sends that name.
bool host_is_served(std::string_view host, const std::vector<std::string>& hosts);

/// 404 without a route, 405 with Allow for another method, 500 when the handler throws. HEAD asks the GET route.
ServerResponse route(const std::vector<Route>& routes, const ServerRequest& request);

/// The bytes of an answer; without a body for HEAD.
std::string response_text(const ServerResponse& response, bool head, bool keep_alive);

}  // namespace ballast
