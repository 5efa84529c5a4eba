// The cap on bytes, and what stays whatever the cap.
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

TEST_F(OnLossyDisk, StaysUnderItsCapAndKeepsWhatRecoveryNeeds) {
  constexpr std::int64_t kCap = 400'000;
  open(kCap);
  ASSERT_TRUE(snap("shop/gone", 0));
  ASSERT_TRUE(append("shop/gone", 1));
  ASSERT_TRUE(snap("shop/web", 0));
  ASSERT_TRUE(snap("shop/api", 0));
  for (std::uint64_t i = 1; i <= 4000; ++i) {
    for (const char* name : {"shop/web", "shop/api"}) {
      if (journal_->snapshot_due(name)) {
        ASSERT_TRUE(snap(name, i - 1, 3000));
      }
      ASSERT_TRUE(await(journal_->append(frame(name, i, 200), record(name, i), Durability::normal)));
    }
  }
  ASSERT_TRUE(await(journal_->flush()));
  journal_.reset();
  EXPECT_LT(disk_.read(kPath)->size(), static_cast<std::size_t>(kCap) * 3 / 2);
  open(kCap);
  EXPECT_EQ(recover("shop/gone").frames, (std::vector<Frame>{frame("shop/gone", 1)}));
  for (const char* name : {"shop/web", "shop/api"}) {
    const Recovered recovered = recover(name);
    EXPECT_EQ(recovered.damage, "");
    EXPECT_EQ(recovered.snapshot.sequence + recovered.frames.size(), 4000U);
  }
  auto history = History::open(kPath, disk_.name());
  ASSERT_TRUE(history);
  // Records have a share of their own: they reach further back than frames.
  const auto records = (*history)->records("shop/web", TimePoint{}, TimePoint::max(), 100'000);
  std::size_t frames = 0;
  int snapshots = 0;
  ASSERT_TRUE(
      (*history)->walk("shop/web", History::Walk{[&](const Snapshot&) { ++snapshots; }, [&](const Frame&) { ++frames; },
                                                 [](const std::string& damage) { ADD_FAILURE() << damage; }}));
  EXPECT_GT(records->size(), 300U);  // of 4000
  EXPECT_LT(records->size(), 1000U);
  EXPECT_GT(frames, 100U);
  EXPECT_LT(frames, 1000U);
  EXPECT_GE(snapshots, 2);
  history->reset();
  journal_.reset();
  auto database = Database::open(kPath, disk_.name(), Database::Mode::read_write);
  ASSERT_TRUE((*database)->run(
      "UPDATE snapshots SET body = x'00' WHERE id IN (SELECT max(id) FROM snapshots GROUP BY workload)"));
  database->reset();
  open(kCap);
  for (const char* name : {"shop/web", "shop/api"}) {
    const Recovered older = recover(name);
    EXPECT_EQ(older.snapshot.sequence + older.frames.size(), 4000U) << "frames after the older of two snapshots stay";
  }
}

TEST_F(OnLossyDisk, AsksForASnapshotOfWhatHoldsBackPruning) {
  constexpr std::int64_t kCap = 200'000;
  open(kCap);
  ASSERT_TRUE(snap("shop/idle", 0, 50'000));
  ASSERT_TRUE(snap("shop/idle", 0, 50'000));
  ASSERT_TRUE(append("shop/idle", 1));
  EXPECT_FALSE(journal_->snapshot_due("shop/idle"));
  ASSERT_TRUE(snap("shop/web", 0, 80'000));
  std::uint64_t i = 0;
  while (!journal_->snapshot_due("shop/idle") && i < 500) ASSERT_TRUE(append("shop/web", ++i, Durability::normal, 500));
  EXPECT_LT(i, 500U);
}

}  // namespace
}  // namespace ballast
