// Alerts whose rows the journal gives late: nothing of the last run is lost, and people are told meanwhile.
#include <gmock/gmock.h>

#include <memory>

#include "controller/alerts/dispatcher.h"
#include "controller/alerts/rows.h"
#include "tests/journal/on_lossy_disk.h"
#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

/// Takes all, or nothing.
class Page final : public Notifier {
 public:
  Page(std::vector<std::string>& took, const bool& well) : took_(took), well_(well) {}
  Task<Delivery> deliver(Notification notification) override {
    if (!well_) co_return Delivery{.failure = Error{Errc::unavailable, "not now"}};
    for (const Alert& alert : notification.alerts)
      took_.push_back(alert.labels.at("policy") + (alert.ends_at ? "-" : "+"));
    co_return Delivery{};
  }

 private:
  std::vector<std::string>& took_;
  const bool& well_;
};

class AlertRows : public OnLossyDisk {
 protected:
  void SetUp() override { open(); }
  /// Another life of the daemon.
  void start() {
    tasks_.clear();
    dispatcher_.reset();
    open();
    dispatcher_ = std::make_unique<AlertDispatcher>(clock_, *journal_);
    Routing routing;
    routing.root = {.receivers = {"page"}, .group_by = {"policy"}, .group_wait = 1s, .group_interval = 1s};
    routing.receivers["page"] = {};
    Notifiers notifiers;
    notifiers.emplace("page", std::make_shared<Page>(took_, well_));
    dispatcher_->configure(std::move(routing), std::move(notifiers));
    tasks_.spawn(dispatcher_->run());
  }
  static Workload workload(const std::string& name) {
    return {.name = "shop/" + name, .signals = {{.name = "load"}}, .alerts = {{.alert = "Loaded", .fingerprint = 7}}};
  }
  AlertTransition change(const std::string& name, bool firing, TimePoint started) {
    const AlertTransition transition{.alert = 7, .firing = firing, .started = started, .at = clock_.now()};
    dispatcher_->take(workload(name), {}, {transition});
    return transition;
  }
  WorkloadState remembers(TimePoint fired) const {
    WorkloadState state;
    state.memory.alerts.push_back({.alert = 7, .fired = fired});
    return state;
  }
  std::vector<std::string> take() { return std::exchange(took_, {}); }

  SimClock clock_{};
  bool well_ = true;
  std::vector<std::string> took_{};
  std::unique_ptr<AlertDispatcher> dispatcher_{};
  TaskGroup tasks_{};
};

TEST_F(AlertRows, ThatCannotBeReadAreReadLaterAndNothingIsLost) {
  start();
  change("told", true, clock_.now());
  const TimePoint begin = clock_.now();
  clock_.run_for(5s);
  EXPECT_THAT(take(), ElementsAre("told+"));
  well_ = false;
  change("untold", true, begin);
  change("untold", false, begin);
  clock_.run_for(5s);
  well_ = true;

  disk_.fail_reads(true);
  start();
  clock_.run_for(25s);
  EXPECT_THAT(take(), IsEmpty());
  change("meanwhile", true, clock_.now());
  clock_.run_for(5s);
  EXPECT_THAT(take(), ElementsAre("meanwhile+")) << "a surge is not left unanswered";
  dispatcher_->reconcile(workload("told"), {}, true);

  disk_.fail_reads(false);
  clock_.run_for(60s);
  EXPECT_THAT(take(), UnorderedElementsAre("told-", "untold-"));
  EXPECT_THAT(dispatcher_->book().episodes, SizeIs(1));

  start();
  clock_.run_for(60s);
  EXPECT_THAT(take(), IsEmpty()) << "all of it is written down";
}

TEST_F(AlertRows, ThatAreReadLateKeepWhatStillFires) {
  start();
  const TimePoint begin = clock_.now();
  change("web", true, begin);
  clock_.run_for(5s);
  EXPECT_THAT(take(), ElementsAre("web+"));
  disk_.fail_reads(true);
  start();
  clock_.run_for(25s);
  disk_.fail_reads(false);
  clock_.run_for(60s);
  EXPECT_THAT(take(), IsEmpty()) << "it was told";
  dispatcher_->reconcile(workload("web"), remembers(begin), true);
  change("web", false, begin);
  clock_.run_for(5s);
  EXPECT_THAT(take(), ElementsAre("web-"));
  EXPECT_THAT(dispatcher_->book().episodes, IsEmpty());
}

TEST(AlertBookRows, AreReadAsTheyWereWritten) {
  AlertBook book;
  const EpisodeKey web{"shop/web", 7, TimePoint{5s}};
  book.episodes[web] = {.labels = {{"a", "b"}}, .starts_at = WallTime{5s}, .ends_at = WallTime{9s}};
  AlertGroup& group = book.groups[{"boss", "{}", "team"}];
  group.told[web] = Told::firing;
  group.batch = Batch{.key = "k", .entries = {{web, WallTime{8s}}}, .external_url = "http://here"};
  group.batch->entries.push_back({web, std::nullopt});
  book.groups[{"boss", "{}"}].told[web] = Told::resolved;
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [key, alert] : book.episodes) rows.emplace_back(row_key(key), row_of(key, alert));
  for (const auto& [key, one] : book.groups) rows.emplace_back(row_key(key), row_of(key, one));
  EXPECT_NE(rows[1].first, rows[2].first);
  std::vector<std::string> damage;
  EXPECT_EQ(book_of(rows, damage), book);
  EXPECT_THAT(damage, IsEmpty());
}

}  // namespace
}  // namespace ballast
