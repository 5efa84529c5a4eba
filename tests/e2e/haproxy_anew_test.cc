// HAProxy begins anew under load, killed or reloaded: it knows nobody, and gets back who was there, with the weights
// that they had. While nobody knows what it serves, nobody is taken away.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "controller/cli/demo_place.h"
#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

enum class How { killed, reloaded };

class HaproxyAnew : public OnStage, public testing::WithParamInterface<How> {
 protected:
  void begin(const std::string& policy, int workers) {
    stage.write("haproxy.cfg",
                with_replaced(stage.content("haproxy.cfg"), "level admin", "level admin expose-fd listeners"));
    stage.write("policy/web.yaml", policy);
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(workers));
  }
  void begin_anew() {
    if (GetParam() == How::killed) {
      stage.kill_haproxy();
      stage.start_haproxy();
    } else {
      stage.reload_haproxy();
    }
  }
  [[nodiscard]] bool shows(const std::map<std::string, std::string>& weights) const {
    return eventually([&] { return stage.weights() == weights; });
  }
  static std::string server(const RunningWorker& worker) { return "ballast-" + worker.name; }
};

TEST_P(HaproxyAnew, GivesTheEjectedOneNothingAndTheOthersWhatTheyHad) {
  begin(stage.policy({.min = 4, .max = 8}) + "  outlierDetection: {interval: 5s, baseEjectionTime: 300s}\n", 4);
  stage.start_load(40);
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 1'000'000));
  const RunningWorker sick = stage.workers().front();
  kill(sick.pid, SIGUSR1);
  ASSERT_TRUE(eventually([&] { return stage.weights()[server(sick)] == "0"; })) << stage.daemon_log();
  ASSERT_TRUE(stage.load_reaches(monotonic_us() + 600'000)) << "what it was given before has failed";
  const auto weights = stage.weights();
  const std::int64_t at = monotonic_us();

  begin_anew();
  ASSERT_TRUE(shows(weights)) << stage.daemon_log();
  const std::int64_t back = monotonic_us();
  ASSERT_TRUE(stage.load_reaches(back + 3'000'000));
  EXPECT_EQ(stage.weights(), weights);
  EXPECT_THAT(stage.requests_of(sick), Each(Le(at))) << "not even between";
  expect_none_failed(stage.end_load(), back);
  EXPECT_EQ(stage.worker_events("started"), 4);
  EXPECT_THAT(stage.asked_to_end(), IsEmpty());
}

/// Requests take so long that the one that leaves is still at work when HAProxy begins anew.
TEST_P(HaproxyAnew, TheOneThatLeavesIsNotPutBackAndFinishesWhatItHas) {
  // Nobody can see what it still has: it gets its time for that.
  const std::string policy = stage.policy({.min = 2, .max = 6}) + "  drainTimeout: 6s\n";
  begin(with_replaced(policy, "--start-delay, 100ms", "--start-delay, 100ms, --wait, 4s"), 2);
  const auto scale = [&](const char* to) {
    return stage.ballast({"scale", "web", to, "--for", "1h", "--state-dir", stage.state()}).status;
  };
  ASSERT_EQ(scale("4"), 0);
  ASSERT_TRUE(stage.settles_at(4));
  stage.play("burst:1s:5");  // four of them: the fifth would come when it is over
  ASSERT_TRUE(eventually([&] {
    return std::ranges::all_of(stage.workers(), [&](const auto& one) { return stage.in_flight()[server(one)] == "1"; });
  })) << stage.ask_haproxy("show stat web 4 -1");
  ASSERT_EQ(scale("3"), 0);
  std::string leaving;
  ASSERT_TRUE(eventually([&] {
    for (const auto& [name, weight] : stage.weights())
      if (weight == "0") leaving = name;
    return !leaving.empty();
  })) << stage.daemon_log();
  auto others = stage.weights();
  others.erase(leaving);
  ASSERT_EQ(others.size(), 3U);
  EXPECT_EQ(stage.in_flight()[leaving], "1");

  begin_anew();
  bool put_back = false;
  EXPECT_TRUE(eventually([&] {
    auto now = stage.weights();
    put_back = put_back || (now.contains(leaving) && now[leaving] != "0");
    return now == others && stage.workers().size() == 3;
  })) << stage.daemon_log();
  EXPECT_FALSE(put_back);
  EXPECT_EQ(stage.worker_events("stopped"), 1) << "it was let finish";
  const auto logs = stage.end_load();
  if (GetParam() == How::reloaded) {
    expect_none_failed(logs);
  }
}

INSTANTIATE_TEST_SUITE_P(How, HaproxyAnew, testing::Values(How::killed, How::reloaded),
                         [](const auto& test) { return test.param == How::killed ? "killed" : "reloaded"; });

using HaproxyGone = OnStage;

TEST_F(HaproxyGone, UnderLoadNobodyIsTakenAwayBeforeAWindowOfFreshData) {
  constexpr int kWindow = 3;
  stage.put_policy({.min = 2, .max = 8, .window_seconds = kWindow, .per_worker = 14});
  stage.start_haproxy();
  stage.start_daemon();
  ASSERT_TRUE(stage.settles_at(2));
  stage.start_load(70);
  ASSERT_TRUE(eventually([&] { return stage.workers().size() >= 5 && usable(stage.pool()) >= 5; }));
  stage.kill_haproxy();
  ASSERT_TRUE(stage.decides(4)) << "what was decided before is done";
  const auto workers = stage.workers();
  stage.end_load();  // nobody needs five any more, but nobody knows
  ASSERT_TRUE(stage.decides(4 * kWindow));
  EXPECT_EQ(stage.workers(), workers);
  EXPECT_THAT(stage.asked_to_end(), IsEmpty());
  EXPECT_THAT(stage.ballast({"status", "-o", "json", "--state-dir", stage.state()}).out, HasSubstr("web.sock"));

  const std::int64_t at = monotonic_us();
  stage.start_haproxy();
  ASSERT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  ASSERT_FALSE(stage.asked_to_end().empty());
  EXPECT_GE(stage.asked_to_end().front(), at + kWindow * 1'000'000);
  stage.start_load(70);
  EXPECT_TRUE(eventually([&] { return stage.workers().size() >= 5 && usable(stage.pool()) >= 5; }));
}

}  // namespace
}  // namespace ballast::e2e
