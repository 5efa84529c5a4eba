// Cron schedules through years of changing clocks, compared with what the C library says the wall clock shows.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "formats/cron.h"

namespace ballast {
namespace {

constexpr std::int64_t kDay = 86'400;
// Not Australia/Lord_Howe, whose clocks move by half an hour: there robfig/cron, and so this, finds `53 1 * * *` at
// 2:53 on the day that has no 2:00.
constexpr const char* kZones[] = {"Europe/Berlin",     "America/New_York", "America/Sao_Paulo", "America/St_Johns",
                                  "Africa/Casablanca", "Asia/Kathmandu",   "Pacific/Apia",      "UTC"};

std::int64_t unix_of(WallTime at) { return at.time_since_epoch().count() / 1'000'000; }
WallTime at_second(std::int64_t unix) { return WallTime{std::chrono::seconds{unix}}; }

/// While it lives, the C library's local time is that of a zone.
class LocalZone {
 public:
  explicit LocalZone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
  ~LocalZone() {
    unsetenv("TZ");
    tzset();
  }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;
  [[nodiscard]] static std::tm wall(std::int64_t unix) {
    const std::time_t at = unix;
    std::tm wall{};
    localtime_r(&at, &wall);
    return wall;
  }
};

TEST(Cron, S16_EveryInstantIsOneAtWhichTheWallClockShowsTheTime) {
  std::mt19937_64 chance(16);
  for (const char* zone : kZones) {
    const LocalZone local(zone);
    for (int round = 0; round < 40; ++round) {
      const int hour = static_cast<int>(chance() % 24);
      const int minute = static_cast<int>(chance() % 60);
      const auto daily = parse_cron(std::to_string(minute) + " " + std::to_string(hour) + " * * *", zone);
      ASSERT_TRUE(daily);
      const auto from = static_cast<std::int64_t>(1'072'915'200 + chance() % (18 * 365 * kDay));  // 2004 to 2022
      auto at = at_second(from);
      int fired = 0;
      while (unix_of(at) < from + 366 * kDay) {
        const auto next = next_after(*daily, at);
        ASSERT_TRUE(next);
        const std::tm wall = LocalZone::wall(unix_of(*next));
        ASSERT_EQ(wall.tm_hour, hour) << zone << " " << unix_of(*next);
        ASSERT_EQ(wall.tm_min, minute) << zone << " " << unix_of(*next);
        // A day without this time is skipped, a day that has it twice has it twice.
        const std::int64_t apart = unix_of(*next) - unix_of(at);
        ASSERT_LE(apart, 2 * kDay + 2 * 3600) << zone << " " << unix_of(*next);
        at = *next;
        ++fired;
      }
      EXPECT_GE(fired, 364) << zone << " " << hour << ":" << minute;
      EXPECT_LE(fired, 369) << zone << " " << hour << ":" << minute;
    }
  }
}

TEST(Cron, S16_WhatFiresNextDoesNotDependOnWhenItIsAsked) {
  std::mt19937_64 chance(17);
  for (const char* zone : kZones) {
    const auto schedule = parse_cron("*/30 1-3 * * *", zone);
    for (int i = 0; i < 400; ++i) {
      const auto now = at_second(static_cast<std::int64_t>(1'072'915'200 + chance() % (18 * 365 * kDay)));
      const auto next = next_after(*schedule, now);
      ASSERT_TRUE(next);
      const std::int64_t wait = unix_of(*next) - unix_of(now);
      const auto later =
          at_second(unix_of(now) + static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(wait)));
      ASSERT_EQ(next_after(*schedule, later), next) << zone << " " << unix_of(now);
    }
  }
}

TEST(Cron, S16_AZoneThatTheSystemDoesNotHaveIsRefusedAndItsVersionIsKnown) {
  const auto schedule = parse_cron("0 8 * * *", "Europe/Atlantis");
  ASSERT_FALSE(schedule);
  EXPECT_EQ(schedule.error().code, Errc::invalid);
  EXPECT_NE(schedule.error().message.find("Europe/Atlantis"), std::string::npos) << schedule.error().message;
  EXPECT_EQ(tzdata_version().size(), 5U) << tzdata_version();  // 2026f
}

}  // namespace
}  // namespace ballast
