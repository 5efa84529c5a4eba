// Files for their owner alone, whole or not at all.
#include "controller/cli/private_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temporary_folder.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PrivateFile : public testing::Test {
 protected:
  [[nodiscard]] std::string content() const {
    std::ifstream in(path_);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(folder_.path()), {}); }
  TemporaryFolder folder_{"private"};
  fs::path path_ = folder_.path() / "token";
};

TEST_F(PrivateFile, TakesThePlaceOfTheOneBefore) {
  ASSERT_TRUE(write_private(path_, "one\n"));
  ASSERT_TRUE(write_private(path_, "two\n"));
  EXPECT_EQ(content(), "two\n");
  EXPECT_EQ(fs::status(path_).permissions() & fs::perms::all, fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(entries(), 1);
}

TEST_F(PrivateFile, IsNotWrittenThroughALinkOfSomebodyElse) {
  const fs::path other = folder_.path() / "other";
  fs::create_symlink(other, path_);
  fs::create_symlink(other, path_.string() + ".new");
  ASSERT_TRUE(write_private(path_, "secret"));
  EXPECT_FALSE(fs::exists(other));
  EXPECT_FALSE(fs::is_symlink(path_));
}

TEST_F(PrivateFile, LeavesNothingBehindWhereItCannotBe) {
  fs::create_directories(path_ / "full");
  const auto written = write_private(path_, "secret");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unavailable);
  EXPECT_THAT(written.error().message, HasSubstr(path_.string() + ": "));
  EXPECT_EQ(entries(), 1) << "no part of it";
  EXPECT_FALSE(write_private(folder_.path() / "nowhere" / "token", "secret"));
}

}  // namespace
}  // namespace ballast
