#include "formats/rfc3339.h"

#include <gtest/gtest.h>

#include <random>

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kEpoch{};

TEST(Rfc3339, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(kEpoch), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(std::chrono::sys_days{std::chrono::November / 27 / 2026} + 7h + 5min + 9s + 123999us),
            "2026-11-27T07:05:09.123Z");
  EXPECT_EQ(format_rfc3339(std::chrono::sys_days{std::chrono::February / 29 / 2024} + 24h - 1us),
            "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339(kEpoch - 1us), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ThatIsWrittenStaysWithinFourDigitsOfYears) {
  EXPECT_EQ(format_rfc3339(WallTime::min()), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(WallTime::max()), "9999-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsWhatItWrites) {
  std::mt19937_64 random(5);
  constexpr std::uint64_t kMilliseconds = 9'200'000'000'000;  // to the year 2261
  for (int i = 0; i < 10'000; ++i) {
    const WallTime time{std::chrono::milliseconds{random() % kMilliseconds}};
    const auto read = parse_rfc3339(format_rfc3339(time));
    ASSERT_TRUE(read) << format_rfc3339(time);
    ASSERT_EQ(*read, time);
  }
}

}  // namespace
}  // namespace ballast
