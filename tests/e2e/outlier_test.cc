// A worker turns sick under load: the real HAProxy gives it nothing any more, and something again once it is well.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

using ::testing::HasSubstr;

class SickWorker : public OnStage {
 protected:
  /// Four workers that are hardly used, one of which may be ejected.
  void begin() {
    stage.write("policy/web.yaml", stage.policy({.min = 4, .max = 8}) +
                                       "  outlierDetection: {interval: 5s, baseEjectionTime: 3s, latency: {atLeast: "
                                       "100ms}}\n  slowStart: {window: 2s}\n");
    stage.start_haproxy();
    stage.start_daemon();
    ASSERT_TRUE(stage.settles_at(4));
    stage.start_load(40);
    ASSERT_TRUE(stage.load_reaches(monotonic_us() + 3'000'000));
    sick_ = stage.workers().front();
    EXPECT_FALSE(is_out());
  }
  [[nodiscard]] std::string server() const { return "ballast-" + sick_.name; }
  [[nodiscard]] bool is_out() const { return stage.ask_haproxy("get weight web/" + server()).starts_with("0 "); }
  void expect_ejected_and_returned(int signal, const std::string& reason) {
    kill(sick_.pid, signal);
    ASSERT_TRUE(eventually([&] { return is_out(); })) << stage.ask_haproxy("show stat web 4 -1");
    const std::int64_t out = monotonic_us() + 600'000;  // what it was given before may still fail
    const auto why = stage.ballast({"explain", "web", "--at", "-0s", "--state-dir", stage.state()});
    EXPECT_THAT(why.out, HasSubstr(sick_.name + " is ejected: ")) << why.err;
    EXPECT_THAT(stage.ballast({"status", "--state-dir", stage.state(), "-o", "json"}).out, HasSubstr(reason));
    kill(sick_.pid, signal);
    ASSERT_TRUE(eventually([&] { return !is_out(); }));
    ASSERT_TRUE(stage.load_reaches(monotonic_us() + 3'000'000));
    EXPECT_FALSE(is_out()) << "it behaves";
    EXPECT_EQ(stage.worker_events("started"), 4) << "no other one was needed";
    EXPECT_EQ(stage.worker_events("stopped"), 0);
    for (const auto& request : stage.end_load().load.requests)
      EXPECT_FALSE(request.failed() && request.due_us > out)
          << request.id << ' ' << request.status << ' ' << request.error;
  }
  RunningWorker sick_{};
};

TEST_F(SickWorker, ThatAnswersNothingButErrorsIsEjectedAndReturns) {
  begin();
  expect_ejected_and_returned(SIGUSR1, "EjectedConsecutive5xx");
}

TEST_F(SickWorker, ThatIsTenTimesSlowerIsEjectedAndReturns) {
  begin();
  expect_ejected_and_returned(SIGUSR2, "EjectedLatency");
}

}  // namespace
}  // namespace ballast::e2e
