// Pages of exporters: both formats, and what is wrong with them.
#include "formats/exposition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Pair = std::pair<std::string, std::string>;

std::string file(const std::string& name) {
  std::ifstream stream("tests/fuzz/corpus/exposition/" + name);
  return {std::istreambuf_iterator<char>(stream), {}};
}
double value_of(const Exposition& page, std::string_view name, std::string_view label = {}, std::string_view is = {}) {
  for (const auto& sample : page.samples()) {
    if (page.name(sample) != name) continue;
    const Labels labels = page.labels(sample);
    const std::string* value = find_label(labels, label);
    if (label.empty() || (value != nullptr && *value == is)) return sample.value;
  }
  return NAN;
}

TEST(Exposition, ReadsTheTextFormat) {
  const auto page = parse_exposition(
      "# HELP http_requests_total The total number of HTTP requests.\n"
      "# TYPE http_requests_total counter\n"
      "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n"
      "\n"
      "# a comment\n"
      "msdos_file_access_time_seconds{path=\"C:\\\\DIR\\\\FILE.TXT\",error=\"Cannot find file:\\n\\\"FILE.TXT\\\"\"} "
      "1.458255915e9\n"
      "metric_without_timestamp_and_labels 12.47\n"
      "\t spaced  {  a = \"b\" , }  +1e3 \r\n"
      "something_weird{problem=\"division by zero\"} +Inf -3982045\n"
      "nothing NaN\n"
      "{\"a.name\", x=\"y\"} -Inf\n",
      false);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->samples().size(), 7U);
  const auto& requests = page->samples()[0];
  EXPECT_EQ(page->name(requests), "http_requests_total");
  EXPECT_THAT(page->labels(requests), ElementsAre(Pair("method", "post"), Pair("code", "200")));
  EXPECT_EQ(requests.value, 1027);
  EXPECT_EQ(requests.unix_seconds, 1395066363);
  EXPECT_THAT(page->labels(page->samples()[1]),
              ElementsAre(Pair("path", "C:\\DIR\\FILE.TXT"), Pair("error", "Cannot find file:\n\"FILE.TXT\"")));
  EXPECT_EQ(value_of(*page, "metric_without_timestamp_and_labels"), 12.47);
  EXPECT_EQ(value_of(*page, "spaced", "a", "b"), 1000);
  EXPECT_EQ(page->samples()[4].value, HUGE_VAL);
  EXPECT_EQ(page->samples()[4].unix_seconds, -3982.045);
  EXPECT_TRUE(std::isnan(page->samples()[5].value));
  EXPECT_EQ(value_of(*page, "a.name", "x", "y"), -HUGE_VAL);
  EXPECT_EQ(page->kind("http_requests_total"), MetricKind::counter);
  EXPECT_EQ(page->kind("nothing"), MetricKind::unknown);
}

TEST(Exposition, ReadsOpenMetrics) {
  const auto page = parse_exposition(
      "# TYPE foo counter\n# UNIT foo_seconds seconds\nfoo_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"x}\"} 0.67 "
      "1520879607.7\nfoo_created{a=\"b\"} 1520872607.1\n# TYPE hist histogram\nhist_bucket{le=\"1.0\"} 3 # {} 1\n"
      "hist_bucket{le=\"+Inf\"} 4\nhist_count 4\nhist_sum 9.5\n# TYPE bar gauge\nbar 1\nuntyped 2\n# EOF\n",
      true);
  ASSERT_FALSE(page) << "a unit of another family interrupts";
  const auto good = parse_exposition(
      "# TYPE foo counter\n# HELP foo Things.\nfoo_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"x}\"} 0.67 "
      "1520879607.7\nfoo_created{a=\"b\"} 1520872607.1\n# TYPE hist histogram\nhist_bucket{le=\"1.0\"} 3 # {} 1\n"
      "hist_bucket{le=\"+Inf\"} 4\nhist_count 4\nhist_sum 9.5\n# TYPE bar gauge\nbar 1\nuntyped 2\n# EOF",
      true);
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->samples().size(), 8U);
  EXPECT_EQ(good->samples()[0].unix_seconds, 1520879607.789);
  EXPECT_EQ(good->kind("foo_total"), MetricKind::counter);
  EXPECT_EQ(good->kind("hist_bucket"), MetricKind::histogram);
  EXPECT_EQ(good->kind("bar"), MetricKind::gauge);
}

TEST(Exposition, ReadsWhatRealExportersWrite) {
  const auto haproxy = parse_exposition(file("haproxy"), false);
  ASSERT_TRUE(haproxy) << haproxy.error().message;
  EXPECT_EQ(value_of(*haproxy, "haproxy_server_weight", "server", "ballast-w1"), 10);
  EXPECT_EQ(haproxy->kind("haproxy_backend_http_responses_total"), MetricKind::counter);
  const auto prometheus = parse_exposition(file("prometheus"), false);
  ASSERT_TRUE(prometheus) << prometheus.error().message;
  EXPECT_EQ(value_of(*prometheus, "prometheus_ready"), 1);
  EXPECT_EQ(prometheus->kind("prometheus_http_request_duration_seconds_bucket"), MetricKind::histogram);
  EXPECT_EQ(prometheus->kind("go_gc_duration_seconds"), MetricKind::summary);
}

