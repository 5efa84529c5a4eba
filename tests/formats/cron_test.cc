#include "formats/cron.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/go_duration.h"

namespace ballast {
namespace {

WallTime at_second(std::int64_t unix) { return WallTime{std::chrono::seconds{unix}}; }

TEST(Cron, RefusalsNameTheSpecAndThePart) {
  for (const auto& [spec, part] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", "empty"},
           {"TZ=UTC", "nothing follows the time zone"},
           {"TZ=UTC ", "0 fields"},
           {"TZ=../etc/passwd * * * * *", "unknown time zone '../etc/passwd'"},
           {"TZ=europe/berlin * * * * *", "unknown time zone"},
           {"* * * *", "4 fields"},
           {" @hourly", "1 fields"},
           {"@hourly ", "unknown descriptor '@hourly '"},
           {"@reboot", "unknown descriptor"},
           {"@every", "unknown descriptor"},
           {"@every 5", "'5' is no duration"},
           {"60 * * * *", "'60' is no range of minute within 0-59"},
           {"*/0 * * * *", "step in '*/0' is below 1"},
           {"5- * * * *", "'' is no minute"},
           {"* * * * mon-fri-sat", "too many hyphens"},
           {"* * * * 7", "day of week within 0-6"},
           {"* * * foo *", "'foo' is no month"},
           {"*/jan * * * *", "'jan' is no step"},
           {std::string(1025, '*'), "longer than 1024"},
       }) {
    const auto parsed = parse_cron(spec);
    ASSERT_FALSE(parsed.has_value()) << spec;
    EXPECT_EQ(parsed.error().code, Errc::invalid);
    EXPECT_NE(parsed.error().message.find(part), std::string::npos) << parsed.error().message;
  }
  EXPECT_NE(parse_cron("* * * * *", "Nowhere").error().message.find("'Nowhere'"), std::string::npos);
}

TEST(Cron, AFieldWithoutValuesNeverFires) {
  for (const char* spec : {", * * * *", "* , * * *", "* * , * ,", "* * * , *", "0 0 30 2 *", "0 0 31 4,6 *"}) {
    const auto schedule = parse_cron(spec);
    ASSERT_TRUE(schedule.has_value()) << spec;
    EXPECT_EQ(next_after(*schedule, at_second(1'711'833'425)), std::nullopt) << spec;
  }
}

TEST(Cron, FiresAtWholeSecondsAfterAFractionOfOne) {
  const WallTime half{std::chrono::microseconds{1'500'000}};
  EXPECT_EQ(next_after(*parse_cron("@every 10s"), half), at_second(11));
  EXPECT_EQ(next_after(*parse_cron("* * * * *"), half), at_second(60));
  EXPECT_EQ(next_after(*parse_cron("* * * * *"), at_second(60) - Duration{1}), at_second(60));
}

TEST(Cron, AZoneInTheSpecWinsAndAnEmptyOneIsUtc) {
  EXPECT_EQ(parse_cron("CRON_TZ=Asia/Kolkata 0 0 * * *", "Europe/Berlin")->zone, "Asia/Kolkata");
  EXPECT_EQ(parse_cron("TZ= 0 0 * * *", "Europe/Berlin")->zone, "UTC");
  EXPECT_EQ(parse_cron("TZ=Local 0 0 * * *", "Europe/Berlin")->zone, "Europe/Berlin");
  EXPECT_EQ(parse_cron("0 0 * * *", "Europe/Berlin")->zone, "Europe/Berlin");
}

TEST(Cron, MidnightInADaylightSavingGapIsFoundOnTheDaysAround) {
  // Sao Paulo went from 2018-11-03 23:59:59 -03 to 2018-11-04 01:00 -02.
  const auto daily = parse_cron("0 0 * * *", "America/Sao_Paulo");
  const auto before = next_after(*daily, at_second(1'541'127'600));  // 2018-11-02T00:00-03
  ASSERT_EQ(before, at_second(1'541'214'000));                       // 11-03
  EXPECT_EQ(next_after(*daily, *before), at_second(1'541'383'200));  // 11-05T00:00-02
}

TEST(Cron, EveryInstantIsLaterThanWhatWasAskedFor) {
  const char* const zones[] = {
      "UTC",         "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca",
      "Pacific/Apia"};
  const char* const specs[] = {"* * * * *",         "30 2 * * *",   "0 0 29 2 *",
                               "*/7 */5 1-7 * SUN", "59 23 31 * *", "0 0 * * *"};
  std::mt19937_64 chance(3);
  for (int i = 0; i < 3'000; ++i) {
    const auto schedule = parse_cron(specs[chance() % std::size(specs)], zones[chance() % std::size(zones)]);
    const auto now = at_second(static_cast<std::int64_t>(946'684'800 + chance() % 1'000'000'000));
    const auto next = next_after(*schedule, now);
    ASSERT_TRUE(next.has_value()) << schedule->zone << " " << now.time_since_epoch().count();
    ASSERT_GT(*next, now);
    ASSERT_EQ(next->time_since_epoch().count() % 1'000'000, 0);
  }
}

TEST(GoDuration, ReadsWhatTimeParseDurationReads) {
  struct Case {
    const char* text;
    std::optional<std::int64_t> ns;
  };
  for (const auto& [text, ns] : {
           Case{"0", 0},
           Case{"5s", 5'000'000'000},
           Case{"-5s", -5'000'000'000},
           Case{"+5s", 5'000'000'000},
           Case{"1s500ms", 1'500'000'000},
           Case{"1.5h", 5'400'000'000'000},
           Case{".5s", 500'000'000},
           Case{"1.s", 1'000'000'000},
           Case{"3\u00b5s", 3'000},
           Case{"0.9223372036854775807h", 3'320'413'933'267},
           Case{"9223372036854775807ns", 9'223'372'036'854'775'807},
           Case{"-9223372036854775808ns", std::numeric_limits<std::int64_t>::min()},
           Case{"9223372036854775808ns", std::nullopt},
           Case{"2562048h", std::nullopt},
           Case{"", std::nullopt},
           Case{"-", std::nullopt},
           Case{".s", std::nullopt},
           Case{"5", std::nullopt},
           Case{"5 s", std::nullopt},
           Case{"5d", std::nullopt},
           Case{"99999999999999999999h", std::nullopt},
       })
    EXPECT_EQ(parse_go_duration(text), ns) << text;
}

}  // namespace
}  // namespace ballast
