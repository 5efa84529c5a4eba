// The daemon ends, by force or not: the service goes on as if nothing was.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {
using ::testing::HasSubstr;

using Kill9 = OnStage;
using Sigterm = OnStage;
using SecondDaemon = OnStage;

TEST_F(Kill9, TheServiceGoesOnAndTheNextDaemonTakesItsWorkersOver) {
  stage.put_policy({.min = 4, .max = 8});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(4));
  stage.start_load(60);  // far from the 144 that would bring a fifth: a busy machine makes half-second rates jump
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 1'000'000));
  const auto before = stage.workers();

  EXPECT_EQ(stage.end_daemon(SIGKILL), 128 + SIGKILL);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 3'000'000));
  EXPECT_EQ(stage.workers(), before);
  EXPECT_EQ(usable(stage.pool()), 4);

  stage.start_daemon();
  ASSERT_TRUE(eventually([&] { return get(stage.daemon_port(), "/readyz").status == 200; }));
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 2'000'000));
  EXPECT_EQ(stage.workers(), before);
  EXPECT_EQ(stage.worker_events("started"), 4);
  EXPECT_EQ(stage.worker_events("stopped"), 0);
  const auto status = stage.ballast({"status", "--state-dir", stage.state()});
  EXPECT_EQ(status.status, 0) << status.out << status.err;
  EXPECT_THAT(status.out, HasSubstr("default/web"));

  const auto logs = stage.end_load();
  EXPECT_GE(logs.load.requests.size(), 300U);
  expect_none_failed(logs);
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  const auto replay = stage.ballast({"replay", "--strict", "--state-dir", stage.state()});
  EXPECT_EQ(replay.status, 0) << replay.out << replay.err;
}

TEST_F(Kill9, InTheMiddleOfASurgeTheNextDaemonFinishesItAndStartsNobodyTwice) {
  stage.put_policy({.min = 2, .max = 12, .per_worker = 14});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  stage.start_load(100);
  ASSERT_TRUE(eventually([&] { return stage.workers().size() > 2; }));
  EXPECT_EQ(stage.end_daemon(SIGKILL), 128 + SIGKILL);
  const auto left = stage.workers();

  stage.start_daemon();
  EXPECT_TRUE(eventually([&] { return stage.workers().size() >= 7 && usable(stage.pool()) >= 7; }))
      << stage.daemon_log();
  ASSERT_TRUE(stage.decides(4));
  const auto now = stage.workers();
  for (const auto& worker : left) EXPECT_THAT(now, testing::Contains(worker));
  EXPECT_EQ(stage.worker_events("started"), static_cast<int>(now.size())) << "each of them once";
  EXPECT_LE(now.size(), 12U);
  EXPECT_THAT(stage.asked_to_end(), testing::IsEmpty());
}

TEST_F(Sigterm, EndsTheDaemonOnlyAndTheNextOneTakesItsWorkersOver) {
  stage.put_policy({.min = 2, .max = 4});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  const auto before = stage.workers();
  const auto told = monotonic_us();
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  EXPECT_LT(monotonic_us() - told, 10'000'000);
  EXPECT_EQ(stage.workers(), before);
  EXPECT_EQ(usable(stage.pool()), 2);

  stage.start_daemon();
  ASSERT_TRUE(eventually([&] { return get(stage.daemon_port(), "/readyz").status == 200; }));
  EXPECT_EQ(stage.workers(), before);
  EXPECT_EQ(stage.worker_events("started"), 2);
}

TEST_F(SecondDaemon, OnTheSameStateIsRefusedAndNamesTheHolder) {
  stage.put_policy({.min = 1, .max = 2});
  stage.start_haproxy();
  stage.start_daemon();
  const auto second =
      stage.ballast({"run", "-f", stage.path("policy"), "--state-dir", stage.state(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(second.status, 2);
  EXPECT_THAT(second.err, HasSubstr("pid " + std::to_string(stage.daemon())));
  EXPECT_EQ(get(stage.daemon_port(), "/healthz").status, 200);
}

}  // namespace
}  // namespace ballast::e2e
