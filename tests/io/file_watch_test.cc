#include "io/file_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/task.h"
#include "io/file_state.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class FileWatchTest : public testing::TestWithParam<bool> {
 protected:
  FileWatchTest() { fs::create_directories(folder_); }
  ~FileWatchTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  void watch(std::vector<std::string> paths) {
    const FileWatchOptions options{
        .settle = 20ms, .poll = GetParam() ? Duration{10min} : Duration{20ms}, .inotify = GetParam()};
    watch_ = make_file_watch(
        *loop_, std::move(paths), [this] { heard(); }, options);
  }
  void heard() {
    ++changes_;
    loop_->stop();
  }
  /// Runs until a change is heard; false after `span` without one.
  bool hears(Duration span = 5s) {
    const int before = changes_;
    TaskGroup group;
    group.spawn(stop_after(*loop_, span));
    loop_->run();
    return changes_ > before;
  }
  static Task<void> stop_after(Loop& loop, Duration span) {
    co_await Sleep(loop, loop.now() + span);
    loop.stop();
  }

  fs::path folder_ = fs::path(testing::TempDir()) / ("ballast-watch-" + std::to_string(getpid()));
  std::unique_ptr<Loop> loop_ = make_loop();
  std::unique_ptr<FileWatch> watch_{};
  int changes_ = 0;
};

INSTANTIATE_TEST_SUITE_P(By, FileWatchTest, testing::Bool(),
                         [](const auto& by) { return by.param ? "Inotify" : "Polling"; });

TEST_P(FileWatchTest, HearsThatAFileIsWrittenReplacedRemovedAndMade) {
  write("a", "1");
  watch({path("a")});
  write("a", "22");
  EXPECT_TRUE(hears()) << "written";
  write("a.tmp", "33");
  fs::rename(path("a.tmp"), path("a"));
  EXPECT_TRUE(hears()) << "replaced";
  fs::remove(path("a"));
  EXPECT_TRUE(hears()) << "removed";
  write("a", "4");
  EXPECT_TRUE(hears()) << "made";
}

TEST_P(FileWatchTest, HearsTheSwapOfAMountedSecret) {
  fs::create_directories(folder_ / "..v1");
  fs::create_directories(folder_ / "..v2");
  write("..v1/tls.crt", "same");
  write("..v2/tls.crt", "same");
  fs::create_directory_symlink("..v1", folder_ / "..data");
  fs::create_symlink("..data/tls.crt", folder_ / "tls.crt");
  watch({path("tls.crt")});
  fs::create_directory_symlink("..v2", folder_ / "..data_tmp");
  fs::rename(folder_ / "..data_tmp", folder_ / "..data");
  fs::remove_all(folder_ / "..v1");
  EXPECT_TRUE(hears());
}

TEST_P(FileWatchTest, HearsEntriesOfADirectoryComeChangeAndGo) {
  fs::create_directories(folder_ / "docs");
  watch({path("docs")});
  write("docs/a.yaml", "1");
  EXPECT_TRUE(hears()) << "comes";
  write("docs/a.yaml", "22");
  EXPECT_TRUE(hears()) << "changes";
  fs::remove(path("docs/a.yaml"));
  EXPECT_TRUE(hears()) << "goes";
}

TEST_P(FileWatchTest, HearsAPathThatDidNotExistYetNorItsDirectory) {
  watch({path("later/deep/a")});
  fs::create_directories(folder_ / "later/deep");
  write("later/deep/a", "1");
  EXPECT_TRUE(hears());
  write("later/deep/a", "22");
  EXPECT_TRUE(hears());
}

TEST_P(FileWatchTest, CallsOnceForABurstAndNotForOtherFiles) {
  write("a", "1");
  watch({path("a")});
  for (int i = 0; i < 50; ++i) write("a", std::to_string(i));
  EXPECT_TRUE(hears());
  write("b", "other");
  EXPECT_FALSE(hears(100ms));
  EXPECT_EQ(changes_, 1);
}

TEST_P(FileWatchTest, MayBeDestroyedByWhatItCallsAndWhileItWaits) {
  write("a", "1");
  auto own = make_file_watch(*loop_, {path("a")},
                             [&] {
                               watch_.reset();
                               heard();
                             },
                             {.settle = 1ms, .poll = 20ms, .inotify = GetParam()});
  watch_ = std::move(own);
  write("a", "22");
  EXPECT_TRUE(hears());
  EXPECT_EQ(watch_, nullptr);
  watch({path("a")});
  write("a", "333");
  watch_.reset();
  EXPECT_FALSE(hears(100ms));
}

}  // namespace
}  // namespace ballast
