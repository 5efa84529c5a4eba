// Two daemons, each with a state of its own, are told to steer the same: the second holds and names the first.
#include <gmock/gmock.h>

#include <filesystem>
#include <regex>

#include "controller/cli/demo_place.h"
#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TwoOwners : public OnStage {
 protected:
  void begin() {
    stage.put_policy({.min = 2, .max = 6});
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(2));
    stage.start_load(20);
  }
  /// The second says whose it is and does nothing, however long it waits; the first steers as ever.
  void expect_second_holds(const std::string& policy) {
    std::filesystem::create_directory(stage.path("second"));
    stage.write("second/web.yaml", policy);
    stage.leave_running({"run", "-f", stage.path("second"), "--state-dir", stage.path("second-state"), "--listen",
                         "127.0.0.1:0", "--log-file", stage.path("second.log")});
    const std::string holder = "pid " + std::to_string(stage.daemon());
    ASSERT_TRUE(eventually([&] { return stage.content("second.log").find(holder) != std::string::npos; }))
        << stage.content("second.log");
    ASSERT_TRUE(stage.decides(10));
    const int port = port_in(stage.content("second.log"));
    EXPECT_THAT(get(port, "/readyz").body, HasSubstr(holder));
    EXPECT_THAT(get(port, "/api/v1/policies").body, AllOf(HasSubstr("\"NotInForce\""), HasSubstr(holder)));
    EXPECT_EQ(stage.workers().size(), 2U);
    EXPECT_EQ(stage.worker_events("started"), 2) << "those of the first";
    stage.put_policy({.min = 3, .max = 6});
    EXPECT_TRUE(stage.settles_at(3)) << stage.daemon_log();
    expect_none_failed(stage.end_load());
    EXPECT_THAT(stage.asked_to_end(), IsEmpty());
  }
};

TEST_F(TwoOwners, OfOneTargetTheSecondHoldsAndNamesTheFirst) {
  begin();
  expect_second_holds(stage.policy({.min = 4, .max = 8}));
}

/// `/var/run/haproxy/admin.sock` is `/run/haproxy/admin.sock`.
TEST_F(TwoOwners, OfOneBackendByAnotherPathTheSecondHoldsAndNamesTheFirst) {
  begin();
  std::filesystem::create_directory_symlink(stage.path("."), stage.path("there"));
  const int port = free_ports(25);  // more than the first has: so that no port is the reason
  const std::string ports = "ports: " + std::to_string(port) + "-" + std::to_string(port + 7);
  const std::string theirs =
      std::regex_replace(stage.policy({.min = 4, .max = 8}), std::regex{"ports: [0-9]+-[0-9]+"}, ports);
  expect_second_holds(with_replaced(theirs, stage.path("web.sock"), stage.path("there/web.sock")));
  EXPECT_THAT(stage.content("second.log"), HasSubstr("the HAProxy backend web at " + stage.path("web.sock")));
}

}  // namespace
}  // namespace ballast::e2e
