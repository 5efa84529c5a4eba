// What the balancer says of an HAProxy that it cannot work with.
#include <gtest/gtest.h>

#include "tests/adapters/haproxy_life.h"

namespace ballast {
namespace {

TEST_F(HaproxyBalancerLife, TellsWhichAlgorithmsItNeeds) {
  rig->bind(rig->pool("fixed"), {"s1"});
  expect_says(fails({member("a", 0, 100)}), Errc::invalid, {"fixed/ballast-a", "balance static-rr", "roundrobin"});
  expect_says(fails({{.name = "s1", .weight = 5}}), Errc::invalid, {"fixed/s1", "balance static-rr", "roundrobin"});
  rig->bind(rig->pool("filling"));
  expect_says(fails({member("a", 0, 100)}), Errc::invalid, {"filling", "balance first", "roundrobin"});
}

TEST_F(HaproxyBalancerLife, TellsWhichBackendsThereAre) {
  rig->bind(rig->pool("wbe"));
  const Error error = unseen();
  expect_says(error, Errc::not_found, {"wbe", "web", "mixed", "fixed"});
  EXPECT_EQ(fails({member("a", 0, 100)}), error);
}

TEST_F(HaproxyBalancerLife, TellsHowToMakeASocket) {
  auto pool = rig->pool();
  pool.socket = rig->path("nowhere.sock");
  rig->bind(pool);
  expect_says(unseen(), Errc::unavailable, {pool.socket, "stats socket", "level admin"});
  pool.socket = "admin.sock";
  rig->bind(pool);
  expect_says(unseen(), Errc::invalid, {"admin.sock", "absolute"});
}

TEST_F(HaproxyBalancerLife, TellsThatTheSocketsLevelIsTooLow) {
  make({member("a", 0, 100)});
  auto pool = rig->pool();
  pool.socket = rig->path("user.sock");
  rig->bind(pool);
  EXPECT_EQ(rig->observed("a").weight, 100);  // looking is allowed: a dry run needs no more
  for (const auto& wanted :
       std::vector<std::vector<WantedMember>>{{member("a", 0, 50)}, {}, {member("a", 0, 100), member("b", 1, 100)}})
    expect_says(fails(wanted), Errc::denied, {"Permission denied", "level admin"});
  EXPECT_EQ(rig->observe()->shed, std::nullopt);
  const auto refused = rig->shed(30, std::chrono::seconds{5});
  ASSERT_FALSE(refused);
  expect_says(refused.error(), Errc::denied, {"Permission denied", "level admin"});
  EXPECT_EQ(weights(), (Table{{"ballast-a", "100"}}));
}

TEST_F(HaproxyBalancerLife, TellsThatTheSocketIsAnotherUsers) {
  const bool root = geteuid() == 0;  // whom no mode keeps out
  if (root) {
    EXPECT_EQ(seteuid(65534), 0);
  }
  if (!root) std::filesystem::permissions(rig->path("admin.sock"), std::filesystem::perms::none);
  const Error error = unseen();
  if (root) {
    EXPECT_EQ(seteuid(0), 0);
  }
  expect_says(error, Errc::denied, {rig->path("admin.sock"), "group"});
}

TEST_F(HaproxyBalancerLife, RefusesWhatHaproxyCannotCarry) {
  make({member("good", 0, 100), member("kept", 1, 100)});
  const std::vector<std::pair<WantedMember, std::string>> cases = {
      {{.name = "a;show info", .address = "127.0.0.1:1", .weight = 1}, "a;show info"},
      {{.name = "", .address = "127.0.0.1:1", .weight = 1}, "member ''"},
      {{.name = "a", .address = "localhost:80", .weight = 1}, "localhost:80"},
      {{.name = "a", .address = "", .weight = 1}, "IP:PORT"},
      {{.name = "a", .address = "127.0.0.1:1", .weight = 257}, "257"},
      {{.name = "kept", .address = "127.0.0.1:1", .weight = -1}, "-1"},
      {{.name = "good", .address = "127.0.0.1:1", .weight = 1}, "twice"}};
  int weight = 1;
  for (const auto& [bad, part] : cases) {
    SCOPED_TRACE(part);
    std::vector<WantedMember> wanted{member("good", 0, ++weight), bad};
    if (bad.name != "kept") wanted.push_back(member("kept", 1, 100));
    expect_says(fails(wanted), Errc::invalid, {part});
    EXPECT_EQ(weights(), (Table{{"ballast-good", std::to_string(weight)}, {"ballast-kept", "100"}}));
  }
}

}  // namespace
}  // namespace ballast
