// Another build takes the place of the one that runs, under load: a person's word, what was decided and every worker
// outlast it, and no request fails.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {
namespace fs = std::filesystem;

using ::testing::HasSubstr;

class Upgrade : public OnStage {
 protected:
  /// As package managers do it: the new file takes the name, the old one goes on without.
  void install() const {
    fs::create_directories(file_.parent_path());
    fs::copy_file(ballast_program(), file_.string() + ".new");
    fs::rename(file_.string() + ".new", file_);
  }
  [[nodiscard]] Finished say(std::vector<std::string> words) {
    words.insert(words.end(), {"--state-dir", stage.state()});
    return stage.ballast(std::move(words));
  }
  fs::path file_ = stage.path("installed/ballast");
};

TEST_F(Upgrade, UnderLoadFailsNoRequestTouchesNoWorkerAndGoesOnFromWhereItWas) {
  stage.put_policy({.min = 3, .max = 8});
  stage.start_haproxy();
  install();
  stage.start_daemon(file_);
  ASSERT_TRUE(stage.settles_at(3));
  stage.start_load(40);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 1'000'000));

  install();
  ASSERT_EQ(say({"scale", "web", "5", "--for", "1h", "--reason", "the sale begins"}).status, 0);
  ASSERT_TRUE(stage.settles_at(5)) << "the old one can still start workers\n" << stage.daemon_log();
  const auto before = stage.workers();
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 1'000'000)) << "nobody steers";
  stage.start_daemon(file_);
  ASSERT_TRUE(eventually([&] { return get(stage.daemon_port(), "/readyz").status == 200; }));
  ASSERT_TRUE(stage.decides(6));
  EXPECT_EQ(stage.workers(), before);
  EXPECT_EQ(usable(stage.pool()), 5);
  EXPECT_THAT(say({"explain", "web", "--at", "-0s"}).out, HasSubstr("the sale begins"));
  ASSERT_EQ(say({"scale", "web", "6", "--for", "1h"}).status, 0);
  EXPECT_TRUE(stage.settles_at(6)) << "the new one steers\n" << stage.daemon_log();

  expect_none_failed(stage.end_load());
  EXPECT_EQ(stage.worker_events("started"), 6);
  EXPECT_THAT(stage.asked_to_end(), testing::IsEmpty());
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
  const auto replay = say({"replay", "--strict"});
  EXPECT_EQ(replay.status, 0) << replay.out << replay.err;
}

}  // namespace
}  // namespace ballast::e2e
