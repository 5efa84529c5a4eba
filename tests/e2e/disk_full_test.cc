// The disk that holds journal, records and logs of workers is full when the load rises: more workers are started all
// the same, nobody is taken away, people can see it, and when there is room everything is as ever.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>

#include "tests/e2e/stage.h"
#include "tests/support/small_disk.h"
#include "tests/support/temporary_folder.h"

namespace ballast::e2e {
namespace {

using ::testing::IsEmpty;

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!RealHaproxy::installed()) GTEST_SKIP() << "SKIPPED: there is no HAProxy";
    constexpr std::size_t kSize = std::size_t{8} << 20;
    disk.emplace(place.path(), kSize);
    if (!disk->problem().empty()) GTEST_SKIP() << "SKIPPED: " << disk->problem();
    std::filesystem::remove(stage.state());
    std::filesystem::create_directory_symlink(place.path(), stage.state());
    stage.put_policy({.min = 2, .max = 12, .window_seconds = kWindow, .per_worker = 14});
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(2));
  }
  [[nodiscard]] bool serve_at_least(std::size_t workers) const {
    return eventually(
        [&] { return stage.workers().size() >= workers && usable(stage.pool()) >= static_cast<int>(workers); });
  }
  [[nodiscard]] bool is_writable() const {
    return get(stage.daemon_port(), "/metrics").body.find("ballast_journal_writable 1\n") != std::string::npos;
  }
  static constexpr int kWindow = 2;
  TemporaryFolder place{"disk"};
  std::optional<SmallDisk> disk{};
  // Ends first: it has files on the disk.
  Stage stage;
};

TEST_F(FullDisk, InTheMiddleOfASurgeLetsItBeAnsweredAndTakesNobodyAwayUntilThereIsRoom) {
  stage.start_load(60);
  ASSERT_TRUE(eventually([&] { return stage.workers().size() >= 3; }));
  ASSERT_TRUE(disk->fill());
  ASSERT_TRUE(eventually([&] { return !is_writable(); })) << stage.daemon_log();
  stage.end_load();
  stage.start_load(110);
  EXPECT_TRUE(serve_at_least(7)) << stage.daemon_log();
  EXPECT_TRUE(stage.log_says("the journal cannot be written, nothing is taken away"));
  EXPECT_TRUE(stage.log_says("No space left on device")) << "of the workers' records";
  stage.end_load();
  ASSERT_TRUE(stage.decides(4 * kWindow + 4));
  EXPECT_THAT(stage.asked_to_end(), IsEmpty()) << "though nobody needs them";

  disk->make_room();
  EXPECT_TRUE(eventually([&] { return is_writable(); }));
  EXPECT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  const auto replay = stage.ballast({"replay", "--strict", "--state-dir", stage.state()});
  EXPECT_EQ(replay.status, 0) << replay.out << replay.err;
}

TEST_F(FullDisk, AKillAndAStartOnItKeepEveryWorkerAndTheServiceGrows) {
  ASSERT_TRUE(disk->fill());
  stage.start_load(70);
  ASSERT_TRUE(serve_at_least(5)) << stage.daemon_log();
  const auto before = stage.workers();
  EXPECT_EQ(stage.end_daemon(SIGKILL), 128 + SIGKILL);
  stage.start_daemon();
  ASSERT_TRUE(stage.decides(2 * kWindow + 4)) << stage.daemon_log();
  for (const auto& worker : before) EXPECT_THAT(stage.workers(), testing::Contains(worker));
  stage.end_load();
  stage.start_load(110);
  EXPECT_TRUE(serve_at_least(7)) << stage.daemon_log();
  EXPECT_THAT(stage.asked_to_end(), IsEmpty());
  std::vector<std::string> names;
  for (const auto& worker : stage.workers()) names.push_back(worker.name);
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << "nobody has the name of another";
  stage.end_load();
  disk->make_room();
  EXPECT_TRUE(stage.settles_at(2)) << stage.daemon_log();
}

}  // namespace
}  // namespace ballast::e2e
