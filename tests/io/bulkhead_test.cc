#include "io/bulkhead.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

/// Answers each url after a time of its own, and counts.
class SlowFetcher final : public Fetcher {
 public:
  explicit SlowFetcher(TimeSource& time) : time_(time) {}
  Task<Result<Response>> fetch(Request request) override {
    const TimePoint deadline = time_.now() + request.deadline;
    const Running counted(*this);
    asked.push_back(request.url);
    const TimePoint end = time_.now() + takes[request.url];
    co_await Sleep(time_, std::min(end, deadline));
    if (end > deadline) co_return Error{Errc::timeout, request.url};
    ++answered;
    Response response;
    response.status = 200;
    response.body = request.url;
    co_return response;
  }
  std::map<std::string, Duration> takes{};
  std::vector<std::string> asked{};
  int running = 0;
  int most_running = 0;
  int answered = 0;

 private:
  struct Running {
    SlowFetcher& of;
    explicit Running(SlowFetcher& fetcher) : of(fetcher) { of.most_running = std::max(of.most_running, ++of.running); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --of.running; }
  };
  TimeSource& time_;
};

struct Outcome {
  std::optional<Result<Response>> answer{};
  TimePoint at{};
};

Task<void> fetch_into(Fetcher& fetcher, TimeSource& time, Request request, Outcome* out) {
  auto answer = co_await fetcher.fetch(std::move(request));
  out->answer.emplace(std::move(answer));
  out->at = time.now();
}

Request get(std::string url, Duration deadline = 5s) {
  Request request;
  request.url = std::move(url);
  request.deadline = deadline;
  return request;
}

class BulkheadTest : public testing::Test {
 protected:
  void ask(Request request, Outcome& out) { group_.spawn(fetch_into(*bulkhead_, clock_, std::move(request), &out)); }
  SimClock clock_{};
  TimePoint start_ = clock_.now();
  SlowFetcher below_{clock_};
  std::unique_ptr<Fetcher> bulkhead_ = make_bulkhead(below_, clock_, {.under_way = 2, .waiting = 3});
  TaskGroup group_{};
};

TEST_F(BulkheadTest, HoldsASourceToItsSlotsAndServesInTheOrderOfAsking) {
  std::vector<Outcome> out(5);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string url = "http://h/" + std::to_string(i);
    below_.takes[url] = 1s;
    ask(get(url), out[i]);
  }
  clock_.run_for(1min);
  EXPECT_EQ(below_.most_running, 2);
  EXPECT_EQ(below_.asked,
            (std::vector<std::string>{"http://h/0", "http://h/1", "http://h/2", "http://h/3", "http://h/4"}));
  EXPECT_EQ(out[1].at - start_, 1s);
  EXPECT_EQ(out[2].at - start_, 2s);
  EXPECT_EQ(out[4].at - start_, 3s);
  for (const Outcome& one : out) EXPECT_TRUE(*one.answer);
}

TEST_F(BulkheadTest, DoesNotLetOneSourceWaitForAnother) {
  std::vector<Outcome> slow(5);
  for (std::size_t i = 0; i < slow.size(); ++i) {
    below_.takes["http://slow/" + std::to_string(i)] = 1h;
    ask(get("http://slow/" + std::to_string(i)), slow[i]);
  }
  Outcome quick;
  below_.takes["http://quick/"] = 1ms;
  ask(get("http://quick/"), quick);
  clock_.run_for(1min);
  EXPECT_EQ(quick.at - start_, 1ms);
}

TEST_F(BulkheadTest, CountsTheWaitAgainstTheDeadline) {
  std::vector<Outcome> out(4);
  for (std::size_t i = 0; i < out.size(); ++i) {
    below_.takes["http://h/" + std::to_string(i)] = 4s;
    ask(get("http://h/" + std::to_string(i)), out[i]);
  }
  Outcome impatient;
  ask(get("http://h/impatient", 1s), impatient);
  clock_.run_for(1min);
  EXPECT_TRUE(*out[0].answer);
  EXPECT_EQ(out[2].answer->error().code, Errc::timeout);
  EXPECT_EQ(out[2].at - start_, 5s) << "4 s of waiting leave 1 s of the 5";
  EXPECT_EQ(impatient.answer->error().code, Errc::timeout);
  EXPECT_EQ(impatient.at - start_, 1s);
  EXPECT_NE(impatient.answer->error().message.find("2 requests to this source are under way"), std::string::npos);
}

