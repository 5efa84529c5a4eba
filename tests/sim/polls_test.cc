// Probes that misbehave, beside those that do not.
#include "controller/engine/polls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/sim_clock.h"

namespace ballast {
namespace {

using testing::HasSubstr;

constexpr Duration kInterval = std::chrono::seconds{1};

/// Answers at once with what the url asks for; `http://throws` throws.
class Echo final : public Fetcher {
 public:
  explicit Echo(SimClock& clock) : clock_(clock) {}
  Task<Result<Response>> fetch(Request request) override {
    asked.emplace_back(request.url, clock_.now());
    const TimePoint until = clock_.now() + std::chrono::milliseconds{1};
    co_await Sleep(clock_, until);
    if (request.url == "http://throws") throw std::runtime_error("no more sockets");
    Response response{.status = status, .body = request.url, .received_at = clock_.now()};
    response.retry_after = retry_after;
    co_return response;
  }
  std::vector<std::pair<std::string, TimePoint>> asked{};
  int status = 200;
  std::optional<Duration> retry_after{};

 private:
  SimClock& clock_;
};

Result<Page> good_page(const Response& response) {
  return Page{std::make_shared<const std::string>(response.body), response.received_at};
}
Result<NamedReading> seven(const Page& page, const Page*) { return scalar(page.received_at, 7); }

CompiledProbe probe(std::string url) {
  return {.request = Request{.url = std::move(url)}, .type = "test", .decode = good_page, .select = seven};
}

class SomePolls : public testing::Test {
 protected:
  struct Signal {
    std::vector<Result<NamedReading>> got{};
    std::optional<Polls::Subscription> subscription{};
  };
  void subscribe(Signal& signal, CompiledProbe compiled) {
    signal.subscription.emplace(polls.subscribe(
        std::move(compiled), kInterval,
        [&signal](TimePoint, Result<NamedReading> reading) { signal.got.push_back(std::move(reading)); }));
  }
  /// The polls go on, and so do others that begin later: what escaped a task would be thrown at them.
  void expect_only_failures(const Signal& bad, const std::string& why) {
    Signal good;
    Signal late;
    subscribe(good, probe("http://good"));
    clock.run_for(std::chrono::seconds{3});
    subscribe(late, probe("http://late"));
    clock.run_for(std::chrono::seconds{3});
    ASSERT_GE(bad.got.size(), 5U) << "its polls ended";
    for (const auto& reading : bad.got) {
      ASSERT_FALSE(reading);
      EXPECT_EQ(reading.error().code, Errc::bug);
      EXPECT_THAT(reading.error().message, HasSubstr(why));
      EXPECT_THAT(reading.error().message, HasSubstr("the probe test"));
    }
    for (const Signal* other : {&good, &late}) {
      EXPECT_GE(other->got.size(), 3U);
      for (const auto& reading : other->got) EXPECT_TRUE(reading);
    }
  }

