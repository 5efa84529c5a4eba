// Spans of time always say their unit, in every document.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "controller/config/config.h"

namespace ballast {
namespace {

LoadedSet load_timeout(const std::string& timeout) {
  return load(std::vector<SourceFile>{
      {"shop.yaml",
       "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: web, namespace: shop}\n"
       "spec:\n  signals:\n  - name: up\n    http: {url: \"http://127.0.0.1:8080/\", timeout: " +
           timeout + "}\n",
       {}}});
}

TEST(Documents, S17_ATimeoutWithoutUnitIsRefusedAndNotTakenForSecondsOrMilliseconds) {
  for (const char* const bare : {"3000", "3", "0.5", "\"3000\""}) {
    const auto set = load_timeout(bare);
    EXPECT_EQ(set.errors(), 1U) << bare;
    EXPECT_TRUE(set.workloads.empty()) << bare;
    ASSERT_FALSE(set.problems.empty());
    EXPECT_THAT(to_string(set.problems.front()), testing::HasSubstr("timeout")) << bare;
    EXPECT_THAT(to_string(set.problems.front()), testing::HasSubstr("has no unit")) << bare;
  }
  for (const char* const with_unit : {"3s", "3000ms"}) {
    const auto set = load_timeout(with_unit);
    EXPECT_EQ(set.errors(), 0U) << with_unit;
    EXPECT_EQ(set.workloads.size(), 1U) << with_unit;
  }
}

}  // namespace
}  // namespace ballast
