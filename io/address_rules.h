// Addresses that need a flag, whatever name led to them: what listens on this host, and where clouds keep metadata and
// credentials. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace ballast {

enum class AddressKind : std::uint8_t {
  ordinary,
  loopback,    ///< 127.0.0.0/8, 0.0.0.0/8, ::1, ::
  link_local,  ///< 169.254.0.0/16, fe80::/10, and metadata services that live elsewhere
};

/// Of a numeric address, also one of IPv4 that is written as one of IPv6 (mapped, NAT64); `ordinary` for what is none.
AddressKind kind_of_address(std::string_view address);

}  // namespace ballast
