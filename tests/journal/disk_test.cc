// What a journal does when its disk is full, broken, read-only, or its file is not what it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "controller/journal/codec.h"
#include "controller/journal/database.h"
#include "controller/journal/history.h"
#include "controller/journal/journal.h"
#include "controller/journal/schema.h"
#include "tests/journal/on_lossy_disk.h"
#include "tests/journal/support.h"

namespace ballast {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class OnFailingDisk : public OnLossyDisk, public ::testing::WithParamInterface<LossyDisk::Fault> {};

TEST_P(OnFailingDisk, SaysSoKeepsRecordsAndGoesOnWithASnapshot) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  ASSERT_TRUE(append("shop/web", 1));
  disk_.fail_writes(GetParam());
  for (std::uint64_t i = 2; i <= 4; ++i) {
    const auto failed = await(journal_->append(frame("shop/web", i), record("shop/web", i), Durability::full));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::unavailable) << failed.error().message;
    EXPECT_FALSE(journal_->writable());
    EXPECT_TRUE(journal_->needs_snapshot("shop/web"));
  }
  EXPECT_FALSE(snap("shop/web", 4));
  ASSERT_TRUE(journal_->gap());
  EXPECT_EQ(journal_->gap()->frames_lost, 3U);
  EXPECT_EQ(journal_->gap()->records_held, 3U);
  EXPECT_THAT(journal_->gap()->why, HasSubstr(kPath));

  disk_.fail_writes(LossyDisk::Fault::none);
  EXPECT_EQ(append("shop/web", 5).error().code, Errc::conflict);
  EXPECT_TRUE(journal_->writable());
  ASSERT_TRUE(snap("shop/web", 4));
  ASSERT_TRUE(append("shop/web", 5));
  EXPECT_FALSE(journal_->gap());
  open();
  EXPECT_EQ(recover("shop/web").snapshot.sequence, 4U);
  EXPECT_EQ(recover("shop/web").frames, (std::vector<Frame>{frame("shop/web", 5)}));
  auto history = History::open(kPath, disk_.name());
  ASSERT_TRUE(history) << history.error().message;
  const auto records = (*history)->records("shop/web", TimePoint{}, TimePoint::max(), 100);
  ASSERT_TRUE(records);
  EXPECT_EQ(*records, (std::vector<Record>{record("shop/web", 2), record("shop/web", 3), record("shop/web", 4)}));
}
std::string fault_name(const ::testing::TestParamInfo<LossyDisk::Fault>& fault) {
  constexpr std::array kNames{"none", "full", "io_error", "read_only"};
  return kNames[static_cast<std::size_t>(fault.param)];
}
INSTANTIATE_TEST_SUITE_P(Faults, OnFailingDisk,
                         ::testing::Values(LossyDisk::Fault::full, LossyDisk::Fault::io_error,
                                           LossyDisk::Fault::read_only),
                         fault_name);

TEST_F(OnLossyDisk, StartsOnADiskThatCannotBeWrittenAndStillRecovers) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  ASSERT_TRUE(append("shop/web", 1));
  journal_.reset();
  disk_.fail_writes(LossyDisk::Fault::read_only);
  open();
  EXPECT_FALSE(journal_->writable());
  EXPECT_EQ(recover("shop/web").frames.size(), 1U);
  EXPECT_FALSE(append("shop/web", 2));
  disk_.fail_writes(LossyDisk::Fault::none);
  ASSERT_TRUE(snap("shop/web", 2));
  EXPECT_TRUE(journal_->writable());
}

TEST_F(OnLossyDisk, KeepsACorruptFileAsideAndBeginsANewOne) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  journal_.reset();
  const std::string garbage(9000, 'g');
  disk_.overwrite(kPath, garbage);
  open();
  EXPECT_TRUE(journal_->writable());
  ASSERT_EQ(journal_->report().size(), 1U);
  EXPECT_THAT(journal_->report()[0], HasSubstr("/var/journal.db.corrupt-1"));
  EXPECT_EQ(disk_.read("/var/journal.db.corrupt-1"), garbage);
  EXPECT_TRUE(journal_->needs_snapshot("shop/web"));
  ASSERT_TRUE(snap("shop/web", 0));
  ASSERT_TRUE(append("shop/web", 1));
  journal_.reset();
  disk_.overwrite(kPath, garbage);
  open();
  EXPECT_THAT(disk_.files(), Contains("/var/journal.db.corrupt-2"));
}

