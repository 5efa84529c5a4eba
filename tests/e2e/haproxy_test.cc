// HAProxy is not Ballast's alone: it is restarted, and people give it orders.
#include <gmock/gmock.h>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {
using HaproxyPeer = OnStage;

TEST_F(HaproxyPeer, ARestartedOneGetsItsMembersBackAndNoWorkerIsTouched) {
  stage.put_policy({.min = 3, .max = 5});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(3));
  const auto workers = stage.workers();
  stage.kill_haproxy();
  stage.start_haproxy();
  EXPECT_TRUE(eventually([&] { return usable(stage.pool()) == 3; }));
  EXPECT_EQ(stage.workers(), workers);
  stage.start_load(30);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 1'000'000));
  const auto logs = stage.end_load();
  ASSERT_FALSE(logs.load.requests.empty());
  for (const auto& request : logs.load.requests) EXPECT_FALSE(request.failed()) << request.id << ' ' << request.error;
}

TEST_F(HaproxyPeer, AServerThatAPersonTookOutStaysOutAndTheOthersGoOn) {
  stage.put_policy({.min = 3, .max = 6});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(3));
  const std::string taken = stage.pool().begin()->first;
  EXPECT_EQ(stage.ask_haproxy("set server web/" + taken + " state maint"), "\n");
  // The other members go on: more workers are wanted, and stand in the pool.
  stage.put_policy({.min = 5, .max = 6});
  ASSERT_TRUE(eventually([&] { return usable(stage.pool()) == 4; }));
  EXPECT_EQ(stage.workers().size(), 5U);
  EXPECT_EQ(stage.pool().at(taken), "MAINT");

  const std::string member = taken.substr(std::string_view("ballast-").size());
  Finished now;
  EXPECT_TRUE(eventually([&] {
    now = stage.ballast({"explain", "web", "--at", "-0s", "--state-dir", stage.state()});
    return now.out.find(member + " is in a state that Ballast did not set") != std::string::npos;
  })) << now.out
      << now.err;
  EXPECT_EQ(now.status, 0);

  // Given back by a person, it serves again.
  EXPECT_EQ(stage.ask_haproxy("set server web/" + taken + " state ready"), "\n");
  EXPECT_TRUE(stage.settles_at(5));
  EXPECT_TRUE(eventually([&] {
    now = stage.ballast({"explain", "web", "--at", "-0s", "--state-dir", stage.state()});
    return now.status == 0 && now.out.find("did not set") == std::string::npos;
  })) << now.out
      << now.err;
}

}  // namespace
}  // namespace ballast::e2e
