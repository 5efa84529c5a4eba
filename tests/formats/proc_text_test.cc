// Lines as kernels write them, and as nobody should.
#include "formats/proc_text.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

using namespace std::chrono_literals;

constexpr KernelUnits kUnits{.ticks_per_second = 100, .page_bytes = 4096};

/// Fields 3 to 52 of Linux 6.1, with those that count in their places.
std::string line(const std::string& name, const std::string& user = "1234", const std::string& system = "56",
                 const std::string& start = "8675309", const std::string& pages = "2500") {
  return "4711 (" + name + ") S 1 4711 4712 0 -1 4194304 1053 2104 7 8 " + user + " " + system + " 91 92 20 0 3 0 " +
         start + " 223154176 " + pages +
         " 18446744073709551615 94014312341504 94014312358017 140723404480608 0 0 0 0 4096 17411 0 0 0 17 1 0 0 0 0 0 "
         "94014312374096 94014312375688 94014331609088 140723404484433 140723404484453 140723404484453 "
         "140723404484587 0\n";
}

TEST(ProcessStatLine, SurvivesAnyNameOfAProgram) {
  const ProcessStat expected{'S', 1, 4712, 8675309};
  for (const std::string name :
       {"worker", "a) R 9 9 9) (b", ") ", "))) S 1 2 3", "(", "", "two words", "new\nline 1 2 3", "\xff\x01",
        "x) S 1 4711 4712 0 -1 0 0 0 0 0 99 99 0 0 0 0 0 0 5 0 7"}) {
    EXPECT_EQ(parse_stat(line(name)), expected) << name;
    EXPECT_EQ(
        parse_usage(line(name), kUnits),
        (ProcessUsage{.cpu = 12'900ms, .start_ticks = 8675309, .started = 86'753'090ms, .resident_bytes = 10'240'000}))
        << name;
  }
}

TEST(ProcessStatLine, IsNothingWithoutItsFields) {
  for (const std::string text :
       {"", "\n", "42", "42 (worker)", "42 (worker) ", "42 (worker) S 1 42", "42 worker S 1 2 3"}) {
    EXPECT_EQ(parse_stat(text), std::nullopt) << text;
    EXPECT_EQ(parse_usage(text, kUnits), std::nullopt) << text;
  }
  EXPECT_EQ(parse_stat("42 (w) SS 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"), std::nullopt);
  EXPECT_EQ(parse_stat("42 (w) S one 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n"), std::nullopt);
}

/// A number that is cut short is another number: half a line gives nothing, never a smaller value.
TEST(ProcessUsageLine, IsNothingWhenItIsCutOffAnywhereBeforeItsLastField) {
  const std::string whole = line("worker");
  const std::string last = " 223154176 2500 ";
  const std::size_t known = whole.find(last) + last.size();
  const auto good = parse_usage(whole, kUnits);
  ASSERT_TRUE(good);
  for (std::size_t length = 0; length < known; ++length)
    EXPECT_EQ(parse_usage(whole.substr(0, length), kUnits), std::nullopt) << length;
  for (std::size_t length = known; length <= whole.size(); ++length)
    EXPECT_EQ(parse_usage(whole.substr(0, length), kUnits), good) << length;
}

TEST(ProcessUsageLine, BelievesNoNumberThatNoProcessCanHave) {
  const std::string most = "1099511627776";
  const auto usage = parse_usage(line("w", most, most, most, most), kUnits);
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cpu, from_seconds(2 * 10995116277.76));
  EXPECT_EQ(usage->resident_bytes, (std::int64_t{1} << 40) * 4096);
  for (const std::string number : {"1099511627777", "18446744073709551615", "18446744073709551616", "-1", "+1", "0x10",
                                   "1.5", "99999999999999999999999999999999", "1e3"}) {
    EXPECT_EQ(parse_usage(line("w", number), kUnits), std::nullopt) << number;
    EXPECT_EQ(parse_usage(line("w", "1", number), kUnits), std::nullopt) << number;
    EXPECT_EQ(parse_usage(line("w", "1", "1", number), kUnits), std::nullopt) << number;
    EXPECT_EQ(parse_usage(line("w", "1", "1", "1", number), kUnits), std::nullopt) << number;
  }
  EXPECT_EQ(parse_usage(line("w"), {.ticks_per_second = 0}), std::nullopt);
  EXPECT_EQ(parse_usage(line("w"), {.ticks_per_second = 100, .page_bytes = 0}), std::nullopt);
}

TEST(ProcessUsageLine, IsNotReadBeyondTheLengthOfALine) {
  EXPECT_EQ(parse_usage(std::string(kMaxProcText, ' ') + line("w"), kUnits), std::nullopt);
  EXPECT_TRUE(parse_usage(line("w") + std::string(10 * kMaxProcText, ')'), kUnits));
}

TEST(ProcessUsageLine, CountsAsTheKernelDoes) {
  const auto usage = parse_usage(line("w", "250", "50", "1000", "3"), {.ticks_per_second = 250, .page_bytes = 65536});
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cpu, 1200ms);
  EXPECT_EQ(usage->started, 4s);
  EXPECT_EQ(usage->resident_bytes, 196608);
}

TEST(Uptime, IsInHundredths) {
  EXPECT_EQ(parse_uptime("350735.47 234388.90\n"), 350'735'470ms);
  EXPECT_EQ(parse_uptime("0.05 0.00\n"), 50ms);
  for (const std::string text :
       {"", " ", "1.00", "1 2\n", "1.5 2.00\n", "1.555 2.00\n", "-1.00 2.00\n", "1.-5 2.00\n", "x.00 2.00\n",
        ".10 2.00\n", "9999999999999999999.00 1.00\n", "1099511627777.00 1.00\n"})
    EXPECT_EQ(parse_uptime(text), std::nullopt) << text;
}

}  // namespace
}  // namespace ballast
