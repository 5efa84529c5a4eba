// What is read from answers, and what stays unknown.
#include "probes/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr TimePoint kNow{seconds{50}};
constexpr double kUnix = 1'700'000'000;
const WallTime kWall{seconds{1'700'000'000}};

Response answer(const std::string& body, int status = 200) {
  return {.status = status, .body = body, .received_at = kNow, .wall = kWall};
}
std::string series(const std::string& labels, const std::string& value, double at = kUnix) {
  return "{\"metric\":{" + labels + "},\"value\":[" + std::to_string(at) + ",\"" + value + "\"]}";
}
std::string vector_of(const std::string& items) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + items + "]}}";
}
Result<NamedReading> read(const PrometheusSpec& spec, const Response& response) {
  const auto probe = compile(spec);
  const auto page = probe.decode(response);
  if (!page) return page.error();
  return probe.select(*page, nullptr);
}
PrometheusSpec spec(const std::string& query = "sum(rate(x[1m]))") {
  return {.server_address = "http://p:9090", .query = query};
}

auto is(Errc code, const std::string& text) {
  return testing::ResultOf(
      [](const Result<NamedReading>& reading) {
        return reading ? "a reading of " + std::to_string(reading->samples[0].value)
                       : std::string(to_string(reading.error().code)) + ": " + reading.error().message;
      },
      testing::AllOf(testing::StartsWith(std::string(to_string(code)) + ": "), HasSubstr(text)));
}

TEST(PrometheusProbe, AsksWithGetAndWithAFormWhereTheUrlWouldBeLong) {
  const Request request = prometheus_request({.server_address = "http://p:9090/prefix//", .query = "up{a=\"b c\"}"});
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url, "http://p:9090/prefix/api/v1/query?query=up%7Ba%3D%22b+c%22%7D&timeout=5s");
  EXPECT_EQ(request.deadline, seconds{5});
  PrometheusSpec large = spec("sum(" + std::string(3000, 'x') + "[1m])");
  large.timeout = std::chrono::milliseconds{1500};
  const Request posted = prometheus_request(large);
  EXPECT_EQ(posted.method, "POST");
  EXPECT_EQ(posted.url, "http://p:9090/api/v1/query");
  EXPECT_EQ(posted.content_type, "application/x-www-form-urlencoded");
  EXPECT_THAT(posted.body,
              testing::AllOf(testing::StartsWith("query=sum%28xxx"), testing::EndsWith("&timeout=1s500ms")));
}

TEST(PrometheusProbe, ReadsOneSeriesOrAScalar) {
  EXPECT_EQ(*read(spec(), answer(vector_of(series("", "12.5")))), scalar(kNow, 12.5, minutes{1}));
  EXPECT_EQ(*read(spec("up"), answer(vector_of(series("\"job\":\"a\"", "1")))), scalar(kNow, 1));
  EXPECT_EQ(*read(spec("scalar(up)"),
                  answer(R"({"status":"success","data":{"resultType":"scalar","result":[1700000000,"3"]}})")),
            scalar(kNow, 3));
}

TEST(PrometheusProbe, NeverTakesTheUnknownForANumber) {
  const std::string good = vector_of(series("", "5"));
  for (const auto& [response, expected] : {
           std::pair{answer(vector_of("")), is(Errc::not_found, "no series: unknown, which is not 0")},
           std::pair{answer(vector_of(series("", "NaN"))), is(Errc::invalid, "the value is nan")},
           std::pair{answer(vector_of(series("", "+Inf"))), is(Errc::invalid, "the value is inf")},
           std::pair{answer(vector_of(series("", "-Inf"))), is(Errc::invalid, "the value is -inf")},
           std::pair{answer(good, 500), is(Errc::unavailable, "HTTP 500")},
           std::pair{answer(R"({"status":"error","errorType":"bad_data","error":"parse error"})", 400),
                     is(Errc::invalid, "HTTP 400: bad_data: parse error")},
           std::pair{answer(R"({"status":"error","errorType":"execution","error":"many-to-many"})", 422),
                     is(Errc::unavailable, "HTTP 422: execution: many-to-many")},
           std::pair{answer("<html>no", 502), is(Errc::unavailable, "HTTP 502: HTML or XML instead of JSON: <html>no")},
           std::pair{answer("<html>log in"), is(Errc::invalid, "HTML or XML instead of JSON")},
           std::pair{answer("", 302), is(Errc::unavailable, "redirects are not followed")},
           std::pair{answer("no", 401), is(Errc::denied, "HTTP 401")},
           std::pair{answer("slow down", 429), is(Errc::rate_limited, "HTTP 429")},
           std::pair{answer("", 204), is(Errc::invalid, "an empty body")},
       })
    EXPECT_THAT(read(spec(), response), expected);
}

