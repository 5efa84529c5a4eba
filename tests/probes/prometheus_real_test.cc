// Against a real Prometheus that scrapes a small exporter, over the real fetcher.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "formats/form.h"
#include "formats/histogram.h"
#include "formats/promql.h"
#include "formats/promql_result.h"
#include "probes/openmetrics.h"
#include "probes/prometheus.h"
#include "tests/io/raw_server.h"
#include "tests/probes/asked.h"
#include "tests/support/real_prometheus.h"

namespace ballast {
namespace {

using testing::UnorderedElementsAre;

/// Two queues; one more request at each scrape.
class Exporter {
 public:
  Exporter() : server_([this](RawPeer& peer) { serve(peer); }) {}
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(server_.port()); }
  [[nodiscard]] std::string url() const { return server_.url("/metrics"); }
  void fall_silent() { silent_ = true; }

 private:
  void serve(RawPeer& peer) {
    while (!peer.read_request().empty() && !silent_) {
      const std::string body = fmt::format(
          "# TYPE queue_depth gauge\nqueue_depth{{queue=\"a\"}} 3\nqueue_depth{{queue=\"b\"}} 4\n"
          "# TYPE requests_total counter\nrequests_total {}\n",
          ++requests_);
      peer.send(
          fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\r\n{}",
                      body.size(), body));
    }
  }
  std::atomic<int> requests_ = 0;
  std::atomic<bool> silent_ = false;
  RawServer server_;
};

/// One exporter and one Prometheus for all tests: it takes a second to start.
class RealPrometheusTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    exporter_ = std::make_unique<Exporter>();
    prometheus_ = RealPrometheus::start(exporter_->address());
  }
  static void TearDownTestSuite() {
    prometheus_.reset();
    exporter_.reset();
  }
  void SetUp() override {
    if (!prometheus_) GTEST_SKIP() << "SKIPPED: no Prometheus on this machine";
  }

  static PrometheusSpec spec(const std::string& query) {
    return {.server_address = prometheus_->url() + "/", .query = query, .timeout = kAmple};
  }
  Result<NamedReading> read(const PrometheusSpec& of) { return ask(client_, compile(of)); }
  /// Until it was scraped as often as the query needs: no event tells.
  template <class Done>
  Result<NamedReading> read_until(const PrometheusSpec& of, Done done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (;;) {
      const auto reading = read(of);
      if (done(reading) || std::chrono::steady_clock::now() > deadline) return reading;
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }
  static bool is_there(const Result<NamedReading>& reading) { return reading.has_value(); }

  Client client_{};
  static std::unique_ptr<Exporter> exporter_;
  static std::unique_ptr<RealPrometheus> prometheus_;
};
std::unique_ptr<Exporter> RealPrometheusTest::exporter_;
std::unique_ptr<RealPrometheus> RealPrometheusTest::prometheus_;

TEST_F(RealPrometheusTest, AnswersVectorsScalarsAndMembers) {
  const auto before = client_.loop->now();
  const auto depth = read_until(spec("sum(queue_depth)"), is_there);
  EXPECT_EQ(value_of(depth), 7);
  EXPECT_GE(depth->at, before - std::chrono::seconds{5});
  EXPECT_LE(depth->at, client_.loop->now());
  EXPECT_EQ(value_of(read(spec("scalar(sum(queue_depth)) * 2 # twice"))), 14);
  PrometheusSpec members = spec("queue_depth");
  EXPECT_THAT(read(members), unknown(Errc::invalid, "2 series"));
  members.member_label = "queue";
  const auto each = read(members);
  ASSERT_TRUE(each) << each.error().message;
  std::vector<std::pair<std::string, double>> values;
  for (const auto& sample : each->samples) values.emplace_back(sample.member, sample.value);
  EXPECT_THAT(values,
              UnorderedElementsAre(std::pair<std::string, double>("a", 3), std::pair<std::string, double>("b", 4)));
  const auto rate = read_until(spec("rate(requests_total[10s])"), is_there);
  ASSERT_TRUE(rate) << rate.error().message;
  EXPECT_GT(rate->samples[0].value, 0);
  EXPECT_EQ(rate->window, std::chrono::seconds{10});
}

