// What no sensible source says, from each kind of source: a number that is none is an error that shows it, never 0; the
// ends of the range and what is below zero are what they are.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "probes/exec.h"
#include "probes/haproxy.h"
#include "probes/http_value.h"
#include "probes/openmetrics.h"
#include "probes/prometheus.h"
#include "probes/redis.h"

namespace ballast {
namespace {

constexpr TimePoint kNow{std::chrono::seconds{1'000}};
const CompiledProbe kJson = compile(HttpValueSpec{.url = "http://h/v", .json_pointer = "/depth"});
const CompiledProbe kText = compile(HttpValueSpec{.url = "http://h/v"});
const CompiledProbe kExposition = compile(OpenMetricsSpec{.url = "http://h/metrics", .metric = "depth"});
const CompiledProbe kPromql = compile(PrometheusSpec{.server_address = "http://p", .query = "depth"});
const CompiledProbe kExec = compile(ExecSpec{.command = {"/x"}});
const CompiledProbe kRedis =
    compile(RedisSpec{.address = "127.0.0.1:6379", .command = RedisCommand::get, .key = "depth"});
const CompiledProbe kHaproxy = compile(HaproxySpec{.socket = "/s", .backend = "web", .field = "scur"});

struct Source {
  std::string name{};
  const CompiledProbe* probe = nullptr;
  std::function<std::string(const std::string& number)> page{};
};
void PrintTo(const Source& source, std::ostream* out) { *out << source.name; }

std::string bulk(const std::string& text) { return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n"; }

std::vector<Source> sources() {
  return {
      {"json", &kJson, [](const std::string& number) { return R"({"depth": )" + number + "}"; }},
      {"json_text", &kJson, [](const std::string& number) { return R"({"depth": ")" + number + "\"}"; }},
      {"text", &kText, [](const std::string& number) { return number + "\n"; }},
      {"exposition", &kExposition, [](const std::string& number) { return "depth " + number + "\n"; }},
      {"promql", &kPromql,
       [](const std::string& number) {
         return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1000,")" + number +
                R"("]}]}})";
       }},
      {"exec", &kExec, [](const std::string& number) { return number + "\n"; }},
      {"redis", &kRedis,
       [](const std::string& number) { return bulk("loading:0\r\nrole:master\r\n") + bulk(number) + "+OK\r\n"; }},
      {"haproxy", &kHaproxy,
       [](const std::string& number) { return "# pxname,svname,scur,\nweb,BACKEND," + number + ",\n\n"; }},
  };
}

Result<NamedReading> read(const Source& source, const std::string& number) {
  const Response response{.status = 200,
                          .content_type = "text/plain",
                          .body = source.page(number),
                          .received_at = kNow,
                          .wall = WallTime{std::chrono::seconds{1'000}}};
  const auto page = source.probe->decode(response);
  if (!page) return page.error();
  return source.probe->select(*page, nullptr);
}

class ExtremeValues : public testing::TestWithParam<Source> {};

TEST_P(ExtremeValues, ThatAreNoFiniteNumberAreErrorsThatShowThem) {
  for (const std::string text : {"NaN", "nan", "+Inf", "-Inf", "Infinity", "1e999", "-1e999"}) {
    const auto reading = read(GetParam(), text);
    ASSERT_FALSE(reading) << text << ": " << (reading ? reading->samples.at(0).value : 0);
    EXPECT_EQ(reading.error().code, Errc::invalid) << text << ": " << reading.error().message;
    std::string shown = reading.error().message;
    for (char& c : shown) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    EXPECT_TRUE(shown.find("nan") != shown.npos || shown.find("inf") != shown.npos || shown.find("1e999") != shown.npos)
        << text << ": " << reading.error().message;
  }
}

TEST_P(ExtremeValues, AtTheEndsOfTheRangeAndBelowZeroAreWhatTheyAre) {
  for (const double value : {0.0, -1.0, -1e308, 1e308, std::numeric_limits<double>::max(), 1e-300, 9.3e18}) {
    const std::string text = fmt::format("{}", value);
    const auto reading = read(GetParam(), text);
    ASSERT_TRUE(reading) << text << ": " << reading.error().message;
    EXPECT_EQ(*reading, scalar(kNow, value)) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Sources, ExtremeValues, testing::ValuesIn(sources()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ballast
