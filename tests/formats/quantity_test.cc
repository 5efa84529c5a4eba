#include "formats/quantity.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace ballast {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

ExactQuantity exact(std::string_view text) {
  auto parsed = parse_exact_quantity(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(ExactQuantity{});
}

TEST(Quantity, IntegersAreRoundedAwayFromZeroAndSaturateWhereGoWraps) {
  struct Case {
    const char* text;
    std::int64_t whole;
    std::int64_t milli;
  };
  for (const auto& [text, whole, milli] : {
           Case{"1E", 1'000'000'000'000'000'000, kMax},
           Case{"10E", kMax, kMax},
           Case{"-10E", kMin, kMin},
           Case{"9223372036854775807", kMax, kMax},
           Case{"-9223372036854775808", kMin, kMin},
           Case{"9223372036854775807m", 9'223'372'036'854'776, kMax},
           Case{"-0.5n", -1, -1},
           Case{"-0.1Ki", -103, -102'400},
           Case{"-70.613483E-6", -1, -1},
           Case{"1e2147483647", kMax, kMax},
           Case{"1e-2147483648", 1, 1},
           Case{"0e2147483647", 0, 0},
           Case{"9.9999999999999999999999", 10, 10'000},
           Case{"0.00000000000000000000", 0, 0},
       }) {
    SCOPED_TRACE(text);
    EXPECT_EQ(value(exact(text)), whole);
    EXPECT_EQ(milli_value(exact(text)), milli);
  }
}

TEST(Quantity, CanonicalFormOfLargeNumbersLosesNothing) {
  EXPECT_EQ(canonical(exact("1000E")), "1e21");
  EXPECT_EQ(canonical(exact("12345678901234567890123456789")), "12345678901234567890123456789");
  EXPECT_EQ(canonical(exact("1e2147483647")), "10e2147483646");
  EXPECT_EQ(canonical(exact("-9Ei")), "-9223372036854775807");
  EXPECT_EQ(canonical(exact("999999999.9999999999")), "1G");  // rounded up to nano carries through every digit
}

TEST(Quantity, RefusalsNameTheTextAndWhatIsWrong) {
  for (const auto& [text, part] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", "empty"},
           {"80%", "unknown suffix '%'"},
           {"1K", "unknown suffix 'K'"},
           {"1.5.2", "unknown suffix '.2'"},
           {"1e2147483648", "unknown suffix"},
           {"1e", "unknown suffix 'e'"},
           {"1e+-3", "unknown suffix"},
           {std::string(257, '1'), "257 bytes long, at most 256"},
           {"0x10", "unknown suffix 'x10'"},
           {"1\n", "unknown suffix"},
       }) {
    const auto parsed = parse_exact_quantity(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid);
    EXPECT_NE(parsed.error().message.find(part), std::string::npos) << parsed.error().message;
  }
  EXPECT_NE(parse_quantity("80%").error().message.find("'80%'"), std::string::npos);
}

TEST(Quantity, ADomainQuantityIsInThousandthsOrRefused) {
  EXPECT_EQ(*parse_quantity("100m"), Quantity{100});
  EXPECT_EQ(*parse_quantity("80"), Quantity{80'000});
  EXPECT_EQ(*parse_quantity("0.5m"), Quantity{1});
  EXPECT_EQ(*parse_quantity("-1Ki"), Quantity{-1'024'000});
  EXPECT_EQ(*parse_quantity("9223372036854775807m"), Quantity{kMax});
  EXPECT_NE(parse_quantity("9223372036854775808m").error().message.find("beyond"), std::string::npos);
  for (const char* text : {"k", ".", "m", "Ki", "-"}) EXPECT_FALSE(parse_quantity(text).has_value()) << text;
}

TEST(Quantity, ParsingWhatWasFormattedGivesTheSame) {
  std::mt19937_64 chance(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = chance() % 64;
    const Quantity quantity{static_cast<std::int64_t>(chance() >> bits)};
    const auto back = parse_quantity(format_quantity(quantity));
    ASSERT_TRUE(back.has_value()) << format_quantity(quantity);
    ASSERT_EQ(*back, quantity) << format_quantity(quantity);
  }
  EXPECT_EQ(*parse_quantity(format_quantity({kMin + 1})), Quantity{kMin + 1});
}

}  // namespace
}  // namespace ballast