TEST_F(BulkheadTest, RefusesAtOnceWhenTooManyWait) {
  std::vector<Outcome> out(6);
  for (std::size_t i = 0; i < out.size(); ++i) {
    below_.takes["http://h/" + std::to_string(i)] = 1s;
    ask(get("http://h/" + std::to_string(i)), out[i]);
  }
  EXPECT_EQ(out[5].answer->error().code, Errc::unavailable);
  EXPECT_EQ(out[5].at, start_);
  clock_.run_for(1min);
  EXPECT_TRUE(*out[4].answer);
}

TEST_F(BulkheadTest, AsksEqualQuestionsOnce) {
  std::vector<Outcome> out(10);
  below_.takes["http://h/same"] = 1s;
  for (Outcome& one : out) ask(get("http://h/same"), one);
  clock_.run_for(1min);
  EXPECT_EQ(below_.asked.size(), 1U);
  for (const Outcome& one : out) EXPECT_EQ((*one.answer)->body, "http://h/same");
  Outcome later;
  ask(get("http://h/same"), later);
  clock_.run_for(1min);
  EXPECT_EQ(below_.asked.size(), 2U) << "an answer is shared, not kept";
}

TEST_F(BulkheadTest, NeverSharesWritesNorQuestionsThatDiffer) {
  std::vector<Outcome> out(4);
  Request write = get("http://h/x");
  write.method = "POST";
  ask(write, out[0]);
  ask(write, out[1]);
  Request other = get("http://h/x");
  other.headers = {{"Authorization", "another"}};
  ask(get("http://h/x"), out[2]);
  ask(other, out[3]);
  clock_.run_for(1min);
  EXPECT_EQ(below_.asked.size(), 4U);
}

TEST_F(BulkheadTest, SharesErrorsToo) {
  std::vector<Outcome> out(3);
  below_.takes["http://h/same"] = 1h;
  for (Outcome& one : out) ask(get("http://h/same"), one);
  clock_.run_for(1min);
  for (const Outcome& one : out) EXPECT_EQ(one.answer->error().code, Errc::timeout);
  EXPECT_EQ(below_.asked.size(), 1U);
}

TEST_F(BulkheadTest, LetsAnotherAskAnewWhenTheFirstAskerGoes) {
  std::vector<Outcome> out(3);
  below_.takes["http://h/same"] = 2s;
  auto first = std::make_unique<TaskGroup>();
  first->spawn(fetch_into(*bulkhead_, clock_, get("http://h/same"), &out[0]));
  ask(get("http://h/same"), out[1]);
  ask(get("http://h/same"), out[2]);
  clock_.run_for(1s);
  first.reset();
  EXPECT_EQ(below_.running, 0);
  clock_.run_for(1min);
  EXPECT_FALSE(out[0].answer);
  EXPECT_EQ(below_.asked.size(), 2U);
  EXPECT_EQ(out[1].at - start_, 3s);
  EXPECT_EQ(out[2].at - start_, 3s);
  EXPECT_EQ((*out[2].answer)->body, "http://h/same");
}

TEST_F(BulkheadTest, GivesTheSlotOfAnAskerWhoGoesToTheNext) {
  std::vector<Outcome> out(4);
  auto goes = std::make_unique<TaskGroup>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::string url = "http://h/" + std::to_string(i);
    below_.takes[url] = i < 2 ? 1h : 1s;
    TaskGroup& group = i == 0 || i == 2 ? *goes : group_;
    group.spawn(fetch_into(*bulkhead_, clock_, get(url, 10s), &out[i]));
  }
  clock_.run_for(1s);
  goes.reset();  // one that was under way and one that waited
  clock_.run_for(1min);
  EXPECT_EQ(out[3].at - start_, 2s);
}

TEST_F(BulkheadTest, MayBeLeftByAllAtOnce) {
  std::vector<Outcome> out(5);
  for (Outcome& one : out) {
    const std::string url = "http://h/" + std::to_string(&one - out.data());
    below_.takes[url] = 1s;
    ask(get(url), one);
    ask(get(url), one);
  }
  clock_.run_for(500ms);
  group_.clear();
  EXPECT_EQ(below_.running, 0);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

}  // namespace
}  // namespace ballast
