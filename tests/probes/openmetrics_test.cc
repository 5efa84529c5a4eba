// Signals out of pages: sums, members, rates and quantiles, and what stays unknown.
#include "probes/openmetrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/probes/asked.h"

namespace ballast {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{seconds{100}};
const WallTime kWall{seconds{1'700'000'000}};

OpenMetricsSpec spec(const std::string& metric) { return {.url = "http://h/metrics", .metric = metric}; }

Response page(const std::string& text, int at_seconds = 0, const std::string& type = "text/plain; version=0.0.4") {
  return {.status = 200,
          .content_type = type,
          .body = text,
          .received_at = kStart + seconds{at_seconds},
          .wall = kWall + seconds{at_seconds}};
}
Result<NamedReading> read(const OpenMetricsSpec& of, const Response& now) {
  const auto probe = compile(of);
  const auto decoded = probe.decode(now);
  return decoded ? probe.select(*decoded, nullptr) : decoded.error();
}
/// Ten seconds apart.
Result<NamedReading> read(const OpenMetricsSpec& of, const std::string& before, const std::string& now) {
  const auto probe = compile(of);
  const auto first = probe.decode(page(before));
  const auto second = probe.decode(page(now, 10));
  if (!first || !second) return first ? second.error() : first.error();
  return probe.select(*second, &*first);
}

TEST(OpenMetricsProbe, AsksForBothFormatsAndSharesOnePage) {
  OpenMetricsSpec a = spec("a");
  a.max_bytes = Quantity{65536 * 1000};
  const Request request = openmetrics_request(a);
  EXPECT_EQ(request.url, "http://h/metrics");
  EXPECT_EQ(request.max_bytes, 65536);
  EXPECT_THAT(request.accept, testing::StartsWith("application/openmetrics-text;version=1.0.0"));
  OpenMetricsSpec b = spec("b");
  b.max_bytes = a.max_bytes;
  b.quantile = 0.5;
  EXPECT_EQ(openmetrics_request(b), request);
  b.auth = AuthSpec{.bearer = SecretRef{.env = "TOKEN"}};
  EXPECT_FALSE(openmetrics_request(b) == request);
}

TEST(OpenMetricsProbe, SumsWhatMatchesOrGivesEachMember) {
  const std::string text =
      "depth{queue=\"a\",pod=\"1\"} 3\ndepth{queue=\"b\",pod=\"1\"} 4\ndepth{queue=\"a\",pod=\"2\"} 5\nother 9\n";
  EXPECT_EQ(*read(spec("depth"), page(text)), scalar(kStart, 12));
  OpenMetricsSpec matched = spec("depth");
  matched.matchers = {"queue=~\"a|z\"", "pod!=\"2\""};
  EXPECT_EQ(*read(matched, page(text)), scalar(kStart, 3));
  OpenMetricsSpec members = spec("depth");
  members.member_label = "pod";
  EXPECT_EQ(*read(members, page(text)), (NamedReading{kStart, {}, {{"1", 7, kStart, {}}, {"2", 5, kStart, {}}}}));
  EXPECT_THAT(read(members, page("depth 1\n")), unknown(Errc::not_found, "a series has no label 'pod' (memberLabel)"));
}

TEST(OpenMetricsProbe, NeverTakesTheUnknownForANumber) {
  OpenMetricsSpec matched = spec("depth");
  matched.matchers = {"queue=\"c\""};
  EXPECT_THAT(read(spec("deep"), page("depth 1\n")), unknown(Errc::not_found, "no metric deep"));
  EXPECT_THAT(read(spec("depth"), page("depth_total 1\n")), unknown(Errc::not_found, "did you mean depth_total?"));
  EXPECT_THAT(read(spec("d"), page("d_bucket{le=\"+Inf\"} 1\n")), unknown(Errc::not_found, "write quantile"));
  EXPECT_THAT(read(matched, page("depth{queue=\"a\"} 1\n")), unknown(Errc::not_found, "no series of depth matches"));
  EXPECT_THAT(read(spec("depth"), page("depth NaN\n")), unknown(Errc::invalid, "depth{} is nan"));
  EXPECT_THAT(read(spec("depth"), page("depth +Inf\n")), unknown(Errc::invalid, "depth{} is inf"));
  EXPECT_THAT(read(spec("depth"), page("depth 1e308\ndepth{a=\"b\"} 1e308\n")), unknown(Errc::invalid, "infinite"));
  EXPECT_THAT(read(spec("depth"), page("depth{a=\"b\",c=\"d\"} 1\ndepth{c=\"d\",a=\"b\"} 1\n")),
              unknown(Errc::invalid, "twice"));
  EXPECT_THAT(read(spec("depth"), page("<html>", 0, "text/html")), unknown(Errc::invalid, "HTML"));
  EXPECT_THAT(read(spec("depth"), page("depth 1\n", 0, "application/openmetrics-text; version=1.0.0")),
              unknown(Errc::unavailable, "# EOF"));
  Response failed = page("depth 1\n");
  failed.status = 500;
  EXPECT_THAT(read(spec("depth"), failed), unknown(Errc::unavailable, "HTTP 500"));
  failed.status = 301;
  EXPECT_THAT(read(spec("depth"), failed), unknown(Errc::unavailable, "redirects are not followed"));
}

TEST(OpenMetricsProbe, IsAsOldAsTheOldestTimeThatItStates) {
  const auto reading = read(spec("depth"), page("depth{a=\"1\"} 1 1699999970000\ndepth{a=\"2\"} 2\n"));
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->at, kStart - seconds{30});
  EXPECT_EQ(read(spec("depth"), page("depth 1 1700009999000\n"))->at, kStart);
  EXPECT_EQ(read(spec("depth"), page("depth 1 1699999990\n# EOF\n", 0, "application/openmetrics-text"))->at,
            kStart - seconds{10});
}

TEST(OpenMetricsProbe, TakesCountersAsRatesUnlessToldOtherwise) {
  const std::string type = "# TYPE r counter\n";
  const auto rate = read(spec("r"), type + "r{c=\"1\"} 100\nr{c=\"2\"} 5\n", type + "r{c=\"1\"} 150\nr{c=\"2\"} 15\n");
  EXPECT_EQ(*rate, scalar(kStart + seconds{10}, 6, seconds{10}));
  EXPECT_THAT(read(spec("r"), page(type + "r 1\n")), unknown(Errc::unavailable, "needs two polls"));
  OpenMetricsSpec raw = spec("r");
  raw.rate = false;
  EXPECT_EQ(*read(raw, page(type + "r 100\n")), scalar(kStart, 100));
  OpenMetricsSpec untyped = spec("u");
  untyped.rate = true;
  EXPECT_EQ(value_of(read(untyped, "u 1\n", "u 2\n")), 0.1);
  EXPECT_EQ(value_of(read(spec("u"), "u 1\n", "u 2\n")), 2);
}

TEST(OpenMetricsProbe, MakesNoSpikeOfARestart) {
  const std::string type = "# TYPE r counter\n";
  EXPECT_THAT(read(spec("r"), type + "r 1000\n", type + "r 3\n"), unknown(Errc::unavailable, "r{} fell: it restarted"));
  // It has caught up meanwhile: only its start tells.
  EXPECT_THAT(
      read(spec("r"), type + "r 10\nprocess_start_time_seconds 5\n", type + "r 99\nprocess_start_time_seconds 7\n"),
      unknown(Errc::unavailable, "process_start_time_seconds changed"));
  // The first sample of a series may be the work of years.
  EXPECT_EQ(value_of(read(spec("r"), type + "r{c=\"1\"} 10\n", type + "r{c=\"1\"} 20\nr{c=\"2\"} 1000000\n")), 1);
  EXPECT_THAT(read(spec("r"), type + "r{c=\"1\"} 10\n", type + "r{c=\"2\"} 1000000\n"),
              unknown(Errc::unavailable, "r is new"));
  EXPECT_THAT(read(spec("r"), "x 1\n", type + "r 5\n"), unknown(Errc::unavailable, "r is new"));
}

TEST(OpenMetricsProbe, GivesTheQuantileOfWhatWasObservedBetweenTwoPolls) {
  OpenMetricsSpec median = spec("d");
  median.quantile = 0.5;
  const auto buckets = [](int one, int two, int all, const std::string& pod = "1") {
    return "d_bucket{pod=\"" + pod + "\",le=\"1\"} " + std::to_string(one) + "\nd_bucket{pod=\"" + pod +
           "\",le=\"2\"} " + std::to_string(two) + "\nd_bucket{pod=\"" + pod + "\",le=\"+Inf\"} " +
           std::to_string(all) + "\n";
  };
  EXPECT_EQ(*read(median, buckets(1000, 1000, 1000), buckets(1010, 1030, 1030)),
            scalar(kStart + seconds{10}, 1.25, seconds{10}));
  EXPECT_EQ(
      value_of(read(median, buckets(0, 0, 0) + buckets(0, 0, 0, "2"), buckets(5, 15, 15) + buckets(5, 15, 15, "2"))),
      1.25);
  EXPECT_THAT(read(median, buckets(5, 6, 7), buckets(5, 6, 7)),
              unknown(Errc::unavailable, "nothing was observed in 10 s"));
  EXPECT_THAT(read(median, buckets(5, 6, 7), buckets(1, 2, 3)), unknown(Errc::unavailable, "fell: it restarted"));
  EXPECT_THAT(read(median, page(buckets(5, 6, 7))), unknown(Errc::unavailable, "needs two polls"));
  EXPECT_THAT(read(median, page("d 1\n")), unknown(Errc::not_found, "has no quantile 0.5"));
  OpenMetricsSpec members = median;
  members.member_label = "pod";
  const auto each =
      read(members, buckets(0, 0, 0) + buckets(0, 0, 0, "2"), buckets(10, 30, 30) + buckets(30, 30, 30, "2"));
  ASSERT_TRUE(each) << each.error().message;
  ASSERT_EQ(each->samples.size(), 2U);
  EXPECT_EQ(each->samples[0].value, 1.25);
  EXPECT_EQ(each->samples[1].value, 0.5);
}

TEST(OpenMetricsProbe, TakesTheQuantileThatASummaryHas) {
  OpenMetricsSpec ninety = spec("s");
  ninety.quantile = 0.9;
  const std::string one = "s{quantile=\"0.5\"} 1\ns{quantile=\"0.9\"} 2\ns_sum 9\ns_count 4\n";
  EXPECT_EQ(*read(ninety, page(one)), scalar(kStart, 2));
  EXPECT_THAT(read(ninety, page("s{a=\"b\",quantile=\"0.9\"} 2\ns{a=\"c\",quantile=\"0.9\"} 3\n")),
              unknown(Errc::invalid, "cannot be added"));
  EXPECT_THAT(read(ninety, page("s{quantile=\"0.9\"} NaN\n")), unknown(Errc::invalid, "is nan"));
  ninety.quantile = 0.99;
  EXPECT_THAT(read(ninety, page(one)), unknown(Errc::not_found, "s has no quantile 0.99"));
}

TEST(OpenMetricsProbe, ChecksItsMatchers) {
  OpenMetricsSpec bad = spec("a");
  bad.matchers = {"a=\"b\"", "code=~\"(\""};
  ASSERT_EQ(bad.check().size(), 1U);
  EXPECT_EQ(bad.check()[0].path, "matchers[1]");
}

}  // namespace
}  // namespace ballast