TEST_F(RealPrometheusTest, AnswersALongQueryThatIsPosted) {
  ASSERT_TRUE(read_until(spec("sum(queue_depth)"), is_there));
  const PrometheusSpec large = spec("sum(queue_depth{queue!=\"" + std::string(5000, 'x') + "\"})");
  EXPECT_EQ(prometheus_request(large).method, "POST");
  EXPECT_EQ(value_of(read(large)), 7);
}

TEST_F(RealPrometheusTest, TellsTheAgeOfTheNewestSampleInTheSameAnswer) {
  PrometheusSpec dated = spec("sum(queue_depth) # all");
  dated.freshness = "max(timestamp(queue_depth))";
  const auto fresh = read_until(dated, is_there);
  EXPECT_EQ(value_of(fresh), 7);
  PrometheusSpec old = dated;
  old.freshness = "max(timestamp(queue_depth)) - 3600";
  const auto stale = read(old);
  ASSERT_TRUE(stale) << stale.error().message;
  EXPECT_LE(stale->at, client_.loop->now() - std::chrono::minutes{60});
  PrometheusSpec members = spec("queue_depth");
  members.member_label = "queue";
  members.freshness = "timestamp(queue_depth)";
  const auto each = read(members);
  ASSERT_TRUE(each) << each.error().message;
  EXPECT_EQ(each->samples.size(), 2U);
  old.freshness = "max(timestamp(no_such_metric))";
  EXPECT_THAT(read(old), unknown(Errc::unavailable, "freshness query gives no series"));
  old = dated;
  old.query = "scalar(sum(queue_depth))";
  EXPECT_THAT(read(old), unknown(Errc::invalid, "expected type instant vector"));
}

TEST_F(RealPrometheusTest, SaysWhatIsUnknownAndWhy) {
  EXPECT_THAT(read(spec("no_such_metric")), unknown(Errc::not_found, "no series"));
  EXPECT_THAT(read(spec("vector(NaN)")), unknown(Errc::invalid, "nan"));
  EXPECT_THAT(read(spec("vector(1) / 0")), unknown(Errc::invalid, "inf"));
  EXPECT_THAT(read(spec("-vector(1) / 0")), unknown(Errc::invalid, "-inf"));
  EXPECT_THAT(read(spec("vector(0) / 0")), unknown(Errc::invalid, "nan"));
  EXPECT_THAT(read(spec("sum(")), unknown(Errc::invalid, "HTTP 400: bad_data: invalid parameter"));
  EXPECT_THAT(read(spec("\"text\"")), unknown(Errc::invalid, "gives a string"));
  EXPECT_THAT(read(spec("queue_depth[1m]")), unknown(Errc::invalid, "gives a range of samples"));
  ASSERT_TRUE(read_until(spec("sum(queue_depth)"), is_there));
  EXPECT_THAT(read(spec("label_replace(queue_depth, \"queue\", \"c\", \"\", \"\")")),
              unknown(Errc::unavailable, "HTTP 422: execution"));
  PrometheusSpec elsewhere = spec("up");
  elsewhere.server_address += "nowhere";
  EXPECT_THAT(read(elsewhere), unknown(Errc::not_found, "HTTP 404"));
}

/// What we understand, Prometheus does, too: so the reach is of the query that runs.
TEST_F(RealPrometheusTest, UnderstandsWhatTheReachIsReadFrom) {
  for (const char* query : {
           "sum by (pod) (rate(x[1m]))",
           "SUM(rate(x[1m])) BY (pod, by, sum)",
           "sum(rate(a[1m])) / on (pod) group_left (node) sum by (pod, node) (rate(b[90s])) > bool 0.5",
           "rate(a[1m]) and on () rate(b[2m]) unless ignoring (x, y) rate(c[30s])",
           "max_over_time(rate(x[1m])[10m:30s] offset 1m)",
           "max_over_time((rate(x[1m]) + rate(y[2m]))[10m:])",
           "rate(job:requests:total[1m] @ end()) # up",
           "-rate(x[1m]) ^ -2e-3 + 0x1F * Inf % NaN - 1e+6 atan2 .5",
           "rate(x{a=\"[5h]\", b=\"\\\"}[5h]\", c=`\\`}[1m])",
           "topk(3, rate(x[1m])) or bottomk without (a) (3, rate(x[1m]))",
           "rate(sum[1m]) + rate(by{a=\"b\"}[1m]) + rate(offset[1m])",
           "count_values(\"v\", rate(x[1m] offset -5m))",
           "rate(x[1m] @ -1.5e9 offset 5m) + hour()",
       }) {
    EXPECT_TRUE(promql_reach(query)) << query;
    const auto answer = read(spec(query));
    EXPECT_TRUE(answer || answer.error().message.find("bad_data") == std::string::npos) << answer.error().message;
  }
}

