// How far back queries look: what people write, and what nobody should.
#include "formats/promql.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(PromqlReach, IsTheLongestRangeWhenEverySelectorHasOne) {
  struct Case {
    const char* query;
    std::size_t selectors;
    Duration oldest;
  };
  for (const auto& [query, selectors, oldest] : {
           Case{"rate(x[1m])", 1, minutes{1}},
           Case{"sum(rate(http_requests_total{app=\"checkout\"}[1m]))", 1, minutes{1}},
           Case{"sum by (pod) (rate(x[1m]))", 1, minutes{1}},
           Case{"sum(rate(x[1m])) by (pod)", 1, minutes{1}},
           Case{"SUM BY (pod, by, sum) (rate(x[1m]))", 1, minutes{1}},
           Case{"sum(rate(a[1m])) / on (pod) group_left (node) sum(rate(b[90s])) > bool 0.5", 2, seconds{90}},
           Case{"rate(a[1m]) and on () rate(b[2m]) unless ignoring (x, y) rate(c[30s])", 3, minutes{2}},
           Case{"histogram_quantile(0.99, sum by (le) (rate(latency_bucket[5m])))", 1, minutes{5}},
           Case{"quantile(0.9, rate(x[1m]))", 1, minutes{1}},
           Case{"quantile_over_time(0.9, x[1h30m])", 1, minutes{90}},
           Case{"avg_over_time(x[1m] offset 5m)", 1, minutes{6}},
           Case{"avg_over_time(x[1m] OFFSET -5m)", 1, minutes{1}},
           Case{"max_over_time(rate(x[1m])[10m:30s])", 1, minutes{11}},
           Case{"max_over_time(rate(x[1m])[10m:] offset 1m)", 1, minutes{12}},
           Case{"max_over_time((rate(x[1m]) + rate(y[2m]))[10m:])", 2, minutes{12}},
           Case{"max_over_time(sum(rate(x[1m]))[5m:][1h:1m])", 1, minutes{66}},
           Case{"{__name__=~\"a|b\"}[1m]", 1, minutes{1}},
           Case{"{\"my.metric\", a='}'}[1m]", 1, minutes{1}},
           Case{"rate(job:requests:total[1m] @ end())", 1, minutes{1}},
           Case{"rate(x[1m]) # up", 1, minutes{1}},
           Case{"rate( # up\n x [ 1m ] )", 1, minutes{1}},
           Case{"-rate(x[1m]) ^ -2e-3 + 0x1F * Inf % NaN - 1e+6 atan2 .5", 1, minutes{1}},
           Case{"rate(x{a=\"[5h]\", b=\"\\\"}[5h]\", c=`\\`}[1m])", 1, minutes{1}},
           Case{"label_replace(rate(x[1m]), \"a\", \"$1\", \"b\", \"(.*) [9h]\")", 1, minutes{1}},
           Case{"topk(3, rate(x[1m])) or bottomk without (a) (3, rate(x[1m]))", 2, minutes{1}},
           Case{"count_values(\"v\", rate(x[1m]))", 1, minutes{1}},
           Case{"rate(sum[1m]) + rate(by{a=\"b\"}[1m]) + rate(offset[1m])", 3, minutes{1}},
           Case{"rate(x[60])", 1, minutes{1}},
           Case{"rate(x[1y])", 1, hours{24 * 365}},
           Case{"hour(rate(x[1m]))", 1, minutes{1}},
           Case{"rate(x[1m]) > time() - 5", 1, minutes{1}},
       }) {
    const auto reach = promql_reach(query);
    ASSERT_TRUE(reach) << query << ": " << reach.error().message;
    EXPECT_EQ(*reach, (PromqlReach{selectors, oldest, ""})) << query << ": " << reach->why;
  }
}

TEST(PromqlReach, HasNoBoundWhereASampleOfAnyAgeOrNoneCounts) {
  struct Case {
    const char* query;
    const char* why;
  };
  for (const auto& [query, why] : {
           Case{"up", "`up` has no range"},
           Case{"sum(up)", "`up` has no range"},
           Case{"rate(x[1m]) / up{job=\"a\"}", "`up` has no range"},
           Case{"{job=\"a\"}", "`{…}` has no range"},
           Case{"max_over_time(up[5m:1m])", "`up` has no range"},
           Case{"up offset 5m", "`up` has no range"},
           Case{"sum", "`sum` has no range"},
           Case{"rate(x[1m] @ 1609746000)", "`@` pins it to a fixed time"},
           Case{"rate(x[1m] @ -1.5e9 offset 5m)", "`@` pins it to a fixed time"},
           Case{"sum(rate(x[1m])) or vector(0)", "vector() gives a value where there is no sample"},
           Case{"absent(up)", "absent() gives a value where there is no sample"},
           Case{"sum(rate(x[1m])) or hour()", "hour() gives a value where there is no sample"},
           Case{"1", "it reads no series"},
           Case{"time()", "it reads no series"},
           Case{"\"up[1m]\"", "it reads no series"},
       }) {
    const auto reach = promql_reach(query);
    ASSERT_TRUE(reach) << query << ": " << reach.error().message;
    EXPECT_EQ(reach->why, why) << query;
    EXPECT_EQ(reach->oldest, Duration{}) << query;
  }
}

TEST(PromqlReach, SaysWhereItStopsUnderstanding) {
  struct Case {
    const char* query;
    const char* message;
  };
  for (const auto& [query, message] : {
           Case{"", "character 1: the query ends too early"},
           Case{"sum(", "character 5: the query ends too early"},
           Case{"sum(a", "character 6: ')' is missing"},
           Case{"rate(x[1m)", "character 8: ']' is missing"},
           Case{"rate(x[soon])", "character 8: 'soon' is no duration"},
           Case{"rate(x[-1m])", "character 8: '-1m' is no duration"},
           Case{"up{a=\"b}", "character 9: a quote is not closed"},
           Case{"a b", "character 3: 'b' is not expected"},
           Case{"a +", "character 4: the query ends too early"},
           Case{"a)", "character 2: ')' is not expected"},
           Case{"rate(x)[5m]", "character 12: a range of what is no selector"},
           Case{"x[1m][1m]", "character 10: a range of what is no selector"},
           Case{"up @ now", "character 6: no time after '@'"},
           Case{"\xC3\xBC", "is not expected"},
       }) {
    const auto reach = promql_reach(query);
    ASSERT_FALSE(reach) << query;
    EXPECT_EQ(reach.error().code, Errc::invalid);
    EXPECT_NE(reach.error().message.find(message), std::string::npos) << query << ": " << reach.error().message;
  }
}

TEST(PromqlReach, IsBoundedInLengthDepthAndTime) {
  EXPECT_FALSE(promql_reach(std::string(kMaxPromqlBytes + 1, ' ')));
  const auto nested = [](std::size_t levels) { return std::string(levels, '(') + "x[1m]" + std::string(levels, ')'); };
  EXPECT_TRUE(promql_reach(nested(63)));
  EXPECT_EQ(promql_reach(nested(64)).error().message, "character 65: more than 64 levels");
  std::string far = "x[1m]";
  while (far.size() + 8 < kMaxPromqlBytes) far += "[99y:1s]";
  const auto reach = promql_reach(far);
  ASSERT_TRUE(reach);
  EXPECT_EQ(reach->oldest, hours{24 * 365 * 100});
}

}  // namespace
}  // namespace ballast
