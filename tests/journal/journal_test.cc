#include "controller/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "controller/journal/codec.h"
#include "controller/journal/database.h"
#include "controller/journal/history.h"
#include "controller/journal/schema.h"
#include "tests/journal/on_lossy_disk.h"
#include "tests/journal/support.h"

namespace ballast {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST_F(OnLossyDisk, RecoversTheNewestSnapshotAndTheFramesAfterIt) {
  open();
  EXPECT_EQ(await(journal_->recover("shop/web")), (Result<std::optional<Recovered>>{std::optional<Recovered>{}}));
  ASSERT_TRUE(snap("shop/web", 0));
  ASSERT_TRUE(snap("shop/api", 0));
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(append("shop/web", i));
    ASSERT_TRUE(append("shop/api", i));
    if (i == 3) {
      ASSERT_TRUE(snap("shop/web", 3));
    }
  }
  open();
  const Recovered web = recover("shop/web");
  EXPECT_EQ(web.snapshot, snapshot("shop/web", 3));
  EXPECT_EQ(web.frames, (std::vector<Frame>{frame("shop/web", 4), frame("shop/web", 5)}));
  EXPECT_EQ(web.damage, "");
  EXPECT_EQ(recover("shop/api").frames.size(), 5U);
  EXPECT_EQ(await(journal_->workloads()), (Result<std::vector<std::string>>{{"shop/api", "shop/web"}}));
  EXPECT_EQ(journal_->newest(), at_second(25));
  EXPECT_FALSE(journal_->needs_snapshot("shop/web"));
  EXPECT_TRUE(journal_->needs_snapshot("shop/new"));
  ASSERT_TRUE(append("shop/web", 6));
}

TEST_F(OnLossyDisk, RefusesAFrameThatDoesNotFollow) {
  open();
  EXPECT_EQ(append("shop/web", 1).error().code, Errc::conflict);
  ASSERT_TRUE(snap("shop/web", 0));
  ASSERT_TRUE(append("shop/web", 1));
  const auto skipped = append("shop/web", 3);
  ASSERT_FALSE(skipped);
  EXPECT_EQ(skipped.error().code, Errc::conflict);
  EXPECT_THAT(skipped.error().message, HasSubstr("shop/web: frame 3 follows 1: take a snapshot first"));
  EXPECT_TRUE(journal_->needs_snapshot("shop/web"));
  ASSERT_TRUE(snap("shop/web", 3));
  EXPECT_TRUE(append("shop/web", 4));
}

TEST_F(OnLossyDisk, FallsBackToTheSnapshotBeforeABrokenOne) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  for (std::uint64_t i = 1; i <= 4; ++i) ASSERT_TRUE(append("shop/web", i));
  ASSERT_TRUE(snap("shop/web", 4));
  ASSERT_TRUE(append("shop/web", 5));
  journal_.reset();
  auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
  ASSERT_TRUE((*database)->run("UPDATE snapshots SET body = x'0102030405060708' WHERE sequence = 4"));
  database->reset();
  open();
  const Recovered web = recover("shop/web");
  EXPECT_EQ(web.snapshot, snapshot("shop/web", 0));
  EXPECT_EQ(web.frames.size(), 5U);
  EXPECT_THAT(web.damage, HasSubstr("snapshot at 4"));
  EXPECT_TRUE(journal_->needs_snapshot("shop/web"));
}

TEST_F(OnLossyDisk, StopsAtARottenFrameAndGoesOnFromThereWithASnapshot) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  for (std::uint64_t i = 1; i <= 4; ++i) ASSERT_TRUE(append("shop/web", i));
  journal_.reset();
  auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
  ASSERT_TRUE(
      (*database)->run("UPDATE frames SET body = substr(body, 1, length(body) - 1) || x'00' WHERE sequence = 3"));
  database->reset();
  open();
  const Recovered web = recover("shop/web");
  EXPECT_EQ(web.frames.size(), 2U);
  EXPECT_THAT(web.damage, HasSubstr("frame 3"));
  EXPECT_EQ(append("shop/web", 3).error().code, Errc::conflict);
  ASSERT_TRUE(snap("shop/web", 2));
  ASSERT_TRUE(append("shop/web", 3));
  open();
  EXPECT_EQ(recover("shop/web").damage, "");
  EXPECT_EQ(recover("shop/web").frames, (std::vector<Frame>{frame("shop/web", 3)}));
}

