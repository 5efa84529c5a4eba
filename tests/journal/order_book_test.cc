// What people ordered, over restarts, disks that fail, and time.
#include "controller/orders/order_book.h"

#include <gmock/gmock.h>

#include "tests/journal/on_lossy_disk.h"
#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class OrderBooks : public OnLossyDisk {
 protected:
  void SetUp() override { open(); }
  Order order(OrderKind kind) const {
    return {.kind = kind, .replicas = 7, .given = clock_.now(), .who = "ann", .why = "\xff why"};
  }
  /// Another life of the daemon.
  std::unique_ptr<OrderBook> again() {
    tasks_.clear();
    open();
    auto book =
        std::make_unique<OrderBook>(clock_, *journal_, [this](const std::string& what) { troubles_.push_back(what); });
    tasks_.spawn(book->run());
    return book;
  }
  SimClock clock_{};
  std::vector<std::string> troubles_{};
  TaskGroup tasks_{};
};

TEST_F(OrderBooks, RememberAnOrderUntilItIsOverOrTakenBack) {
  {
    OrderBook book(clock_, *journal_);
    Order scale = order(OrderKind::scale);
    scale.until = clock_.now() + 10s;
    book.give("shop/web", scale);
    book.give("shop/web", order(OrderKind::pause));
    book.give("shop/web2", order(OrderKind::freeze));
    ASSERT_TRUE(await(book.write_down()));
    EXPECT_THAT(book.in_force("shop/web"), SizeIs(2));
  }
  auto book = again();
  ASSERT_THAT(book->in_force("shop/web"), SizeIs(2));
  EXPECT_EQ(book->in_force("shop/web")[0].kind, OrderKind::pause);
  EXPECT_EQ(book->in_force("shop/web")[1].replicas, 7);
  EXPECT_EQ(book->in_force("shop/web")[1].who, "ann");
  EXPECT_THAT(book->in_force("shop/web2"), SizeIs(1));
  EXPECT_THAT(book->in_force("shop"), IsEmpty());
  clock_.run_for(10s);
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1)) << "one is over";
  EXPECT_TRUE(book->take_back("shop/web", OrderKind::pause));
  EXPECT_FALSE(book->take_back("shop/web", OrderKind::pause));
  ASSERT_TRUE(await(book->write_down()));
  book = again();
  EXPECT_THAT(book->in_force("shop/web"), IsEmpty());
}

TEST_F(OrderBooks, HoldWhatTheDiskDoesNotTakeAndOfferItAgain) {
  auto book = again();
  disk_.fail_writes(LossyDisk::Fault::full);
  book->give("shop/web", order(OrderKind::pause));
  EXPECT_FALSE(await(book->write_down()));
  EXPECT_TRUE(book->unwritten());
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1));
  disk_.fail_writes(LossyDisk::Fault::none);
  EXPECT_TRUE(await(book->write_down()));
  EXPECT_FALSE(book->unwritten());
  book = again();
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1));
}

TEST_F(OrderBooks, OfferAgainByThemselvesWhatTheDiskDidNotTake) {
  auto book = again();
  disk_.fail_writes(LossyDisk::Fault::full);
  book->give("shop/web", order(OrderKind::pause));
  EXPECT_FALSE(await(book->write_down()));
  disk_.fail_writes(LossyDisk::Fault::none);
  clock_.run_for(6s);
  EXPECT_FALSE(book->unwritten());
  book = again();
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1));
}

TEST_F(OrderBooks, AreWrittenAgainIntoAnotherJournal) {
  auto book = again();
  book->give("shop/web", order(OrderKind::pause));
  ASSERT_TRUE(await(book->write_down()));
  disk_.overwrite(kPath, std::string(9000, 'g'));
  disk_.remove(std::string(kPath) + "-wal");
  disk_.fail_writes(LossyDisk::Fault::full);
  EXPECT_FALSE(snap("shop/web", 1)) << "and so the file is opened again";
  disk_.fail_writes(LossyDisk::Fault::none);
  ASSERT_TRUE(snap("shop/web", 2));
  ASSERT_EQ(journal_->files_begun(), 1U);
  clock_.run_for(6s);
  book = again();
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1));
}

TEST_F(OrderBooks, ThatCannotBeReadAreWaitedForAndNotForEver) {
  {
    OrderBook book(clock_, *journal_);
    book.give("shop/web", order(OrderKind::pause));
    book.give("shop/api", order(OrderKind::pause));
    ASSERT_TRUE(await(book.write_down()));
  }
  journal_.reset();
  disk_.fail_reads(true);
  auto book = again();
  EXPECT_TRUE(book->is_waited_for());
  book->take_back("shop/api", OrderKind::pause);
  clock_.run_for(25s);
  EXPECT_FALSE(book->is_waited_for());
  EXPECT_FALSE(book->is_loaded());
  disk_.fail_reads(false);
  clock_.run_for(10s);
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1));
  EXPECT_THAT(book->in_force("shop/api"), IsEmpty()) << "taken back meanwhile";
}

TEST_F(OrderBooks, SayWhetherTheyKnowWhatWasOrderedBefore) {
  EXPECT_FALSE(OrderBook(clock_, *journal_).is_loaded()) << "nobody has read it yet";
  EXPECT_TRUE(again()->is_loaded());
}

TEST_F(OrderBooks, NameARowThatCannotBeReadAndKeepTheOthers) {
  auto book = again();
  book->give("shop/web", order(OrderKind::pause));
  ASSERT_TRUE(await(book->write_down()));
  std::vector<PairToWrite> bad{{"order/shop/other/Freeze", "{]"}, {"order/shop/other/Fly", "{}"}};
  ASSERT_TRUE(await(journal_->put(std::move(bad), Durability::full)));
  book = again();
  EXPECT_THAT(book->in_force("shop/web"), SizeIs(1));
  EXPECT_THAT(book->in_force("shop/other"), IsEmpty());
  EXPECT_THAT(troubles_, SizeIs(2));
}

TEST(OrderRows, AreReadAsTheyWereWritten) {
  const Order freeze{.kind = OrderKind::freeze,
                     .direction = Freeze::scale_up,
                     .given = TimePoint{Duration{5}},
                     .until = TimePoint{Duration{9}},
                     .who = "ann",
                     .why = "\"sale\""};
  const auto read = read_order_row(order_row_key("shop/web", OrderKind::freeze), order_row(freeze));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->first, "shop/web");
  EXPECT_EQ(read->second, freeze);
  EXPECT_FALSE(read_order_row("order/Pause", order_row(freeze)));
}

}  // namespace
}  // namespace ballast
