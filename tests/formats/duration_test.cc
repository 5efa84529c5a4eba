#include "formats/duration.h"

#include <gtest/gtest.h>

#include <random>

namespace ballast {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Duration, ReadsAndWritesPrometheusForm) {
  struct Case {
    const char* text;
    Duration span;
    const char* written;
  };
  for (const auto& [text, span, written] : {
           Case{"0", Duration{0}, "0s"},
           Case{"0s", Duration{0}, "0s"},
           Case{"15s", seconds{15}, "15s"},
           Case{"250ms", milliseconds{250}, "250ms"},
           Case{"1h30m", minutes{90}, "1h30m"},
           Case{"90m", minutes{90}, "1h30m"},
           Case{"1h0m5s", hours{1} + seconds{5}, "1h5s"},
           Case{"1d", hours{24}, "1d"},
           Case{"15d", hours{24 * 15}, "15d"},
           Case{"2w", hours{24 * 14}, "2w"},
           Case{"1y", hours{24 * 365}, "1y"},
           Case{"1y2w3d4h5m6s7ms", hours{24 * (365 + 14 + 3) + 4} + minutes{5} + seconds{6} + milliseconds{7},
                "382d4h5m6s7ms"},
           Case{"00015s", seconds{15}, "15s"},
       }) {
    SCOPED_TRACE(text);
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(*parsed, span);
    EXPECT_EQ(format_duration(span), written);
  }
}

TEST(Duration, RefusalsNameTheTextTheProblemAndTheUnits) {
  for (const auto& [text, part] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", "empty"},
           {"15", "unit is missing"},
           {"s", "'s' is not a number"},
           {"-5s", "'-5s' is not a number"},
           {"+5s", "'+5s' is not a number"},
           {"1.5h", "unknown unit '.'"},
           {"15 s", "unknown unit ' s'"},
           {"15sec", "unknown unit 'sec'"},
           {"5m1h", "'h' is out of order or given twice"},
           {"5m5m", "given twice"},
           {"1M", "unknown unit 'M'"},
           {"293y", "beyond 292 years"},
           {"99999999999999999999s", "beyond 292 years"},
           {"9223372036s9223372036854775807ms", "beyond 292 years"},
           {std::string(65, '1') + "s", "longer than 64 bytes"},
       }) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid);
    EXPECT_NE(parsed.error().message.find(part), std::string::npos) << parsed.error().message;
    EXPECT_NE(parsed.error().message.find("y, w, d, h, m, s, ms"), std::string::npos);
  }
}

TEST(Duration, WritesForPeopleWhatItDoesNotRead) {
  EXPECT_EQ(format_duration(seconds{-90}), "-1m30s");
  EXPECT_EQ(format_duration(Duration{1}), "1us");
  EXPECT_EQ(format_duration(Duration{1'500}), "1ms500us");
  EXPECT_EQ(format_duration(Duration::min()).front(), '-');
}

TEST(Duration, ParsingWhatWasFormattedGivesTheSame) {
  std::mt19937_64 chance(11);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = 11 + chance() % 50;
    const Duration span = milliseconds{static_cast<std::int64_t>(chance() >> bits) % 9'000'000'000'000};
    const auto back = parse_duration(format_duration(span));
    ASSERT_TRUE(back.has_value()) << format_duration(span);
    ASSERT_EQ(*back, span) << format_duration(span);
  }
}

}  // namespace
}  // namespace ballast
