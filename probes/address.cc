#include "probes/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace ballast {

Problems check_peer_address(std::string_view key, std::string_view address) {
  const std::string_view port = address.substr(std::min(address.rfind(':') + 1, address.size()));
  if (port.find_first_not_of('0') == std::string_view::npos)
    return {{{}, std::string(key), fmt::format("'{}' has no port to connect to; write 1 to 65535", address)}};
  if (address.find('*') != std::string_view::npos)
    return {{{}, std::string(key), fmt::format("'{}' is a pattern; write one host", address)}};
  return {};
}

}  // namespace ballast
