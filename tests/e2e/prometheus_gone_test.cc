// A real Prometheus, from which the one signal is read, is killed and comes back: while it is gone nothing is taken
// away, after it a whole window of its data must show that less is enough, and then all goes on.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <memory>

#include "controller/cli/demo_place.h"
#include "tests/e2e/stage.h"
#include "tests/io/raw_server.h"
#include "tests/support/real_prometheus.h"

namespace ballast::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A service that tells its load to whoever scrapes it.
class Shop {
 public:
  explicit Shop(int load) : load_(load), server_([this](RawPeer& peer) { serve(peer); }) {}
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  void now_has(int load) { load_ = load; }

 private:
  void serve(RawPeer& peer) {
    while (!peer.read_request().empty()) {
      const std::string body = fmt::format("# TYPE shop_load gauge\nshop_load {}\n", load_.load());
      peer.send(
          fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\r\n{}",
                      body.size(), body));
    }
  }
  std::atomic<int> load_;
  RawServer server_;
};

class PrometheusGone : public OnStage {
 protected:
  void SetUp() override {
    OnStage::SetUp();
    if (IsSkipped()) return;
    prometheus = RealPrometheus::start(shop.address());
    if (!prometheus) GTEST_SKIP() << "SKIPPED: no Prometheus on this machine";
    const std::string haproxy = "haproxy: {socket: " + stage.path("web.sock") + ", backend: web, field: stot}";
    const std::string theirs = fmt::format(
        "prometheus: {{serverAddress: \"{}\", query: \"sum(avg_over_time(shop_load[1s]))\"}}\n"
        "      staleAfter: 3s",
        prometheus->url());
    const std::string ours = stage.policy({.min = 2, .max = 8, .window_seconds = kWindow, .per_worker = 10});
    ASSERT_THAT(ours, HasSubstr(haproxy));
    stage.write("policy/web.yaml", with_replaced(ours, haproxy, theirs));
    stage.start_haproxy();
    stage.start_daemon();
  }
  [[nodiscard]] std::string status() {
    return stage.ballast({"status", "-o", "json", "--state-dir", stage.state()}).out;
  }
  static constexpr int kWindow = 3;
  Shop shop{55};
  std::unique_ptr<RealPrometheus> prometheus;
};

TEST_F(PrometheusGone, HoldsUntilAWindowOfFreshDataIsThereAndThenGoesOn) {
  ASSERT_TRUE(stage.settles_at(6)) << stage.daemon_log();
  const auto before = stage.workers();
  prometheus->kill_hard();
  shop.now_has(5);  // which nobody sees
  ASSERT_TRUE(stage.log_says("signal arrivals: ")) << stage.daemon_log();
  ASSERT_TRUE(stage.decides(4 * kWindow));
  EXPECT_EQ(stage.workers(), before);
  EXPECT_THAT(status(), HasSubstr("arrivals is missing"));

  const std::int64_t at = monotonic_us();
  ASSERT_TRUE(prometheus->start_again());
  ASSERT_TRUE(stage.settles_at(2)) << stage.daemon_log();
  ASSERT_EQ(stage.asked_to_end().size(), 4U);
  EXPECT_GE(stage.asked_to_end().front(), at + kWindow * 1'000'000);
  shop.now_has(85);
  EXPECT_TRUE(stage.settles_at(8)) << stage.daemon_log();
}

/// It is gone and back between two looks or within some: what it says is as good as before, and no reason to shrink.
TEST_F(PrometheusGone, ARestartUnderLoadTakesNobodyAway) {
  ASSERT_TRUE(stage.settles_at(6)) << stage.daemon_log();
  const auto before = stage.workers();
  for (int round = 0; round < 2; ++round) {
    prometheus->kill_hard();
    ASSERT_TRUE(prometheus->start_again());
    ASSERT_TRUE(stage.decides(2 * kWindow + 2));
  }
  EXPECT_EQ(stage.workers(), before);
  EXPECT_THAT(stage.asked_to_end(), IsEmpty());
}

}  // namespace
}  // namespace ballast::e2e
