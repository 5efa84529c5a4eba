#include "controller/journal/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "tests/journal/support.h"

namespace ballast {
namespace {

using ::testing::HasSubstr;

TEST(Lock, KeepsASecondOutAndNamesTheHolder) {
  Folder folder;
  std::optional<Result<Lock>> first = lock_folder(folder.path("state"));
  ASSERT_TRUE(*first);
  const auto second = lock_folder(folder.path("state"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::denied);
  EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(::getpid()) + ", started 2"));
  EXPECT_THAT(second.error().message, HasSubstr(folder.path("state")));
  first.reset();
  EXPECT_TRUE(lock_folder(folder.path("state")));
}

TEST(Lock, EndsWithAKilledHolder) {
  Folder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    const auto held = lock_folder(folder.path("state"));
    const char word = held ? 'y' : 'n';
    if (::write(ready[1], &word, 1) == 1) ::pause();
    ::_exit(1);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  const auto refused = lock_folder(folder.path("state"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("pid " + std::to_string(holder)));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(lock_folder(folder.path("state")));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(LockTarget, IsByTargetAndTakesAnyName) {
  Folder folder;
  const auto web = lock_target(folder.path("locks"), "process/shop/web ../x");
  ASSERT_TRUE(web) << web.error().message;
  EXPECT_TRUE(std::filesystem::exists(folder.path("locks/process%2Fshop%2Fweb%20..%2Fx.lock")));
  EXPECT_FALSE(lock_target(folder.path("locks"), "process/shop/web ../x"));
  EXPECT_TRUE(lock_target(folder.path("locks"), "process/shop/api"));
}

TEST(Lock, SaysWhereItCannotLock) {
  const auto lock = lock_folder("/proc/none");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::unavailable);
  EXPECT_THAT(lock.error().message, HasSubstr("/proc/none/lock"));
}

}  // namespace
}  // namespace ballast