TEST_F(OnLossyDisk, KeepsDocumentsAndPairs) {
  open();
  ASSERT_TRUE(await(journal_->put_document(0xffff'ffff'ffff'ff01, text("kind: ScalingPolicy"))));
  ASSERT_TRUE(await(journal_->put_document(0xffff'ffff'ffff'ff01, text("kind: ScalingPolicy"))));
  std::vector<PairToWrite> pairs{{"silence/1", "for web"}, {"silence/2", "for api"}, {"queue/1", "page"}};
  ASSERT_TRUE(await(journal_->put(std::move(pairs), Durability::full)));
  ASSERT_TRUE(await(journal_->put({{"silence/1", std::nullopt}}, Durability::full)));
  open();
  EXPECT_EQ(await(journal_->document(0xffff'ffff'ffff'ff01)),
            (Result<std::optional<std::string>>{std::optional<std::string>{"kind: ScalingPolicy"}}));
  EXPECT_EQ(await(journal_->document(2)), (Result<std::optional<std::string>>{std::optional<std::string>{}}));
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(await(journal_->pairs("silence/")), (Result<Pairs>{Pairs{{"silence/2", "for api"}}}));
}

TEST_F(OnLossyDisk, SnapshotIsDueWhenTheFramesOutweighIt) {
  open();
  ASSERT_TRUE(snap("shop/web", 0, 20'000));
  std::uint64_t i = 0;
  while (!journal_->snapshot_due("shop/web") && i < 1000) ASSERT_TRUE(append("shop/web", ++i, Durability::normal, 900));
  EXPECT_GT(i, 18U);
  EXPECT_LT(i, 24U);
  open();
  EXPECT_TRUE(journal_->snapshot_due("shop/web"));
  ASSERT_TRUE(snap("shop/web", i, 20'000));
  EXPECT_FALSE(journal_->snapshot_due("shop/web"));
}

TEST_F(OnLossyDisk, LosesNothingCommittedFullyAndOnlyTheNewestOfTheRest) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  for (std::uint64_t i = 1; i <= 10; ++i)
    ASSERT_TRUE(append("shop/web", i, i == 7 ? Durability::full : Durability::normal));
  disk_.crash_now();
  journal_.reset();
  disk_.power_cycle(LossyDisk::Loss::everything);
  open();
  EXPECT_EQ(recover("shop/web").frames.size(), 7U);
}

TEST_F(OnLossyDisk, FlushMakesEverythingBeforeItDurable) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  for (std::uint64_t i = 1; i <= 10; ++i) ASSERT_TRUE(append("shop/web", i));
  ASSERT_TRUE(await(journal_->flush()));
  disk_.crash_now();
  journal_.reset();
  disk_.power_cycle(LossyDisk::Loss::everything);
  open();
  EXPECT_EQ(recover("shop/web").frames.size(), 10U);
}

TEST_F(OnLossyDisk, ReadsBackTheStateOfAnyTime) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  for (std::uint64_t i = 1; i <= 20; ++i) {
    ASSERT_TRUE(append("shop/web", i));
    if (i % 6 == 0) {
      ASSERT_TRUE(snap("shop/web", i));
    }
  }
  auto history = History::open(kPath, disk_.name());
  ASSERT_TRUE(history);
  const auto at = (*history)->until("shop/web", at_second(12 * 5 + 2));
  ASSERT_TRUE(at && *at);
  EXPECT_EQ((*at)->snapshot.sequence, 6U);
  ASSERT_EQ((*at)->frames.size(), 6U);
  EXPECT_EQ((*at)->frames.back(), frame("shop/web", 12));
  EXPECT_EQ((*history)->until("shop/web", at_second(1)),
            (Result<std::optional<Recovered>>{std::optional<Recovered>{}}));
  EXPECT_EQ((*history)->newest(), Result<TimePoint>{at_second(100)});
}

/// Keeps work until it is told to go on: what arrives meanwhile must be committed together.
class HeldExecutor final : public Executor {
 public:
  void run(std::function<void()> work, std::function<void()> done) override {
    held_.emplace_back(std::move(work), std::move(done));
  }
  bool step() {
    if (held_.empty()) return false;
    auto next = std::move(held_.front());
    held_.erase(held_.begin());
    next.first();
    next.second();
    return true;
  }

 private:
  std::vector<std::pair<std::function<void()>, std::function<void()>>> held_{};
};

Task<void> append_and_count(Journal* journal, Frame frame, int* done) {
  auto result = co_await journal->append(std::move(frame), std::nullopt, Durability::full);
  if (result) ++*done;
}
Task<void> snap_and_count(Journal* journal, Snapshot snapshot, int* done) {
  auto result = co_await journal->snapshot(std::move(snapshot), nullptr, Durability::full);
  if (result) ++*done;
}

TEST_F(OnLossyDisk, CommitsWhatArrivesTogetherWithOneSync) {
  HeldExecutor held;
  JournalOptions options;
  options.path = kPath;
  options.vfs = disk_.name();
  options.lock_folder = false;
  auto journal = Journal::open(options, held);
  ASSERT_TRUE(journal);
  TaskGroup tasks;
  int done = 0;
  for (int i = 0; i < 500; ++i)
    tasks.spawn(snap_and_count(journal->get(), snapshot("w" + std::to_string(i), 0), &done));
  EXPECT_EQ(done, 0);
  ASSERT_TRUE(held.step());  // the first alone: nobody else had come yet
  EXPECT_EQ(done, 1);
  ASSERT_TRUE(held.step());
  EXPECT_EQ(done, 500);
  EXPECT_FALSE(held.step());
  for (int i = 0; i < 500; ++i) tasks.spawn(append_and_count(journal->get(), frame("w" + std::to_string(i), 1), &done));
  const auto before = disk_.points();
  ASSERT_TRUE(held.step());
  const auto one = disk_.points() - before;
  ASSERT_TRUE(held.step());
  EXPECT_EQ(done, 1000);
  EXPECT_LT(disk_.points() - before - one, 100U) << "499 commits would be 499 syncs and twice the writes";
}

TEST_F(OnLossyDisk, AWaiterThatIsGoneIsForgottenAndItsFrameIsStillWritten) {
  HeldExecutor held;
  JournalOptions options;
  options.path = kPath;
  options.vfs = disk_.name();
  options.lock_folder = false;
  auto journal = Journal::open(options, held);
  ASSERT_TRUE(journal);
  int done = 0;
  {
    TaskGroup tasks;
    tasks.spawn(snap_and_count(journal->get(), snapshot("shop/web", 0), &done));
    tasks.spawn(append_and_count(journal->get(), frame("shop/web", 1), &done));
  }
  journal->reset();
  while (held.step()) {
  }
  EXPECT_EQ(done, 0);
  open();
  EXPECT_EQ(recover("shop/web").frames.size(), 1U);
}

TEST(JournalOnDisk, IsReadByAnotherConnectionWhileItIsWritten) {
  Folder folder;
  InlineExecutor executor;
  JournalOptions options;
  options.path = folder.path("state/journal.db");
  auto journal = Journal::open(options, executor);
  ASSERT_TRUE(journal) << journal.error().message;
  ASSERT_TRUE(await((*journal)->snapshot(snapshot("shop/web", 0), nullptr, Durability::full)));
  auto history = History::open(options.path);
  ASSERT_TRUE(history) << history.error().message;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(await((*journal)->append(frame("shop/web", i), record("shop/web", i), Durability::normal)));
    EXPECT_EQ((**(*history)->recover("shop/web")).frames.size(), i);
  }
  EXPECT_EQ((*history)->records("", TimePoint{}, TimePoint::max(), 2)->size(), 2U);
  journal->reset();
  EXPECT_TRUE(History::open(options.path));
  const auto missing = History::open(folder.path("none.db"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
}

TEST(JournalOnDisk, IsHeldByOneDaemonAtATime) {
  Folder folder;
  InlineExecutor executor;
  JournalOptions options;
  options.path = folder.path("journal.db");
  auto first = Journal::open(options, executor);
  ASSERT_TRUE(first);
  auto second = Journal::open(options, executor);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::denied);
  EXPECT_THAT(second.error().message, HasSubstr("pid " + std::to_string(::getpid())));
  first->reset();
  EXPECT_TRUE(Journal::open(options, executor));
}

}  // namespace
}  // namespace ballast