TEST_F(RealPrometheusTest, ComputesTheSameQuantilesOfHistograms) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 100; ++round) {
    std::vector<Bucket> buckets;
    double bound = static_cast<double>(random() % 3) - 1;
    double count = 0;
    std::string vectors;
    const auto add = [&](const std::string& le) {
      count += static_cast<double>(random() % 5);
      vectors += fmt::format("{}label_replace(vector({}), \"le\", \"{}\", \"\", \"\")", vectors.empty() ? "" : " or ",
                             count, le);
    };
    for (std::uint64_t i = 0; i < 1 + random() % 5; ++i) {
      add(fmt::format("{}", bound));
      buckets.push_back({bound, count});
      bound += 0.25 * static_cast<double>(1 + random() % 9);
    }
    add("+Inf");
    buckets.push_back({HUGE_VAL, count});
    const double quantile = static_cast<double>(random() % 101) / 100;
    const auto theirs = read(spec(fmt::format("histogram_quantile({}, {})", quantile, vectors)));
    const auto ours = histogram_quantile(quantile, buckets);
    if (!ours)
      EXPECT_THAT(theirs, unknown(Errc::invalid, "nan")) << vectors;
    else if (*ours == buckets[0].upper_bound && quantile == 0)
      continue;  // 0 of an empty first bucket: Prometheus divides 0 by 0
    else
      EXPECT_NEAR(value_of(theirs), *ours, 1e-12 * std::max(1.0, std::abs(*ours))) << quantile << " of " << vectors;
  }
}

TEST_F(RealPrometheusTest, HasAPageOfItsOwnThatTheOtherProbeReads) {
  OpenMetricsSpec rate{.url = prometheus_->url() + "/metrics", .metric = "prometheus_http_requests_total"};
  rate.matchers = {"handler=\"/api/v1/query\"", "code=~\"2..\""};
  rate.timeout = kAmple;
  OpenMetricsSpec quantile{.url = rate.url, .metric = "prometheus_http_request_duration_seconds"};
  quantile.matchers = {"handler=\"/api/v1/query\""};
  quantile.quantile = 0.9;
  quantile.timeout = kAmple;
  (void)read(spec("1"));
  Page first;
  EXPECT_THAT(ask(client_, compile(rate), nullptr, &first), unknown(Errc::unavailable, "needs two polls"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(value_of(read(spec("1"))), 1);
  EXPECT_GT(value_of(ask(client_, compile(rate), &first)), 0);
  const double seconds_taken = value_of(ask(client_, compile(quantile), &first));
  EXPECT_GT(seconds_taken, 0);
  EXPECT_LT(seconds_taken, 120);
  OpenMetricsSpec depth{.url = exporter_->url(), .metric = "queue_depth"};
  EXPECT_EQ(value_of(ask(client_, compile(depth))), 7);
}

/// The last test: it ends the exporter.
TEST_F(RealPrometheusTest, SilentExporterIsUnknownAndNeverZero) {
  ASSERT_TRUE(read_until(spec("sum(queue_depth)"), is_there));
  exporter_->fall_silent();
  const auto gone = [](const Result<NamedReading>& reading) { return !reading.has_value(); };
  EXPECT_THAT(read_until(spec("sum(queue_depth)"), gone), unknown(Errc::not_found, "no series"));
  EXPECT_EQ(value_of(read(spec("sum(queue_depth) or vector(0)"))), 0);
  EXPECT_NE(undated(spec("sum(rate(queue_depth[1m])) or vector(0)"), std::chrono::minutes{1}), "");
}

}  // namespace
}  // namespace ballast
