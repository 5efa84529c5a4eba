// Answers of a Prometheus 2.42, and those that no Prometheus gives.
#include "formats/promql_result.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "formats/form.h"

namespace ballast {
namespace {

std::string vector_of(const std::string& items) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + items + "]}}";
}

TEST(PromqlResult, ReadsVectorsAndScalars) {
  const auto vector = parse_promql_result(vector_of(
      R"({"metric":{"__name__":"up","job":"a\"b"},"value":[1700000000.123,"1"]},{"metric":{},"value":[1700000000,"1.5e+06"]})"));
  ASSERT_TRUE(vector) << vector.error().message;
  EXPECT_EQ(
      *vector,
      (PromqlResult{false, {{{{"__name__", "up"}, {"job", "a\"b"}}, 1, 1700000000.123}, {{}, 1.5e6, 1700000000}}}));
  EXPECT_EQ(*vector->series[0].label("job"), "a\"b");
  EXPECT_EQ(vector->series[0].label("pod"), nullptr);
  const auto scalar =
      parse_promql_result(R"({"status":"success","data":{"resultType":"scalar","result":[1700000000.5,"42"]}})");
  ASSERT_TRUE(scalar) << scalar.error().message;
  EXPECT_EQ(*scalar, (PromqlResult{true, {{{}, 42, 1700000000.5}}}));
}

TEST(PromqlResult, KeepsNoSeriesNanAndInfinityApartFromZero) {
  EXPECT_TRUE(parse_promql_result(vector_of(""))->series.empty());
  const auto value = [](const std::string& text) {
    return parse_promql_result(vector_of(R"({"metric":{},"value":[1,")" + text + "\"]}"))->series[0].value;
  };
  EXPECT_TRUE(std::isnan(value("NaN")));
  EXPECT_EQ(value("+Inf"), HUGE_VAL);
  EXPECT_EQ(value("-Inf"), -HUGE_VAL);
  EXPECT_EQ(value("-0.25"), -0.25);
}

TEST(PromqlResult, IsNoResultWhenTheServerSaysSo) {
  struct Case {
    const char* body;
    Errc code;
    const char* message;
  };
  for (
      const auto& [body, code, message] : {
          Case{R"({"status":"error","errorType":"bad_data","error":"parse error: unexpected end of input"})",
               Errc::invalid, "bad_data: parse error: unexpected end of input"},
          Case{R"({"status":"error","errorType":"timeout","error":"query timed out"})", Errc::timeout,
               "timeout: query"},
          Case{R"({"status":"error","errorType":"execution","error":"many-to-many"})", Errc::unavailable,
               "many-to-many"},
          Case{R"({"status":"error"})", Errc::unavailable, ": "},
          Case{R"({"status":"error","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"5"]}]}})",
               Errc::unavailable, ": "},
          Case{
              R"({"status":"success","warnings":["a store is away"],"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"5"]}]}})",
              Errc::unavailable, "the answer is partial: a store is away"},
          Case{R"({"status":"success","warnings":[7],"data":{"resultType":"vector","result":[]}})", Errc::unavailable,
               "partial"},
      }) {
    const auto result = parse_promql_result(body);
    ASSERT_FALSE(result) << body;
    EXPECT_EQ(result.error().code, code) << body;
    EXPECT_NE(result.error().message.find(message), std::string::npos) << result.error().message;
  }
}

TEST(PromqlResult, IsNotPartialForWhatIsOnlyARemark) {
  const std::string data = R"("data":{"resultType":"vector","result":[{"metric":{},"value":[1,"5"]}]}})";
  for (const std::string remark : {R"("infos":["PromQL info: metric might not be a counter"],)",
                                   R"("warnings":["PromQL info: not a counter"],)", R"("warnings":[],)"})
    EXPECT_TRUE(parse_promql_result(R"({"status":"success",)" + remark + data)) << remark;
}

