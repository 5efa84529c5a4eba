// Heartbeats over restarts, disks that fail, and time.
#include "controller/heartbeats/heartbeat_book.h"

#include <gmock/gmock.h>

#include "tests/journal/on_lossy_disk.h"
#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using ::testing::SizeIs;
using namespace std::chrono_literals;

class HeartbeatBooks : public OnLossyDisk {
 protected:
  void SetUp() override { again(); }
  void TearDown() override { tasks_.clear(); }
  /// Another life of the daemon.
  void again() {
    tasks_.clear();
    open();
    book_ = std::make_unique<HeartbeatBook>(clock_, *journal_,
                                            [this](const std::string& what) { troubles_.push_back(what); });
    tasks_.spawn(book_->run());
    clock_.run_for(0s);
  }
  /// A tick of some workload: the last that is known of this run.
  void tick() {
    Snapshot snapshot{.workload = "shop/web", .sequence = ++ticks_, .at = clock_.now()};
    ASSERT_TRUE(await(journal_->snapshot(std::move(snapshot), nullptr, Durability::full)));
  }
  std::optional<HeartbeatFacts> facts(const std::string& name = "shop/backup") {
    const auto known = book_->facts(name);
    EXPECT_TRUE(known) << known.error().message;
    return known ? *known : std::nullopt;
  }
  SimClock clock_{};
  std::uint64_t ticks_ = 0;
  std::vector<std::string> troubles_{};
  std::unique_ptr<HeartbeatBook> book_{};
  TaskGroup tasks_{};
};

TEST_F(HeartbeatBooks, KnowTheSilenceSinceTheLast) {
  EXPECT_EQ(facts(), std::nullopt) << "it never came";
  book_->beat("shop/backup");
  clock_.run_for(10s);
  EXPECT_EQ(facts(), (HeartbeatFacts{.silence = 10s}));
  book_->beat("shop/backup");
  EXPECT_EQ(facts(), (HeartbeatFacts{}));
  EXPECT_EQ(facts("shop/other"), std::nullopt);
}

TEST_F(HeartbeatBooks, RememberItOverARestartAndKnowHowLongNobodyListened) {
  book_->beat("shop/backup");
  clock_.run_for(100s);
  tick();
  clock_.run_for(20s);
  again();
  EXPECT_EQ(facts(), (HeartbeatFacts{.silence = 120s, .deaf = 20s}));
  clock_.run_for(30s);
  tick();
  clock_.run_for(5s);
  again();
  EXPECT_EQ(facts(), (HeartbeatFacts{.silence = 155s, .deaf = 25s})) << "both restarts";
  book_->beat("shop/backup");
  clock_.run_for(1s);
  again();
  EXPECT_EQ(facts(), (HeartbeatFacts{.silence = 1s, .deaf = 1s})) << "counted from its own time, which is newer";
}

TEST_F(HeartbeatBooks, CountWhatCameWhileTheLastRunWasBeingRead) {
  book_->beat("shop/backup");
  clock_.run_for(100s);
  tasks_.clear();
  journal_.reset();
  disk_.fail_reads(true);
  again();
  EXPECT_FALSE(book_->facts("shop/backup")) << "unknown, not never";
  book_->beat("shop/backup");
  EXPECT_EQ(facts(), (HeartbeatFacts{}));
  disk_.fail_reads(false);
  clock_.run_for(5s);
  EXPECT_EQ(facts(), (HeartbeatFacts{.silence = 5s}));
  EXPECT_EQ(facts("shop/other"), std::nullopt);
  EXPECT_THAT(troubles_, SizeIs(1));
}

TEST_F(HeartbeatBooks, ForgetThoseThatHaveNoDocumentAnyMore) {
  book_->beat("shop/backup");
  book_->beat("shop/report");
  book_->keep_only({"shop/report"});
  clock_.run_for(2s);
  again();
  EXPECT_EQ(facts(), std::nullopt);
  EXPECT_NE(facts("shop/report"), std::nullopt);
  book_->keep_only({});
  clock_.run_for(2s);
  again();
  EXPECT_EQ(facts("shop/report"), std::nullopt);
}

TEST_F(HeartbeatBooks, HoldWhatTheDiskDoesNotTakeAndOfferItAgain) {
  disk_.fail_writes(LossyDisk::Fault::full);
  book_->beat("shop/backup");
  clock_.run_for(20s);
  EXPECT_EQ(facts(), (HeartbeatFacts{.silence = 20s}));
  EXPECT_THAT(troubles_, SizeIs(1)) << "told once";
  disk_.fail_writes(LossyDisk::Fault::none);
  clock_.run_for(6s);
  again();
  EXPECT_NE(facts(), std::nullopt);
}

TEST_F(HeartbeatBooks, AreWrittenAtMostOnceASecondHoweverOftenJobsCall) {
  clock_.run_for(2s);
  const auto before = disk_.points();
  for (int i = 0; i < 1000; ++i) {
    book_->beat("shop/backup");
    clock_.run_for(10ms);
  }
  const auto thousand = disk_.points() - before;
  book_->beat("shop/backup");
  const auto first = disk_.points();
  await(book_->write_down());
  EXPECT_LE(thousand, 12 * (disk_.points() - first)) << "10 s of calls";
}

TEST_F(HeartbeatBooks, NameARowThatCannotBeReadAndKeepTheOthers) {
  book_->beat("shop/backup");
  clock_.run_for(2s);
  ASSERT_TRUE(await(journal_->put({{"heartbeat/shop/bad", "{]"}}, Durability::full)));
  ASSERT_TRUE(await(journal_->put({{"heartbeat/shop/worse", R"({"at": "noon"})"}}, Durability::full)));
  again();
  EXPECT_NE(facts(), std::nullopt);
  EXPECT_EQ(facts("shop/bad"), std::nullopt);
  EXPECT_THAT(troubles_, SizeIs(2));
}

TEST_F(HeartbeatBooks, AnswerProbesOverTheirChannel) {
  const auto readings = make_heartbeat_readings(clock_, *book_);
  const auto fetch = [&](Channel channel, const std::string& url) {
    Request request{.channel = channel, .url = url};
    return await(readings->fetch(std::move(request)));
  };
  book_->beat("shop/backup");
  const auto heard = fetch(Channel::heartbeat, "heartbeat://shop/backup");
  ASSERT_TRUE(heard) << heard.error().message;
  EXPECT_EQ(heard->heartbeat, (HeartbeatFacts{}));
  EXPECT_EQ(heard->received_at, clock_.now());
  EXPECT_EQ(fetch(Channel::heartbeat, "heartbeat://shop/other")->heartbeat, std::nullopt);
  EXPECT_FALSE(fetch(Channel::http, "heartbeat://shop/backup"));
  EXPECT_FALSE(fetch(Channel::heartbeat, "http://shop/backup"));
}

TEST(HeartbeatRows, AreReadAsTheyWereWritten) {
  const Heartbeat heartbeat{.at = TimePoint{Duration{1'700'000'000'000'000'001}}, .deaf = 3s};
  const auto read = read_heartbeat_row(heartbeat_row(heartbeat));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, heartbeat);
  EXPECT_FALSE(read_heartbeat_row("{}"));
  EXPECT_FALSE(read_heartbeat_row(""));
}

}  // namespace
}  // namespace ballast
