#include "io/address_rules.h"

#include <gtest/gtest.h>

namespace ballast {
namespace {

TEST(AddressRules, S60_KnowWhatNeedsAFlagInEverySpelling) {
  struct Case {
    const char* address;
    AddressKind kind;
  };
  for (const auto& [address, kind] : {
           Case{"10.0.0.1", AddressKind::ordinary},
           Case{"169.253.255.255", AddressKind::ordinary},
           Case{"2001:db8::1", AddressKind::ordinary},
           Case{"fd00::1", AddressKind::ordinary},
           Case{"::ffff:10.0.0.1", AddressKind::ordinary},
           Case{"not an address", AddressKind::ordinary},
           Case{"127.0.0.1", AddressKind::loopback},
           Case{"127.255.0.1", AddressKind::loopback},
           Case{"0.0.0.0", AddressKind::loopback},
           Case{"0.1.2.3", AddressKind::loopback},
           Case{"::1", AddressKind::loopback},
           Case{"::", AddressKind::loopback},
           Case{"::ffff:127.0.0.1", AddressKind::loopback},
           Case{"::127.0.0.1", AddressKind::loopback},
           Case{"64:ff9b::7f00:1", AddressKind::loopback},
           Case{"169.254.169.254", AddressKind::link_local},
           Case{"169.254.170.2", AddressKind::link_local},
           Case{"::ffff:169.254.169.254", AddressKind::link_local},
           Case{"64:ff9b::a9fe:a9fe", AddressKind::link_local},
           Case{"fe80::1", AddressKind::link_local},
           Case{"fe80::1%1", AddressKind::link_local},
           Case{"fd00:ec2::254", AddressKind::link_local},
           Case{"100.100.100.200", AddressKind::link_local},
           Case{"168.63.129.16", AddressKind::link_local},
           Case{"::ffff:168.63.129.16", AddressKind::link_local},
       })
    EXPECT_EQ(kind_of_address(address), kind) << address;
}

}  // namespace
}  // namespace ballast