  SimClock clock{};
  Echo fetcher{clock};
  Polls polls{clock, fetcher};
};

TEST_F(SomePolls, S59_WhatADecodeThrowsIsAFailureOfItsSignal) {
  CompiledProbe broken = probe("http://bad");
  broken.decode = [](const Response&) -> Result<Page> { throw std::logic_error("index past the end"); };
  Signal bad;
  subscribe(bad, std::move(broken));
  expect_only_failures(bad, "index past the end");
}

TEST_F(SomePolls, S59_WhatASelectThrowsIsAFailureOfItsSignalAndNotOfTheOtherOnThatPage) {
  CompiledProbe broken = probe("http://shared");
  broken.select = [](const Page&, const Page*) -> Result<NamedReading> { throw std::bad_alloc(); };
  Signal bad;
  Signal neighbour;
  subscribe(bad, std::move(broken));
  subscribe(neighbour, probe("http://shared"));
  EXPECT_EQ(polls.sources(), 1U);
  expect_only_failures(bad, "bad_alloc");
  ASSERT_EQ(neighbour.got.size(), bad.got.size());
  for (const auto& reading : neighbour.got) EXPECT_TRUE(reading);
}

TEST_F(SomePolls, S59_WhatIsNoExceptionIsCaughtToo) {
  CompiledProbe broken = probe("http://bad");
  broken.decode = [](const Response&) -> Result<Page> { throw 7; };
  Signal bad;
  subscribe(bad, std::move(broken));
  expect_only_failures(bad, "no exception");
}

TEST_F(SomePolls, S59_WhatAFetcherThrowsIsAFailureOfWhoAsked) {
  Signal bad;
  subscribe(bad, probe("http://throws"));
  expect_only_failures(bad, "no more sockets");
}

TEST_F(SomePolls, APageThatManySignalsShareIsFetchedAndReadOnce) {
  constexpr std::size_t kSignals = 200;
  std::size_t read = 0;
  std::vector<Signal> signals(kSignals);
  for (Signal& signal : signals) {
    CompiledProbe compiled = probe("http://shared");
    compiled.decode = [&read](const Response& response) {
      ++read;
      return good_page(response);
    };
    subscribe(signal, std::move(compiled));
  }
  clock.run_for(std::chrono::milliseconds{10'500});
  EXPECT_EQ(fetcher.asked.size(), 11U);
  EXPECT_EQ(read, 11U);
  for (const Signal& signal : signals) EXPECT_EQ(signal.got.size(), 11U);
}

TEST_F(SomePolls, AFewSourcesAreAskedAtOnceAndManyOneAfterTheOther) {
  constexpr std::size_t kMany = 1'200;
  const TimePoint begin = clock.now();
  std::vector<Signal> signals(kMany);
  for (std::size_t i = 0; i < kMany; ++i) subscribe(signals[i], probe("http://source/" + std::to_string(i)));
  clock.run_for(std::chrono::milliseconds{20});
  EXPECT_GE(fetcher.asked.size(), 10U);
  clock.run_until(begin + kInterval - Duration{1});
  ASSERT_EQ(fetcher.asked.size(), kMany) << "each within its interval";
  std::array<std::size_t, 10> in_a_tenth{};
  for (const auto& [url, at] : fetcher.asked) ++in_a_tenth.at(static_cast<std::size_t>((at - begin) * 10 / kInterval));
  EXPECT_LE(*std::ranges::max_element(in_a_tenth), 240U) << "twice as many as when all were spread evenly";
  clock.run_for(std::chrono::seconds{3});
  EXPECT_EQ(fetcher.asked.size(), 4 * kMany) << "the places stay";
}

/// S46: a source that answers 429 with Retry-After is left alone for so long, and then asked as before.
TEST_F(SomePolls, WhoAsksForTimeGetsIt) {
  struct Case {
    int status = 0;
    std::optional<Duration> retry_after{};
    std::int64_t pause = 0;  ///< seconds between two questions
  };
  for (const Case& one : {Case{429, std::chrono::seconds{30}, 30}, Case{503, std::chrono::seconds{30}, 30},
                          Case{503, std::chrono::hours{24}, 300}, Case{429, std::nullopt, 1}, Case{429, Duration{}, 1},
                          Case{500, std::chrono::seconds{30}, 1}, Case{200, std::chrono::seconds{30}, 1}}) {
    fetcher.asked.clear();
    fetcher.status = one.status;
    fetcher.retry_after = one.retry_after;
    Signal signal;
    subscribe(signal, probe("http://busy"));
    clock.run_for(std::chrono::milliseconds{500});
    fetcher.status = 200;
    fetcher.retry_after = std::nullopt;
    clock.run_for(std::chrono::seconds{one.pause + 5});
    ASSERT_GE(fetcher.asked.size(), 4U) << one.status;
    const Duration pause = fetcher.asked[1].second - fetcher.asked[0].second;
    EXPECT_GE(pause, std::chrono::seconds{one.pause}) << one.status;
    EXPECT_LE(pause, std::chrono::seconds{one.pause} + std::chrono::milliseconds{10}) << one.status;
    EXPECT_EQ(fetcher.asked[2].second - fetcher.asked[1].second, kInterval) << one.status;
    signal.subscription.reset();
    clock.run_for(std::chrono::seconds{3});
  }
}

}  // namespace
}  // namespace ballast
