// The power goes at every single write, truncation, deletion and sync of a journal's life, before and after it, with
// all or some of what was not synced lost.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "controller/journal/history.h"
#include "controller/journal/journal.h"
#include "tests/journal/support.h"
#include "tests/lossy_vfs/lossy_vfs.h"

namespace ballast {
namespace {

/// What the journal was asked to keep, and what it promised.
struct Promise {
  std::uint64_t asked = 0;    ///< newest sequence handed over
  std::uint64_t durable = 0;  ///< newest sequence that was said to be on the disk
  bool exists = false;        ///< its first snapshot was said to be on the disk
};

struct Story {
  std::map<std::string, Promise> workloads{{"shop/api", {}}, {"shop/web", {}}};
  bool document = false;
  std::string pair{};
  std::string pair_asked{};
};

JournalOptions options(const LossyDisk& disk) {
  JournalOptions options;
  options.path = "/journal.db";
  options.vfs = disk.name();
  options.lock_folder = false;
  options.max_bytes = 40'000;  // ticks are pruned, too
  options.log_pages = 12;      // and the log is folded back many times
  return options;
}

void promise_all(Story& story) {
  for (auto& [name, promise] : story.workloads) promise.durable = promise.asked;
}

/// Two workloads tick; every third tick acts. Ends early when the power goes.
void live(Journal& journal, LossyDisk& disk, Story& story, std::uint64_t ticks) {
  if (await(journal.put_document(77, text("kind: ScalingPolicy"))) && await(journal.flush())) story.document = true;
  for (std::uint64_t i = 0; i < ticks && !disk.crashed(); ++i) {
    for (auto& [name, promise] : story.workloads) {
      const std::uint64_t next = promise.asked + 1;
      if (journal.needs_snapshot(name) || (journal.snapshot_due(name) && i % 2 == 0)) {
        if (!await(journal.snapshot(snapshot(name, promise.asked, 900), nullptr, Durability::full))) return;
        promise_all(story);
        promise.exists = true;
      }
      promise.asked = next;
      const bool acts = next % 3 == 0;
      const auto done =
          await(journal.append(frame(name, next, 300), next % 2 == 0 ? std::optional{record(name, next)} : std::nullopt,
                               acts ? Durability::full : Durability::normal));
      if (!done) return;
      if (acts) promise_all(story);
    }
    story.pair_asked = "value " + std::to_string(i);
    if (!await(journal.put({{"queue/1", story.pair_asked}}, Durability::full))) return;
    story.pair = story.pair_asked;
    promise_all(story);
  }
}

void check(Journal& journal, const Story& story) {
  for (const auto& [name, promise] : story.workloads) {
    auto found = await(journal.recover(name));
    ASSERT_TRUE(found) << found.error().message;
    if (!*found) {
      EXPECT_FALSE(promise.exists) << name;
      continue;
    }
    const Recovered& recovered = **found;
    EXPECT_EQ(recovered.damage, "");
    if (recovered.snapshot.sequence > 0 || promise.exists) {
      EXPECT_EQ(recovered.snapshot, snapshot(name, recovered.snapshot.sequence, 900));
    }
    std::uint64_t last = recovered.snapshot.sequence;
    for (const Frame& got : recovered.frames) {
      ++last;
      EXPECT_EQ(got, frame(name, last, 300));
    }
    EXPECT_GE(last, promise.durable) << name;
    EXPECT_LE(last, promise.asked) << name;
  }
  if (story.document) {
    EXPECT_TRUE((*await(journal.document(77))).has_value());
  }
  const auto pairs = await(journal.pairs("queue/"));
  ASSERT_TRUE(pairs);
  if (!story.pair.empty()) {
    ASSERT_EQ(pairs->size(), 1U);
    EXPECT_TRUE((*pairs)[0].second == story.pair || (*pairs)[0].second == story.pair_asked);
  }
}

/// What comes after is as good as what was before.
void live_on(Journal& journal, LossyDisk& disk, Story& story) {
  for (auto& [name, promise] : story.workloads) {
    auto found = await(journal.recover(name));
    promise = Promise{};
    if (found && *found) promise.asked = (*found)->snapshot.sequence + (*found)->frames.size();
  }
  live(journal, disk, story, 4);
  for (const auto& [name, promise] : story.workloads) EXPECT_EQ(promise.durable, promise.asked) << name;
}

constexpr std::uint64_t kTicks = 30;

struct Cut {
  bool after = false;
  LossyDisk::Loss loss = LossyDisk::Loss::everything;
};

/// Whether the power went.
bool survives(std::uint64_t point, Cut cut) {
  LossyDisk disk("crash", point);
  InlineExecutor executor;
  Story story;
  disk.crash_at(point, cut.after);
  {
    auto journal = Journal::open(options(disk), executor);
    if (journal && (*journal)->writable()) live(**journal, disk, story, kTicks);
  }
  const bool crashed = disk.crashed();
  disk.power_cycle(cut.loss);
  auto journal = Journal::open(options(disk), executor);
  EXPECT_TRUE(journal) << journal.error().message;
  if (!journal) return crashed;
  EXPECT_TRUE((*journal)->writable()) << (*journal)->gap().value_or(Gap{}).why;
  EXPECT_TRUE((*journal)->report().empty()) << (*journal)->report()[0];
  check(**journal, story);
  live_on(**journal, disk, story);
  return crashed;
}

std::uint64_t points_of_a_life() {
  LossyDisk disk("crash");
  InlineExecutor executor;
  Story story;
  auto journal = Journal::open(options(disk), executor);
  live(**journal, disk, story, kTicks);
  for (const auto& [name, promise] : story.workloads) EXPECT_EQ(promise.durable, kTicks);
  journal->reset();
  return disk.points();
}

TEST(Crash, AtEveryPointLosesNothingThatWasPromisedAndNeverTearsATick) {
  const std::uint64_t points = points_of_a_life();
  ASSERT_GT(points, 500U);
  std::uint64_t crashed = 0;
  for (std::uint64_t point = 1; point <= points; ++point) {
    for (const bool after : {false, true}) {
      for (const auto loss : {LossyDisk::Loss::everything, LossyDisk::Loss::some}) {
        SCOPED_TRACE("point " + std::to_string(point) + (after ? " after" : " before"));
        crashed += survives(point, Cut{after, loss}) ? 1U : 0U;
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_EQ(crashed, points * 4);
  std::printf("crash points: %llu, all crashed\n", static_cast<unsigned long long>(points));
}

}  // namespace
}  // namespace ballast