TEST(Exposition, SaysInWhichLineWhatIsWrong) {
  struct Case {
    const char* page;
    bool openmetrics;
    Errc code;
    const char* message;
  };
  for (const auto& [page, openmetrics, code, message] : {
           Case{"a 1\nb", false, Errc::unavailable, "cut off in line 2: b"},
           Case{"a 1\nb 12", false, Errc::unavailable, "cut off in line 2: b 12"},
           Case{"a 1\n", true, Errc::unavailable, "does not end with # EOF"},
           Case{"", true, Errc::unavailable, "does not end with # EOF"},
           Case{"a 1\n# EO", true, Errc::unavailable, "cut off"},
           Case{"<html>\n", false, Errc::invalid, "HTML or XML instead of metrics: <html>"},
           Case{"a 1\na{b=\"c} 2\n", false, Errc::invalid, "line 2 has malformed labels: a{b=\"c} 2"},
           Case{"a{b=c} 2\n", false, Errc::invalid, "line 1 has malformed labels"},
           Case{"a{b=\"c\" d=\"e\"} 2\n", false, Errc::invalid, "line 1 has malformed labels"},
           Case{"a{1b=\"c\"} 2\n", false, Errc::invalid, "line 1 has malformed labels"},
           Case{"a one\n", false, Errc::invalid, "line 1 has no number as its value"},
           Case{"a\n", false, Errc::invalid, "line 1 has no number as its value"},
           Case{"a 1e999\n", false, Errc::invalid, "line 1 has no number as its value"},
           Case{"a 1 2 3\n", false, Errc::invalid, "line 1 has something behind its value"},
           Case{"a 1 soon\n", false, Errc::invalid, "line 1 has no number as its time"},
           Case{"a 1 NaN\n", false, Errc::invalid, "line 1 has no number as its time"},
           Case{"1a 1\n", false, Errc::invalid, "line 1 names no metric"},
           Case{"{\"a\" b=\"c\"} 1\n", false, Errc::invalid, "line 1 names no metric"},
           Case{"# TYPE a hologram\n", false, Errc::invalid, "line 1 has an unknown type"},
           Case{"# TYPE a gauge\n# TYPE a counter\n", false, Errc::invalid, "line 2 gives a type a second time"},
           Case{"a 1 # {} 1\n", false, Errc::invalid, "line 1 has something behind its value"},
           Case{"a 1\n\n# EOF\n", true, Errc::invalid, "line 2 is empty"},
           Case{"a 1\r\n# EOF\n", true, Errc::invalid, "line 1 has a carriage return"},
           Case{"# TYPE a counter\na 1\n# EOF\n", true, Errc::invalid, "line 2 is a counter without _total"},
           Case{"a 1\nb 1\na{c=\"d\"} 1\n# EOF\n", true, Errc::invalid, "line 3 continues a family"},
           Case{"a 1\n# EOF\nb 1\n", true, Errc::invalid, "something behind # EOF"},
           Case{"a 1 # {x} 1\n# EOF\n", true, Errc::invalid, "line 1 has something behind its value"},
           Case{"#no\n# EOF\n", true, Errc::invalid, "line 1 is no comment of OpenMetrics"},
       }) {
    const auto read = parse_exposition(page, openmetrics);
    ASSERT_FALSE(read) << page;
    EXPECT_EQ(read.error().code, code) << page;
    EXPECT_THAT(read.error().message, HasSubstr(message)) << page;
  }
}

TEST(Exposition, IsCutOffWhereverARealPageIsCut) {
  const std::string page = "# TYPE a counter\na_total 1234\n# TYPE b gauge\nb{c=\"d\"} 5678\n# EOF\n";
  for (std::size_t size = 0; size + 7 < page.size(); ++size)
    EXPECT_FALSE(parse_exposition(page.substr(0, size), true)) << size;
}

TEST(Exposition, IsBounded) {
  std::string many;
  for (std::size_t i = 0; i <= kMaxExpositionSamples; ++i) many += "a 1\n";
  EXPECT_THAT(parse_exposition(many, false).error().message, HasSubstr("limit of 1000000 samples"));
  std::string labels = "a{";
  for (int i = 0; i < 300; ++i) labels += "l" + std::to_string(i) + "=\"\",";
  EXPECT_FALSE(parse_exposition(labels + "} 1\n", false));
}

TEST(Exposition, KnowsItsContentType) {
  EXPECT_TRUE(is_openmetrics("application/openmetrics-text; version=1.0.0; charset=utf-8"));
  EXPECT_TRUE(is_openmetrics("application/openmetrics-text"));
  EXPECT_FALSE(is_openmetrics("application/openmetrics-textual"));
  EXPECT_FALSE(is_openmetrics("text/plain; version=0.0.4"));
}

}  // namespace
}  // namespace ballast
