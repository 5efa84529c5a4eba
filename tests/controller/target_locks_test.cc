// What a workload holds of this host, through changes of its documents. A second daemon is another TargetLocks.
#include "controller/cli/target_locks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "controller/config/config.h"
#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

using testing::HasSubstr;

Claim ports(std::int64_t first, std::int64_t last) { return {"port", first, last}; }
Claim backend() { return {"the HAProxy backend web at /run/x.sock", 0, 0}; }

class Locking : public testing::Test {
 protected:
  bool is_free(const Claim& claim) {
    TargetLocks other(folder_);
    const auto taken = other.take({claim}, {});
    if (!taken) {
      EXPECT_EQ(taken.error().code, Errc::denied);
      EXPECT_THAT(taken.error().message, HasSubstr("pid " + std::to_string(::getpid()) + ", started 2"));
    }
    return taken.has_value();
  }
  Locks take(const std::vector<Claim>& claims, const Locks& older = {}) {
    auto taken = here.take(claims, older);
    EXPECT_TRUE(taken) << taken.error().message;
    return taken ? *taken : Locks{};
  }

  TemporaryFolder temporary_{"locks"};
  const std::filesystem::path& folder_ = temporary_.path();
  TargetLocks here{folder_};
};

TEST_F(Locking, ARangeThatChangesKeepsWhatIsInBothAndLetsGoOfTheRest) {
  Locks old = take({ports(9001, 9010), backend()});
  Locks next = take({ports(9006, 9020), backend()}, old);
  EXPECT_FALSE(is_free(ports(9001, 9001)));
  EXPECT_FALSE(is_free(ports(9020, 9020)));
  old.clear();
  EXPECT_TRUE(is_free(ports(9001, 9005)));
  EXPECT_FALSE(is_free(ports(9006, 9006)));
  EXPECT_FALSE(is_free(ports(9020, 9030)));
  EXPECT_FALSE(is_free(backend()));
  Locks narrow = take({ports(9008, 9008)}, next);
  next.clear();
  EXPECT_TRUE(is_free(backend()));
  EXPECT_TRUE(is_free(ports(9001, 9007)));
  EXPECT_FALSE(is_free(ports(9008, 9008)));
  EXPECT_TRUE(is_free(ports(9009, 9020)));
  narrow.clear();
  EXPECT_TRUE(is_free(ports(9001, 9020)));
}

TEST_F(Locking, AllOrNothing) {
  TargetLocks other(folder_);
  std::optional<Result<Locks>> theirs = other.take({ports(15, 15)}, {});
  ASSERT_TRUE(*theirs);
  const Locks old = take({ports(10, 12)});
  const auto refused = here.take({backend(), ports(8, 20)}, old);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::denied);
  EXPECT_THAT(refused.error().message, HasSubstr("pid " + std::to_string(::getpid())));
  EXPECT_TRUE(is_free(backend()));
  EXPECT_TRUE(is_free(ports(8, 9)));
  EXPECT_FALSE(is_free(ports(10, 12)));
  EXPECT_TRUE(is_free(ports(13, 14)));
  theirs.reset();
  EXPECT_TRUE(here.take({backend(), ports(8, 20)}, old));
}

TEST_F(Locking, AnotherWorkloadOfTheSameDaemonIsAConflict) {
  Locks web = take({ports(10, 20), backend()});
  for (const Claim& claim : {ports(20, 30), backend()}) {
    const auto refused = here.take({claim}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
  }
  web.clear();
  EXPECT_TRUE(here.take({ports(20, 30), backend()}, {}));
}

TEST(Claims, S28_OfWhatIsInDryRunAreNone) {
  CompiledWorkload web{.scaler = PluginRef{"process", map_node({{"ports", scalar_node("9001-9010", true)}})}};
  EXPECT_EQ(claims_of(web).size(), 1U);
  web.workload.mode = Mode::dry_run;
  EXPECT_TRUE(claims_of(web).empty());
}

TEST(Claims, APoolThatRefusesHasItsVariableForItself) {
  const auto haproxy = map_node({{"socket", scalar_node("/run/x.sock", true)}, {"backend", scalar_node("web", true)}});
  CompiledWorkload web{.workload = {.pools = {Pool{.overload = Overload{}}}},
                       .balancers = {PluginRef{"haproxy", haproxy}}};
  ASSERT_EQ(claims_of(web).size(), 2U);
  EXPECT_EQ(claims_of(web)[1].what, "the variable proc.ballast_shed of the HAProxy at /run/x.sock");
  web.workload.pools[0].dry_run = true;
  EXPECT_EQ(claims_of(web).size(), 1U);
  web.workload.pools[0] = Pool{};
  EXPECT_EQ(claims_of(web).size(), 1U);
}

TEST_F(Locking, OneWorkloadMayNameOneBackendTwice) { EXPECT_EQ(take({backend(), backend()}).size(), 2U); }

}  // namespace
}  // namespace ballast