TEST(PrometheusProbe, WantsOneSeriesUnlessALabelNamesMembers) {
  const std::string two = vector_of(series("\"pod\":\"a\"", "1") + "," + series("\"pod\":\"b\"", "2"));
  EXPECT_THAT(read(spec(), answer(two)),
              is(Errc::invalid, "2 series, such as {pod=\"a\"} and {pod=\"b\"}; take sum() of them, or name"));
  PrometheusSpec members = spec();
  members.member_label = "pod";
  const NamedReading both{kNow, minutes{1}, {{"a", 1, kNow, minutes{1}}, {"b", 2, kNow, minutes{1}}}};
  EXPECT_EQ(*read(members, answer(two)), both);
  EXPECT_THAT(read(members, answer(vector_of(series("\"pod\":\"a\"", "1") + "," + series("\"x\":\"y\"", "2")))),
              is(Errc::not_found, "a series has no label 'pod' (memberLabel): {x=\"y\"}"));
  EXPECT_THAT(read(members, answer(vector_of(series("\"pod\":\"\"", "1")))), is(Errc::not_found, "no label 'pod'"));
  EXPECT_THAT(read(members, answer(vector_of(series("\"pod\":\"a\",\"n\":\"1\"", "1") + "," +
                                             series("\"pod\":\"a\",\"n\":\"2\"", "2")))),
              is(Errc::invalid, "two series have the pod 'a'; aggregate them: sum by (pod) (…)"));
  EXPECT_THAT(read(members, answer(vector_of(series("\"pod\":\"a\"", "1") + "," + series("\"pod\":\"b\"", "NaN")))),
              is(Errc::invalid, "the value is nan: {pod=\"b\"}"));
}

TEST(PrometheusProbe, IsAsOldAsTheEvaluationByTheWallClock) {
  EXPECT_EQ(read(spec(), answer(vector_of(series("", "5", kUnix - 300))))->at, kNow - minutes{5});
  EXPECT_EQ(read(spec(), answer(vector_of(series("", "5", kUnix + 300))))->at, kNow);
  EXPECT_LT(read(spec(), answer(vector_of(series("", "5", -1e300))))->at, kNow - std::chrono::hours{24 * 365});
}

TEST(PrometheusProbe, AsksForTheNewestSampleInTheSameAnswer) {
  PrometheusSpec dated = spec("depth # of the queue");
  dated.freshness = "max(timestamp(depth))";
  EXPECT_THAT(
      prometheus_request(dated).url,
      HasSubstr("query=label_replace%28%28depth+%23+of+the+queue%0A%29%2C+%22ballast_part%22%2C+%22value%22%2C"));
  const auto parts = [](const std::string& value, const std::string& time) {
    return answer(vector_of(value + (time.empty() ? "" : ",") + time));
  };
  const std::string value = series(R"("ballast_part":"value")", "7");
  const auto newest = [](double at) { return series(R"("ballast_part":"freshness")", std::to_string(at)); };
  EXPECT_EQ(*read(dated, parts(value, newest(kUnix - 42))), scalar(kNow - seconds{42}, 7));
  EXPECT_EQ(read(dated, parts(value, newest(kUnix + 9)))->at, kNow);
  EXPECT_THAT(read(dated, parts(value, "")), is(Errc::unavailable, "the freshness query gives no series"));
  EXPECT_THAT(read(dated, answer(vector_of(newest(kUnix)))), is(Errc::not_found, "no series"));
  EXPECT_THAT(read(dated, parts(value, series(R"("ballast_part":"freshness")", "NaN"))),
              is(Errc::unavailable, "no finite time"));
  EXPECT_THAT(read(dated, parts(value, series(R"("ballast_part":"freshness","pod":"a")", "1") + "," +
                                           series(R"("ballast_part":"freshness","pod":"b")", "1"))),
              is(Errc::invalid, "take min() of them"));
}

TEST(PrometheusProbe, KnowsTheAgeOfEachMember) {
  PrometheusSpec members = spec("depth");
  members.freshness = "timestamp(depth)";
  members.member_label = "pod";
  const auto of = [](const std::string& part, const std::string& pod, double number) {
    return series("\"ballast_part\":\"" + part + "\",\"pod\":\"" + pod + "\"", std::to_string(number));
  };
  const auto reading =
      read(members, answer(vector_of(of("value", "a", 1) + "," + of("value", "b", 2) + "," +
                                     of("freshness", "a", kUnix - 5) + "," + of("freshness", "b", kUnix - 60))));
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_EQ(reading->at, kNow - seconds{60});
  EXPECT_EQ(reading->samples[0].at, kNow - seconds{5});
  EXPECT_EQ(reading->samples[1].at, kNow - seconds{60});
  EXPECT_THAT(read(members, answer(vector_of(of("value", "a", 1) + "," + of("freshness", "b", kUnix)))),
              is(Errc::not_found, "no time for pod 'a'"));
}

TEST(PrometheusProbe, ProvesAnAgeWithRangesWithinStaleAfterOrWithFreshness) {
  EXPECT_EQ(undated(spec("rate(x[1m])"), minutes{1}), "");
  EXPECT_THAT(undated(spec("rate(x[5m])"), minutes{1}), HasSubstr("reach 5m back, beyond staleAfter (1m)"));
  EXPECT_EQ(undated(spec("rate(x[5m])"), minutes{5}), "");
  EXPECT_EQ(undated(spec("up"), minutes{5}), "`up` has no range");
  EXPECT_THAT(undated(spec("up +"), minutes{5}), HasSubstr("cannot be told (character 5: the query ends too early)"));
  PrometheusSpec dated = spec("up");
  dated.freshness = "timestamp(up)";
  EXPECT_EQ(undated(dated, minutes{1}), "");
}

TEST(PrometheusProbe, RefusesAnAddressThatIsMoreThanABeginning) {
  EXPECT_TRUE(spec().check().empty());
  PrometheusSpec odd = spec();
  odd.server_address = "http://p:9090/?a=b";
  EXPECT_EQ(odd.check().at(0).path, "serverAddress");
}

}  // namespace
}  // namespace ballast
