// Heartbeats over HTTP: which one is meant, and who may call for it.
#include "controller/cli/heartbeat_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(HeartbeatPath, NamesAHeartbeatInANamespace) {
  EXPECT_EQ(heartbeat_of_path("/api/v1/heartbeat/shop/backup"), "shop/backup");
  EXPECT_EQ(heartbeat_of_path("/api/v1/heartbeat/backup"), "default/backup");
  for (const std::string path :
       {"/api/v1/heartbeat/", "/api/v1/heartbeat/shop/", "/api/v1/heartbeat//backup", "/api/v1/heartbeat/a/b/c",
        "/api/v1/heartbeat/Shop", "/api/v1/heartbeat/a b", "/api/v1/heartbea", ""})
    EXPECT_EQ(heartbeat_of_path(path), "") << path;
  EXPECT_EQ(heartbeat_of_path("/api/v1/heartbeat/" + std::string(64, 'a')), "") << "longer than names are";
  EXPECT_EQ(heartbeat_of_path("/api/v1/heartbeat/" + std::string(63, 'a')), "default/" + std::string(63, 'a'));
}

TEST(HeartbeatTokens, AreThoseOfItsDocumentsAsTheyAreNow) {
  const TemporaryFolder folder{"heartbeats"};
  const auto file = [&](const std::string& name, const std::string& text) {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path) << text;
    return SecretRef{.file = path};
  };
  const std::vector<KnownHeartbeat> known{
      {"shop/backup", file("one", "0123456789abcdef\n")},    {"shop/backup", {}},
      {"shop/other", file("other", "another-token-of-20c")}, {"shop/backup", file("short", "0123456789abcde")},
      {"shop/backup", SecretRef{.file = "/no/such/file"}},   {"shop/backup", file("empty", "")}};
  std::vector<std::string> problems;
  EXPECT_THAT(tokens_of(known, "shop/backup", problems), ElementsAre("0123456789abcdef"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("shop/backup: 15 characters are fewer than 16"),
                                    HasSubstr("/no/such/file"), HasSubstr("empty")));
  problems.clear();
  file("one", "fedcba9876543210");
  EXPECT_THAT(tokens_of(std::span(known).first(1), "shop/backup", problems), ElementsAre("fedcba9876543210"));
  EXPECT_THAT(tokens_of(known, "shop/none", problems), IsEmpty());
  EXPECT_THAT(problems, IsEmpty());
}

}  // namespace
}  // namespace ballast
