#include "formats/window.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "formats/rfc3339.h"

namespace ballast {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

WallTime at(std::string_view text) { return *parse_rfc3339(text); }
Window window(std::string_view start, std::string_view end, std::string_view zone) {
  auto parsed = parse_window(start, end, zone);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed.value_or(Window{});
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  const WallTime eight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 27} + hours{8}};
  EXPECT_EQ(at("2026-11-27T08:00:00Z"), eight);
  EXPECT_EQ(at("2026-11-27t09:00:00+01:00"), eight);
  EXPECT_EQ(at("2026-11-27T02:30:00-05:30"), eight);
  EXPECT_EQ(at("2026-11-27T08:00:00.1234567z"), eight + Duration{123456});
  EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "2026-11-27", "2026-11-27 08:00:00Z", "2026-11-27T08:00Z", "2026-11-27T08:00:00", "2026-02-29T08:00:00Z",
        "2026-11-27T24:00:00Z", "2026-11-27T08:60:00Z", "2026-11-27T08:00:61Z", "2026-11-27T08:00:00.Z",
        "2026-11-27T08:00:00+24:00", "2026-11-27T08:00:00+0100", "2026-11-27T08:00:00Z ", "2026-1-27T08:00:00Z",
        "20261127T080000Z", "2026-11-27T-8:00:00Z", "1969-12-31T00:00:00Z", "2262-01-01T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Window, IsOpenFromItsStartUpToItsEnd) {
  const Window office = window("0 8 * * MON-FRI", "0 20 * * MON-FRI", "Europe/Berlin");
  EXPECT_FALSE(is_open(office, at("2026-11-27T07:59:59.999999+01:00")));
  EXPECT_TRUE(is_open(office, at("2026-11-27T08:00:00+01:00")));
  EXPECT_TRUE(is_open(office, at("2026-11-27T19:59:59.999999+01:00")));
  EXPECT_FALSE(is_open(office, at("2026-11-27T20:00:00+01:00")));
  EXPECT_FALSE(is_open(office, at("2026-11-28T12:00:00+01:00")));  // Saturday
}

TEST(Window, LastsOverMidnightAndWeekends) {
  const Window night = window("0 22 * * *", "0 6 * * *", "UTC");
  EXPECT_TRUE(is_open(night, at("2026-11-27T23:00:00Z")));
  EXPECT_TRUE(is_open(night, at("2026-11-28T05:59:59Z")));
  EXPECT_FALSE(is_open(night, at("2026-11-28T06:00:00Z")));
  const Window weekend = window("0 18 * * FRI", "0 6 * * MON", "UTC");
  EXPECT_TRUE(is_open(weekend, at("2026-11-29T12:00:00Z")));
  EXPECT_FALSE(is_open(weekend, at("2026-11-30T06:00:00Z")));
}

TEST(Window, AStartAtTheMinuteOfAnEndKeepsItOpen) {
  const Window rounds = window("0 8 * * MON-FRI", "0 8 * * TUE-SAT", "UTC");
  EXPECT_FALSE(is_open(rounds, at("2026-11-23T07:59:00Z")));  // Monday
  EXPECT_TRUE(is_open(rounds, at("2026-11-24T08:00:00Z")));
  EXPECT_TRUE(is_open(rounds, at("2026-11-28T07:59:00Z")));
  EXPECT_FALSE(is_open(rounds, at("2026-11-28T08:00:00Z")));  // Saturday
}

TEST(Window, OnceIsBetweenTwoInstants) {
  const Window sale{.from = at("2026-11-27T08:00:00+01:00"), .to = at("2026-11-27T20:00:00+01:00")};
  EXPECT_FALSE(is_open(sale, at("2026-11-27T06:59:59.999999Z")));
  EXPECT_TRUE(is_open(sale, at("2026-11-27T07:00:00Z")));
  EXPECT_FALSE(is_open(sale, at("2026-11-27T19:00:00Z")));
}

TEST(Window, WhatDaylightSavingSkipsCountsOnceTheClocksArePastIt) {
  // Berlin, 29 March 2026: 01:59:59 is followed by 03:00.
  const Window early = window("30 2 * * *", "0 5 * * *", "Europe/Berlin");
  EXPECT_FALSE(is_open(early, at("2026-03-28T20:00:00+01:00")));  // the next edge that robfig/cron sees is an end
  EXPECT_FALSE(is_open(early, at("2026-03-29T01:59:59+01:00")));
  EXPECT_TRUE(is_open(early, at("2026-03-29T03:00:00+02:00")));
  EXPECT_FALSE(is_open(early, at("2026-03-29T05:00:00+02:00")));
}