TEST_F(OnLossyDisk, KeepsAFileThatCorruptsWhileItRunsAside) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  for (std::uint64_t i = 1; i <= 200; ++i) ASSERT_TRUE(append("shop/web", i, Durability::normal, 3000));
  ASSERT_TRUE(snap("shop/web", 200));
  journal_.reset();
  std::string bytes = *disk_.read(kPath);
  for (std::size_t i = 4096 * 4; i < bytes.size(); ++i) bytes[i] = '\x5a';  // the tables' pages, not the first ones
  disk_.overwrite(kPath, bytes);
  open();
  std::uint64_t sequence = 200;
  Result<Done> done = Done{};
  for (int i = 0; i < 20 && (done = snap("shop/web", ++sequence)); ++i) {
  }
  Snapshot last = snapshot("shop/web", ++sequence);
  last.document = 77;
  EXPECT_TRUE(await(journal_->snapshot(std::move(last), text("kind: ScalingPolicy"), Durability::full)));
  EXPECT_THAT(disk_.files(), Contains("/var/journal.db.corrupt-1"));
  EXPECT_FALSE(journal_->report().empty());
  EXPECT_EQ(await(journal_->document(77)),
            (Result<std::optional<std::string>>{std::optional<std::string>{"kind: ScalingPolicy"}}))
      << "the new file has the document too";
}

TEST_F(OnLossyDisk, RefusesANewerFileByNameAndLeavesItAlone) {
  open();
  journal_.reset();
  auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
  ASSERT_TRUE((*database)->script("PRAGMA user_version = 99"));
  database->reset();
  JournalOptions options;
  options.path = kPath;
  options.vfs = disk_.name();
  options.lock_folder = false;
  const auto opened = Journal::open(options, executor_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::denied);
  EXPECT_THAT(opened.error().message, HasSubstr("/var/journal.db: was written by a newer Ballast (schema 99"));
  const auto history = History::open(kPath, disk_.name());
  ASSERT_FALSE(history);
  EXPECT_EQ(history.error().code, Errc::denied);
}

TEST_F(OnLossyDisk, RefusesTheDatabaseOfAnotherProgram) {
  auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
  ASSERT_TRUE((*database)->script("CREATE TABLE bookmarks(url TEXT)"));
  database->reset();
  JournalOptions options;
  options.path = kPath;
  options.vfs = disk_.name();
  options.lock_folder = false;
  const auto opened = Journal::open(options, executor_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("another program"));
}

TEST_F(OnLossyDisk, MigratesForwardAndKeepsACopyOfTheFileAsItWas) {
  open();
  ASSERT_TRUE(snap("shop/web", 0));
  journal_.reset();
  const std::vector<const char*> steps{schema_steps()[0], "CREATE TABLE later(id INTEGER PRIMARY KEY)"};
  std::vector<std::string> notes;
  {
    auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
    ASSERT_TRUE(migrate(**database, steps, notes));
    EXPECT_EQ((*database)->integer("PRAGMA user_version", {}, 0), Result<std::int64_t>{2});
    ASSERT_TRUE(migrate(**database, steps, notes));
  }
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("/var/journal.db.v1"));
  auto copy = History::open("/var/journal.db.v1", disk_.name());
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ((*copy)->workloads(), (Result<std::vector<std::string>>{{"shop/web"}}));
}

TEST_F(OnLossyDisk, AStepThatFailsLeavesTheOldVersion) {
  open();
  journal_.reset();
  const std::vector<const char*> steps{schema_steps()[0], "CREATE TABLE later(id INTEGER); CREATE TABLE frames(x)"};
  std::vector<std::string> notes;
  auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
  EXPECT_FALSE(migrate(**database, steps, notes));
  EXPECT_EQ((*database)->integer("PRAGMA user_version", {}, 0), Result<std::int64_t>{1});
  EXPECT_EQ((*database)->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'later'", {}, 9),
            Result<std::int64_t>{0});
}

}  // namespace
}  // namespace ballast
