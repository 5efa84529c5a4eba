#include "io/address_rules.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>

namespace ballast {
namespace {

namespace ip = boost::asio::ip;

/// Outside the link-local networks: Alibaba, Azure's host, Oracle, and EC2 over IPv6. Source: the vendors' pages on
/// instance metadata.
constexpr std::array<std::string_view, 4> kMetadata{"100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"};

/// The IPv4 address inside of ::ffff:0:0/96 (mapped), ::/96 (compatible) and 64:ff9b::/96 (NAT64, RFC 6052).
std::optional<ip::address_v4> embedded(const ip::address_v6& address) {
  const auto bytes = address.to_bytes();
  const bool zeros = std::all_of(bytes.begin() + 4, bytes.begin() + 10, [](unsigned char byte) { return byte == 0; });
  const unsigned prefix = (static_cast<unsigned>(bytes[0]) << 24) | (static_cast<unsigned>(bytes[1]) << 16) |
                          (static_cast<unsigned>(bytes[2]) << 8) | bytes[3];
  const unsigned marker = (static_cast<unsigned>(bytes[10]) << 8) | bytes[11];
  const bool mapped = prefix == 0 && (marker == 0xFFFF || marker == 0);
  const bool nat64 = prefix == 0x0064FF9B && marker == 0;
  if (!zeros || !(mapped || nat64)) return std::nullopt;
  return ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
}

AddressKind kind_of_v4(const ip::address_v4& address) {
  const unsigned number = address.to_uint();
  if (number >> 24 == 127 || number >> 24 == 0) return AddressKind::loopback;
  if (number >> 16 == 0xA9FE) return AddressKind::link_local;
  return AddressKind::ordinary;
}

}  // namespace

AddressKind kind_of_address(std::string_view text) {
  boost::system::error_code failed;
  const ip::address address = ip::make_address(std::string{text}, failed);
  if (failed) return AddressKind::ordinary;
  for (const std::string_view metadata : kMetadata)
    if (address == ip::make_address(std::string{metadata})) return AddressKind::link_local;
  if (address.is_v4()) return kind_of_v4(address.to_v4());
  if (address.is_loopback() || address.is_unspecified()) return AddressKind::loopback;
  if (address.to_v6().is_link_local()) return AddressKind::link_local;
  const auto inside = embedded(address.to_v6());
  return inside ? kind_of_address(inside->to_string()) : AddressKind::ordinary;
}

}  // namespace ballast