TEST(Window, WhatClocksShowTwiceCountsTheFirstTime) {
  // Berlin, 25 October 2026: 02:59:59 is followed by 02:00.
  const Window early = window("30 2 * * *", "0 5 * * *", "Europe/Berlin");
  EXPECT_FALSE(is_open(early, at("2026-10-25T02:29:59+02:00")));
  for (const std::string_view open : {"2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00",
                                      "2026-10-25T02:29:00+01:00", "2026-10-25T03:00:00+01:00"})
    EXPECT_TRUE(is_open(early, at(open))) << open;
  const Window late = window("0 20 * * *", "30 2 * * *", "Europe/Berlin");
  EXPECT_TRUE(is_open(late, at("2026-10-25T02:29:59+02:00")));
  EXPECT_FALSE(is_open(late, at("2026-10-25T02:30:00+02:00")));
  EXPECT_FALSE(is_open(late, at("2026-10-25T02:10:00+01:00")));
}

/// How often the window opens or closes from one wall time to another. Its edges and every change of a clock are at
/// multiples of five minutes.
int changes(const Window& window, WallTime from, WallTime to) {
  int count = 0;
  bool open = is_open(window, from);
  for (WallTime now = from; now < to; now += minutes{5}) {
    const bool next = is_open(window, now);
    count += next != open ? 1 : 0;
    open = next;
  }
  return count;
}

TEST(Window, OpensAndClosesOnceADayInEveryZoneOfTheYear) {
  // Every zone that changes its clocks, by whole, half and two hours, at midnight and at night, around its changes.
  for (const std::string_view zone :
       {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut",
        "Pacific/Chatham", "Antarctica/Troll", "UTC"}) {
    const Window daily = window("15 0 * * *", "30 2 * * *", zone);
    for (const std::string_view day : {"2026-03-07T00:00:00Z", "2026-03-27T00:00:00Z", "2026-04-03T00:00:00Z",
                                       "2026-04-23T00:00:00Z", "2026-09-04T00:00:00Z", "2026-09-25T00:00:00Z",
                                       "2026-10-03T00:00:00Z", "2026-10-23T00:00:00Z", "2026-10-30T00:00:00Z"}) {
      // From noon to noon by the sun: whole days, whatever the clocks do.
      const WallTime from = at(day) + hours{12};
      const int seen = changes(daily, from, from + hours{24 * 5});
      EXPECT_EQ(seen, 10) << zone << " " << day;
    }
  }
}

struct Bad {
  const char* name;
  const char* start;
  const char* end;
  const char* zone;
  const char* message;
};
class BadWindow : public testing::TestWithParam<Bad> {};
TEST_P(BadWindow, IsRefusedAndSaysWhy) {
  const auto parsed = parse_window(GetParam().start, GetParam().end, GetParam().zone);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find(GetParam().message), std::string::npos) << parsed.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Windows, BadWindow,
    testing::Values(Bad{"zone", "0 8 * * *", "0 9 * * *", "Europe/Berlim", "unknown time zone 'Europe/Berlim'"},
                    Bad{"no_cron", "0 25 * * *", "0 9 * * *", "UTC", "'25' is no range of hour within 0-23"},
                    Bad{"never", "0 0 30 2 *", "0 9 * * *", "UTC", "never fires"},
                    Bad{"every", "@every 1h", "0 9 * * *", "UTC", "at no time of a day"},
                    Bad{"own_zone", "TZ=UTC 0 8 * * *", "0 9 * * *", "UTC", "write it as timezone"},
                    Bad{"same", "0 8 * * *", "0 8 * * *", "UTC", "would never close"}),
    [](const auto& test) { return test.param.name; });

TEST(TimeZones, AreThoseOfTzdata) {
  const auto zones = time_zones();
  EXPECT_GT(zones.size(), 300U);
  EXPECT_TRUE(std::ranges::is_sorted(zones));
  EXPECT_TRUE(std::ranges::binary_search(zones, "Europe/Berlin"));
}

}  // namespace
}  // namespace ballast
