// When a server wants to be asked again.
#include <gtest/gtest.h>

#include "io/http_text.h"
#include "tests/io/fetcher_contract.h"
#include "tests/io/raw_server.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", kNow), Duration{120s});
  EXPECT_EQ(parse_retry_after("0", kNow), Duration{0s});
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow), Duration{0s});
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", kNow), Duration{30s});
}

TEST(RetryAfter, IsBoundedAndNeverNegative) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kNow), Duration{0s});
  EXPECT_EQ(parse_retry_after("86401", kNow), Duration{24h});
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow), Duration{24h});
  EXPECT_EQ(parse_retry_after("9223372036854775807", kNow), Duration{24h});
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kNow), Duration{24h});
}

TEST(RetryAfter, IsNothingWhenItIsNeither) {
  for (const char* text : {"", "soon", "-5", "1.5", " 5", "5 ", "0x10", "Sun, 06 Nov 1994 08:49:37", "GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT and more", "99999999999999999999999999999999999999999"})
    EXPECT_EQ(parse_retry_after(text, kNow), std::nullopt) << text;
}

TEST_P(FetcherContract, SaysWhenItWantsToBeAskedAgain) {
  RawServer busy(always("HTTP/1.1 429 Slow down\r\nRetry-After: 17\r\nContent-Length: 0\r\n\r\n"));
  RawServer calm(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  Client client(GetParam());
  const auto answer = client.get(busy.url());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(answer->retry_after, Duration{17s});
  EXPECT_EQ(client.get(calm.url())->retry_after, std::nullopt);
}

}  // namespace
}  // namespace ballast
