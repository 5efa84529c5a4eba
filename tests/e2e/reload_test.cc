// Documents change under a running daemon.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "controller/cli/target_locks.h"
#include "controller/journal/lock.h"
#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

using Reload = OnStage;

TEST_F(Reload, AChangedFileTakesEffectAndABadOneIsRefused) {
  stage.put_policy({.min = 2, .max = 3});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  const pid_t daemon = stage.daemon();
  stage.put_policy({.min = 4, .max = 6});
  EXPECT_TRUE(stage.settles_at(4));

  std::string bad = stage.policy({.min = 1, .max = 6});
  bad.replace(bad.find("maxReplicas: 6"), std::string_view("maxReplicas: 6").size(), "maxReplicas: many");
  stage.write("policy/web.yaml", bad);
  ASSERT_TRUE(stage.log_says("spec.maxReplicas"));
  EXPECT_THAT(stage.daemon_log(), ContainsRegex("policy/web.yaml:13:16: spec.maxReplicas: .*many"));
  const auto policies = get(stage.daemon_port(), "/api/v1/policies").body;
  EXPECT_THAT(policies, HasSubstr("\"minReplicas\": 4"));
  EXPECT_THAT(policies, HasSubstr("\"maxReplicas\": 6"));
  EXPECT_EQ(stage.workers().size(), 4U);

  stage.put_policy({.min = 5, .max = 6});
  EXPECT_TRUE(stage.settles_at(5));
  EXPECT_EQ(stage.daemon(), daemon);
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  EXPECT_EQ(stage.worker_events("started"), 5) << "no worker was replaced by a reload";
}

TEST_F(Reload, SighupReadsAgainAlsoWhatDidNotChange) {
  stage.put_policy({.min = 1, .max = 3});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(1));
  stage.write("policy/other.yaml", "kind: Nothing\n");
  ASSERT_TRUE(stage.log_says("other.yaml:1:"));
  const auto complaints = [&] { return count_of(stage.daemon_log(), "other.yaml:1:"); };
  const int before = complaints();
  stage.signal_daemon(SIGHUP);
  EXPECT_TRUE(eventually([&] { return complaints() == 2 * before; })) << complaints();
  EXPECT_EQ(stage.workers().size(), 1U);
}

TEST_F(Reload, ARemovedDocumentLeavesWorkersThatOrphanListsAndStops) {
  stage.put_policy({.min = 2, .max = 3});
  stage.write("policy/other.yaml", R"(apiVersion: ballast.run/v1alpha1
kind: Monitor
metadata: {name: other}
spec:
  signals:
    - name: sessions
      haproxy: {socket: )" + stage.path("web.sock") +
                                       ", backend: web, field: scur}\n");
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  const auto workers = stage.workers();
  std::filesystem::remove(stage.path("policy/web.yaml"));
  ASSERT_TRUE(stage.log_says("no document any more"));
  ASSERT_TRUE(eventually(
      [&] { return get(stage.daemon_port(), "/api/v1/policies").body.find("default/web") == std::string::npos; }));
  EXPECT_EQ(stage.workers(), workers);
  EXPECT_EQ(usable(stage.pool()), 2);

  const auto list = stage.ballast({"orphan", "-f", stage.path("policy"), "--state-dir", stage.state()});
  EXPECT_EQ(list.status, 0) << list.err;
  for (const auto& worker : workers) EXPECT_THAT(list.out, HasSubstr("pid " + std::to_string(worker.pid)));
  EXPECT_EQ(stage.workers(), workers) << "listing stops nothing";
  const auto stop = stage.ballast({"orphan", "-f", stage.path("policy"), "--state-dir", stage.state(), "--stop"});
  EXPECT_EQ(stop.status, 0) << stop.err;
  EXPECT_THAT(stop.out, HasSubstr("default/web: 2 stopped"));
  EXPECT_TRUE(stage.workers().empty());
  EXPECT_EQ(stage.worker_events("stopped"), 2) << "they were asked to end, not killed";
}

/// The test is the other daemon: it holds the lock on the pool.
TEST_F(Reload, S28_ATargetOfAnotherDaemonIsLeftAloneAndToldOfUntilItIsFree) {
  const std::string pool = "the HAProxy backend web at " + stage.path("web.sock");
  std::optional<Result<Lock>> other = lock_target(target_lock_directory().string(), pool);
  ASSERT_TRUE(*other) << other->error().message;
  stage.put_policy({.min = 2, .max = 3});
  stage.start_haproxy();
  stage.start_daemon();
  const std::string holder = "pid " + std::to_string(::getpid());
  ASSERT_TRUE(stage.log_says(holder)) << stage.daemon_log();
  const auto ready = get(stage.daemon_port(), "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("default/web: not in force: "));
  EXPECT_THAT(ready.body, HasSubstr(holder));
  EXPECT_EQ(get(stage.daemon_port(), "/healthz").status, 200) << "what runs makes progress";
  const auto policies = get(stage.daemon_port(), "/api/v1/policies").body;
  EXPECT_THAT(policies, HasSubstr("\"InForce\""));
  EXPECT_THAT(policies, HasSubstr("\"NotInForce\""));
  EXPECT_THAT(policies, HasSubstr(holder));
  EXPECT_TRUE(stage.workers().empty());
  EXPECT_EQ(count_of(stage.daemon_log(), holder), 1) << "told once, however often it is tried";

  other.reset();
  ASSERT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  EXPECT_TRUE(eventually([&] { return get(stage.daemon_port(), "/readyz").status == 200; }));
  EXPECT_FALSE(lock_target(target_lock_directory().string(), pool)) << "now it is this daemon's";
}

}  // namespace
}  // namespace ballast::e2e