TEST(PromqlResult, RefusesWhatHoldsNoNumber) {
  struct Case {
    std::string body;
    const char* message;
  };
  const std::string good = vector_of(R"({"metric":{},"value":[1,"5"]})");
  for (const auto& [body, message] : {
           Case{"", "an empty body"},
           Case{"<html><body>502 Bad Gateway</body></html>", "HTML or XML instead of JSON: <html>"},
           Case{good.substr(0, good.size() - 1), "not JSON"},
           Case{good + "x", "not JSON"},
           Case{"null", "its status is ''"},
           Case{"[]", "its status is ''"},
           Case{R"({"status":"success"})", "it has no data.result"},
           Case{R"({"status":"success","data":null})", "it has no data.result"},
           Case{R"({"status":"success","data":{"resultType":"vector","result":null}})", "the result is no list"},
           Case{R"({"status":"success","data":{"resultType":"matrix","result":[]}})", "gives a range of samples"},
           Case{R"({"status":"success","data":{"resultType":"string","result":[1,"x"]}})", "gives a string"},
           Case{R"({"status":"success","data":{"resultType":"map","result":[]}})", "its resultType is 'map'"},
           Case{vector_of(R"({"metric":{},"value":[1,null]})"), "a sample is not"},
           Case{vector_of(R"({"metric":{},"value":[1,5]})"), "a sample is not"},
           Case{vector_of(R"({"metric":{},"value":["1","5"]})"), "a sample is not"},
           Case{vector_of(R"({"metric":{},"value":[1,"5","6"]})"), "a sample is not"},
           Case{vector_of(R"({"metric":{},"value":[1,""]})"), "'' is no value"},
           Case{vector_of(R"({"metric":{},"value":[1,"5 apples"]})"), "'5 apples' is no value"},
           Case{vector_of(R"({"metric":{},"value":[1,"1e999"]})"), "'1e999' is no value"},
           Case{vector_of(R"({"metric":{"a":1},"value":[1,"5"]})"), "the value of a label is no string"},
           Case{vector_of(R"({"value":[1,"5"]})"), "a series has no labels"},
           Case{vector_of(R"({"metric":{}})"), "a series has no value"},
           Case{vector_of(R"({"metric":{},"histogram":[1,{"count":"5"}]})"), "gives histograms"},
       }) {
    const auto result = parse_promql_result(body);
    ASSERT_FALSE(result) << body;
    EXPECT_EQ(result.error().code, Errc::invalid) << body;
    EXPECT_NE(result.error().message.find(message), std::string::npos) << body << "\n" << result.error().message;
  }
}

TEST(PromqlResult, IsBounded) {
  std::string items = R"({"metric":{},"value":[1,"5"]})";
  std::string many = items;
  for (std::size_t i = 1; i < kMaxPromqlSeries; ++i) many += "," + items;
  EXPECT_EQ(parse_promql_result(vector_of(many))->series.size(), kMaxPromqlSeries);
  EXPECT_FALSE(parse_promql_result(vector_of(many + "," + items)));
  EXPECT_FALSE(parse_promql_result(std::string(100'000, '[')));
  EXPECT_FALSE(parse_promql_result(std::string((std::size_t{64} << 20) + 1, ' ')));
}

TEST(PromqlSeries, IsShownShortAndOnOneLine) {
  PromqlSeries series{{{"a", "1\n2"}, {"b", std::string(500, 'x')}}, 0, 0};
  EXPECT_EQ(to_string(series), "{a=\"1 2\", b=\"" + std::string(60, 'x') + "\"}");
  for (const char* name : {"c", "d", "e", "f"}) series.labels.emplace_back(name, "");
  EXPECT_NE(to_string(series).find("d=\"\", …}"), std::string::npos);
}

TEST(Form, EscapesWhatABrowserEscapes) {
  EXPECT_EQ(form_encode("a b&c=d%+\n\xC3\xBC-._*~"), "a+b%26c%3Dd%25%2B%0A%C3%BC-._*%7E");
  EXPECT_EQ(form({{"query", "up{a=\"b\"}"}, {"timeout", "5s"}}), "query=up%7Ba%3D%22b%22%7D&timeout=5s");
}

}  // namespace
}  // namespace ballast
