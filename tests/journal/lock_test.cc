#include "controller/journal/lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "tests/journal/support.h"

namespace ballast {
namespace {

using ::testing::HasSubstr;

/// While another process holds what `hold` takes, `want` is refused and names it; once that is killed it is not.
void expect_end_with_holder(const std::function<Result<Lock>()>& hold, const std::function<Result<Lock>()>& want) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    const auto held = hold();
    const char word = held ? 'y' : 'n';
    if (::write(ready[1], &word, 1) == 1) ::pause();
    ::_exit(1);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  const auto refused = want();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("pid " + std::to_string(holder)));
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_TRUE(want());
  ::close(ready[0]);
  ::close(ready[1]);
}

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
  const auto take = [&] { return lock_folder(folder.path("state")); };
  expect_end_with_holder(take, take);
}

TEST(LockTarget, IsByTargetAndTakesAnyName) {
  Folder folder;
  const auto web = lock_target(folder.path("locks"), "process/shop/web ../x");
  ASSERT_TRUE(web) << web.error().message;
  EXPECT_TRUE(std::filesystem::exists(folder.path("locks/process%2Fshop%2Fweb%20..%2Fx.lock")));
  EXPECT_FALSE(lock_target(folder.path("locks"), "process/shop/web ../x"));
  EXPECT_TRUE(lock_target(folder.path("locks"), "process/shop/api"));
}

TEST(LockRange, IsDeniedWhenAnyNumberIsHeld) {
  Folder folder;
  const std::string locks = folder.path("locks");
  std::optional<Result<Lock>> web = lock_range(locks, "port", 9001, 9050);
  ASSERT_TRUE(*web) << web->error().message;
  for (const auto& [first, last] : {std::pair{9001, 9050}, std::pair{9050, 9060}, std::pair{8000, 9001},
                                    std::pair{9010, 9010}, std::pair{1, 65535}}) {
    const auto refused = lock_range(locks, "port", first, last);
    ASSERT_FALSE(refused) << first;
    EXPECT_EQ(refused.error().code, Errc::denied);
    EXPECT_THAT(refused.error().message, HasSubstr("pid " + std::to_string(::getpid()) + ", started 2"));
    EXPECT_THAT(refused.error().message, HasSubstr("ports " + std::to_string(first) + "-" + std::to_string(last)));
  }
  const auto below = lock_range(locks, "port", 9000, 9000);
  const auto above = lock_range(locks, "port", 9051, 65535);
  const auto other_kind = lock_range(locks, "seat", 9001, 9050);
  EXPECT_TRUE(below && above && other_kind);
  web.reset();
  EXPECT_TRUE(lock_range(locks, "port", 9001, 9050));
  EXPECT_FALSE(lock_range(locks, "port", 9001, 9051));
  EXPECT_EQ(lock_range(locks, "port", 7, 6).error().code, Errc::bug);
  EXPECT_EQ(lock_range(locks, "port", 7, 65536).error().code, Errc::bug);
}

TEST(LockRange, EndsWithAKilledHolder) {
  Folder folder;
  expect_end_with_holder([&] { return lock_range(folder.path("locks"), "port", 10, 20); },
                         [&] { return lock_range(folder.path("locks"), "port", 20, 30); });
}

TEST(Lock, SaysWhereItCannotLock) {
  const auto lock = lock_folder("/proc/none");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::unavailable);
  EXPECT_THAT(lock.error().message, HasSubstr("/proc/none/lock"));
}

}  // namespace
}  // namespace ballast
