#include "examples/demo/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "examples/demo/http_text.h"
#include "examples/demo/options.h"

namespace ballast_demo {
namespace {

std::vector<Act> acts_of(std::initializer_list<const char*> texts) {
  std::vector<Act> acts;
  for (const auto* text : texts) acts.push_back(parse_act(text).value());
  return acts;
}

TEST(Schedule, SpacesEvenlyAndFollowsARamp) {
  const auto steady = arrivals(acts_of({"steady:1s:50"}), Spacing::even, 1);
  ASSERT_EQ(steady.size(), 49U);  // the 50th is due as the act is over
  EXPECT_EQ(steady[0].at_us, 20'000);
  EXPECT_EQ(steady[48].at_us, 980'000);
  const auto ramp = arrivals(acts_of({"ramp:5s:50-300"}), Spacing::even, 1);
  EXPECT_EQ(ramp.size(), 874U);  // (50 + 300) / 2 * 5 = 875
  // 100 requests are due after sqrt(50² + 2*50*100) - 50 over 50.
  EXPECT_NEAR(static_cast<double>(ramp[99].at_us), (std::sqrt(12'500.0) - 50) / 50 * 1e6, 1);
}

TEST(Schedule, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto acts = acts_of({"steady:10s:50", "ramp:5s:50-300", "hold:10s:300"});
  const auto at = [&](std::uint64_t seed) {
    std::vector<std::int64_t> times;
    for (const auto& arrival : arrivals(acts, Spacing::poisson, seed)) times.push_back(arrival.at_us);
    return times;
  };
  EXPECT_EQ(at(1), at(1));
  EXPECT_NE(at(1), at(2));
  EXPECT_TRUE(std::ranges::is_sorted(at(1)));
}

TEST(Schedule, IsPoissonWithTheRateOfEachAct) {
  const auto acts = acts_of({"steady:100s:50", "ramp:10s:50-300", "hold:100s:300"});
  const double expected[] = {5'000, 1'750, 30'000};
  double squares = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    double counts[] = {0, 0, 0};
    for (const auto& arrival : arrivals(acts, Spacing::poisson, seed)) ++counts[arrival.act];
    for (int i = 0; i < 3; ++i) {
      const double sigmas = (counts[i] - expected[i]) / std::sqrt(expected[i]);
      EXPECT_LT(std::abs(sigmas), 5) << "seed " << seed << " act " << i;
      squares += sigmas * sigmas;
    }
  }
  // Chi-square with 60 degrees of freedom: far from 0 (too even) and from 120 (too wild).
  EXPECT_GT(squares, 25);
  EXPECT_LT(squares, 110);
}

TEST(Act, RefusesWhatIsNone) {
  for (const auto* text : {"", "hold", "hold:60s", ":5s:50", "hold:60:300", "hold:60s:", "hold:60s:-5", "hold:0s:5",
                           "hold:60s:5-", "Ho\"ld:60s:5", "hold:60s:nan", "hold:60s:1e9"})
    EXPECT_FALSE(parse_act(text)) << text;
}

TEST(Span, ReadsItsUnits) {
  EXPECT_EQ(parse_span_us("500ms"), 500'000);
  EXPECT_EQ(parse_span_us("1.5s"), 1'500'000);
  EXPECT_EQ(parse_span_us("2m"), 120'000'000);
  EXPECT_EQ(parse_span_us("250us"), 250);
  for (const auto* text : {"", "5", "s", "-1s", "5 s", "5h", "infs"}) EXPECT_FALSE(parse_span_us(text)) << text;
}

TEST(Options, RefuseWhatTheyDoNotKnow) {
  constexpr std::string_view kKnown[] = {"port", "act"};
  std::string problem;
  const char* good[] = {"--port", "1", "--act", "a", "--act", "b"};
  const auto options = parse_options(good, kKnown, problem);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->find("act")->second.size(), 2U);
  const char* unknown[] = {"--prot", "1"};
  EXPECT_FALSE(parse_options(unknown, kKnown, problem));
  EXPECT_NE(problem.find("--prot"), std::string::npos);
  const char* lacking[] = {"--port"};
  EXPECT_FALSE(parse_options(lacking, kKnown, problem));
}

TEST(RequestText, TakesOneWholeRequestFromTheFront) {
  const std::string two = "GET /work?id=1 HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\n\r\n";
  const auto first = parse_request(two);
  EXPECT_EQ(first.progress, Progress::done);
  EXPECT_EQ(first.target, "/work?id=1");
  EXPECT_TRUE(first.keep_alive);
  EXPECT_EQ(parse_request(std::string_view{two}.substr(first.size)).target, "/next");
  EXPECT_EQ(parse_request("GET / HTTP/1.1\r\nHos").progress, Progress::more);
  EXPECT_FALSE(parse_request("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse_request("GET / HTTP/1.1\r\nconnection: CLOSE\r\n\r\n").keep_alive);
  EXPECT_EQ(parse_request("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab").progress, Progress::more);
  EXPECT_EQ(parse_request("nonsense\r\n\r\n").progress, Progress::bad);
  EXPECT_EQ(parse_request("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").progress, Progress::bad);
  EXPECT_EQ(parse_request(std::string(kMaxHead, 'a')).progress, Progress::bad);
}

TEST(AnswerText, EndsByItsLengthOrByTheClose) {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const auto answer = parse_answer(whole, false);
  EXPECT_EQ(answer.progress, Progress::done);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.keep_alive);
  EXPECT_EQ(parse_answer(whole.substr(0, whole.size() - 1), false).progress, Progress::more);
  EXPECT_EQ(parse_answer(whole.substr(0, whole.size() - 1), true).progress, Progress::bad);
  const auto closed = parse_answer("HTTP/1.1 503 Busy\r\n\r\nsorry", true);
  EXPECT_EQ(closed.status, 503);
  EXPECT_FALSE(closed.keep_alive);
  EXPECT_EQ(parse_answer("SSH-2.0 hello\r\n\r\n", false).progress, Progress::bad);
  EXPECT_EQ(parse_answer("", true).progress, Progress::bad);
}

}  // namespace
}  // namespace ballast_demo
