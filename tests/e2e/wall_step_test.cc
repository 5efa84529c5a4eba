// The wall clock of the real daemon is set by days, forth and back, under load and between two of its lives: nobody is
// started or ended for it, and what the load asks for is done at once, not tomorrow. tests/sim/wall_steps_test.cc has
// the decisions one by one.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::IsEmpty;

class WallClock : public OnStage {
 protected:
  /// The daemon's clock is off by so much from here on; the file keeps its place: it is mapped.
  void is_off_by(std::int64_t seconds) const {
    std::fstream file{stage.path("step"), std::ios::in | std::ios::out | std::ios::binary};
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
  }
  void start_daemon() {
    setenv("LD_PRELOAD", (std::filesystem::absolute(BALLAST_BINARY_DIR) / "bin/libballast_wall_step.so").c_str(), 1);
    setenv("BALLAST_WALL_STEP", stage.path("step").c_str(), 1);
    stage.start_daemon();
    unsetenv("LD_PRELOAD");
    unsetenv("BALLAST_WALL_STEP");
  }
  [[nodiscard]] bool serve_five() const {
    return eventually([&] { return stage.workers().size() >= 5 && usable(stage.pool()) >= 5; });
  }
  static constexpr std::int64_t kDay = 86'400;
};

TEST_F(WallClock, SetByDaysUnderLoadAndBetweenTwoLivesStartsAndEndsNobody) {
#ifdef BALLAST_SANITIZED
  GTEST_SKIP() << "SKIPPED: the run-time of a sanitizer must be loaded before any other library";
#endif
  stage.put_policy({.min = 2, .max = 8, .window_seconds = 3, .per_worker = 14});
  stage.write("step", std::string(sizeof(std::int64_t), '\0'));
  stage.start_haproxy();
  start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  stage.start_load(70);
  ASSERT_TRUE(serve_five());
  ASSERT_TRUE(stage.decides(4)) << "what the surge asked for is there";
  const auto before = stage.workers();
  int told = 0;
  for (const std::int64_t off : {kDay, -kDay, std::int64_t{0}}) {
    is_off_by(off);
    ++told;
    ASSERT_TRUE(eventually([&] { return count_of(stage.daemon_log(), "the wall clock was set") == told; }));
    ASSERT_TRUE(stage.decides(8));
    EXPECT_EQ(stage.workers(), before) << off;
  }
  for (const std::int64_t off : {kDay, std::int64_t{0}}) {  // a life of tomorrow, and one of today after it
    stage.end_daemon(SIGKILL);
    is_off_by(off);
    start_daemon();
    ASSERT_TRUE(stage.decides(8)) << stage.daemon_log();
    EXPECT_EQ(stage.workers(), before) << off;
  }
  EXPECT_THAT(stage.asked_to_end(), IsEmpty());
  stage.end_load();
  EXPECT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  stage.start_load(70);
  EXPECT_TRUE(serve_five()) << stage.daemon_log();
}

}  // namespace
}  // namespace ballast::e2e
