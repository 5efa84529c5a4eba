// The daemon is stopped for longer than its signals stay fresh and than its window, and goes on: what it has seen
// before is no evidence of what is needed now.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::IsEmpty;

class Suspended : public OnStage {
 protected:
  void begin() {
    std::string policy = stage.policy({.min = 2, .max = 8, .window_seconds = kWindow, .per_worker = 14});
    const std::string field = "backend: web, field: stot}\n";
    policy.insert(policy.find(field) + field.size(), "      staleAfter: 2s\n");
    stage.write("policy/web.yaml", policy);
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(2));
    stage.start_load(70);
    ASSERT_TRUE(eventually([&] { return stage.workers().size() >= 5 && usable(stage.pool()) >= 5; }));
    ASSERT_TRUE(stage.decides(4)) << "what the surge asked for is there";
  }
  static constexpr int kWindow = 3;
  static constexpr std::int64_t kLong = (kWindow + 3) * 1'000'000;
};

TEST_F(Suspended, UnderLoadItTakesNobodyAway) {
  begin();
  const auto before = stage.workers();
  stage.signal_daemon(SIGSTOP);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + kLong));
  stage.signal_daemon(SIGCONT);
  ASSERT_TRUE(stage.decides(2 * kWindow + 4));
  EXPECT_EQ(stage.workers(), before);
  EXPECT_EQ(usable(stage.pool()), static_cast<int>(before.size()));
  EXPECT_THAT(stage.asked_to_end(), IsEmpty());
  EXPECT_EQ(get(stage.daemon_port(), "/healthz").status, 200);
}

TEST_F(Suspended, WhileTheLoadFellItNeedsAWindowOfFreshDataBeforeItShrinks) {
  begin();
  stage.signal_daemon(SIGSTOP);
  stage.end_load();
  const std::int64_t stopped = monotonic_us();
  ASSERT_TRUE(eventually([&] { return monotonic_us() >= stopped + kLong; }));
  const std::int64_t at = monotonic_us();
  stage.signal_daemon(SIGCONT);
  ASSERT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  ASSERT_FALSE(stage.asked_to_end().empty());
  EXPECT_GE(stage.asked_to_end().front(), at + kWindow * 1'000'000);
  stage.start_load(70);
  EXPECT_TRUE(eventually([&] { return stage.workers().size() >= 5 && usable(stage.pool()) >= 5; }));
}

}  // namespace
}  // namespace ballast::e2e
