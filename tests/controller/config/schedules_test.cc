// Schedules, fallback and scale to zero, as documents say them.
#include "controller/config/schedules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/config/config.h"
#include "controller/config/documents.h"
#include "controller/config/read.h"
#include "controller/config/yaml.h"
#include "formats/rfc3339.h"
#include "tests/controller/config/policy_problems.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Schedules, AreReadAsTheApiWritesThem) {
  ScalingPolicySpec spec;
  EXPECT_THAT(policy_problems(R"(
maxReplicas: 60
combine: Min
schedules:
  - {name: office, timezone: Europe/Berlin, start: "0 8 * * MON-FRI", end: "0 20 * * MON-FRI", minReplicas: 10}
  - {name: sale, from: 2026-11-27T08:00:00+01:00, to: 2026-11-27T20:00:00+01:00, minReplicas: 20, freeze: ScaleDown}
fallback: {after: 3m, behavior: CurrentReplicas, replicas: 10, wakeFromZero: true}
scaleToZero: {cooldownPeriod: 5m}
)",
                              &spec),
              IsEmpty());
  ASSERT_EQ(spec.schedules.size(), 2U);
  EXPECT_EQ(spec.combine, Combine::min);
  EXPECT_EQ(spec.schedules[1].freeze, Freeze::scale_down);
  EXPECT_EQ(spec.fallback, (Fallback{.replicas = 10}));
  EXPECT_EQ(spec.scale_to_zero, ScaleToZeroSpec{});
}

TEST(Schedules, EveryMistakeIsNamed) {
  EXPECT_THAT(
      policy_problems(R"(
maxReplicas: 60
schedules:
  - {name: a, timezone: Europe/Berlim, start: "0 8 * * *", end: "0 20 * * *", minReplicas: 10}
  - {name: b, start: "0 25 * * *", end: "0 0 30 2 *", minReplicas: 10}
  - {name: c, start: "0 8 * * *", minReplicas: 10}
  - {name: d, from: 2026-11-27T08:00:00+01:00, to: 2026-11-27T07:00:00+01:00, minReplicas: 1}
  - {name: e, from: "2026-11-27", to: 2026-11-27T07:00:00+01:00, minReplicas: 1}
  - {name: f, start: "0 8 * * *", end: "0 20 * * *", minReplicas: 10, maxReplicas: 9}
  - {name: g, start: "0 8 * * *", end: "0 20 * * *"}
  - {name: h, start: "0 8 * * *", end: "0 8 * * *", minReplicas: 2}
  - {name: i, freeze: Down, start: "@every 5m", end: "TZ=UTC 0 8 * * *"}
)"),
      ElementsAre("spec.schedules[0].timezone: Europe/Berlim is not a time zone of the system's tzdata; did you mean "
                  "Europe/Berlin?",
                  HasSubstr("spec.schedules[1].start: '0 25 * * *' is no cron schedule: '25' is no range of hour"),
                  "spec.schedules[1].end: '0 0 30 2 *' never fires: no month has such a day",
                  "spec.schedules[2].start: needs end beside it",
                  "spec.schedules[3].to: 2026-11-27T07:00:00+01:00 is not after from (2026-11-27T08:00:00+01:00)",
                  HasSubstr("spec.schedules[4].from: '2026-11-27' is no point in time; write date, time and offset"),
                  HasSubstr("spec.schedules[5].minReplicas: 10 is above maxReplicas (9)"),
                  "spec.schedules[6]: at least one of minReplicas, maxReplicas and freeze is missing",
                  "spec.schedules[7].end: '0 8 * * *' is both start and end: it would never close",
                  HasSubstr("spec.schedules[8].start: '@every 5m' is at no time of a day"),
                  HasSubstr("spec.schedules[8].end: 'TZ=UTC 0 8 * * *' names a time zone of its own"),
                  HasSubstr("spec.schedules[8].freeze: Down is none of ScaleDown, ScaleUp and All")));
}

TEST(Fallback, NeedsReplicasWhereTheyCount) {
  EXPECT_THAT(policy_problems("maxReplicas: 2\nfallback: {behavior: Static}"),
              ElementsAre("spec.fallback.behavior: Static needs replicas beside it"));
  EXPECT_THAT(policy_problems("maxReplicas: 2\nfallback: {behavior: CurrentReplicasIfLower, after: 1}"),
              ElementsAre(HasSubstr("spec.fallback.after: 1 has no unit"),
                          HasSubstr("CurrentReplicasIfLower is none of CurrentReplicas, CurrentReplicasIfHigher")));
}

/// One policy `web` of a whole set, with `spec` in the middle of it.
LoadedSet set_of(const std::string& spec) {
  return load({SourceFile{"x.yaml",
                          "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: web}\n"
                          "spec:\n  scaleTarget: {process: {command: [/bin/sleep, inf]}}\n  maxReplicas: 9\n" +
                              spec}});
}
std::vector<std::string> told(const LoadedSet& set) {
  std::vector<std::string> texts;
  for (const auto& problem : set.problems) texts.push_back(to_string(problem));
  return texts;
}
constexpr const char* kQueue =
    "  signals: [{name: queue, httpValue: {url: 'http://127.0.0.1:1/', jsonPointer: /n}, target: {type: AverageValue, "
    "averageValue: 5}}]\n";

TEST(ScaleToZero, NeedsASignalThatCanWake) {
  EXPECT_THAT(told(set_of("  minReplicas: 0\n")),
              ElementsAre(HasSubstr("spec.minReplicas: 0, and no signal has a target that can wake it")));
  EXPECT_THAT(told(set_of(std::string("  minReplicas: 0\n") + kQueue)), IsEmpty());
  std::string cpu = kQueue;
  cpu.replace(cpu.find("AverageValue"), 12, "Utilization").replace(cpu.find("averageValue"), 12, "averageUtilization");
  EXPECT_THAT(told(set_of("  minReplicas: 0\n" + cpu)), ElementsAre(HasSubstr("spec.minReplicas: 0, and no signal")));
  cpu.insert(cpu.find("target"), "activationThreshold: 1, ");
  EXPECT_THAT(told(set_of("  minReplicas: 1\n" + cpu)),
              ElementsAre(HasSubstr("spec.signals[0].activationThreshold: what it measures is of members")));
}

TEST(ScaleToZero, ATargetWakesAboveZeroUnlessAThresholdSaysMore) {
  std::string queue = kQueue;
  auto set = set_of(queue);
  ASSERT_EQ(set.workloads.size(), 1U);
  EXPECT_EQ(set.workloads[0].workload.signals[0].activation_milli, 0);
  queue.insert(queue.find("target"), "activationThreshold: 2500m, ");
  set = set_of(queue);
  ASSERT_EQ(set.workloads.size(), 1U);
  EXPECT_EQ(set.workloads[0].workload.signals[0].activation_milli, 2500);
}

TEST(Schedules, ThatDoNotFitTheBoundsAreWarnedAboutAndStand) {
  const auto set = set_of(std::string(kQueue) +
                          "  minReplicas: 3\n  schedules:\n"
                          "  - {name: a, start: '0 8 * * *', end: '0 9 * * *', minReplicas: 10}\n"
                          "  - {name: b, start: '0 8 * * *', end: '0 9 * * *', maxReplicas: 2}\n"
                          "  - {name: c, start: '0 8 * * *', end: '0 9 * * *', maxReplicas: 20}\n");
  EXPECT_EQ(set.errors(), 0U);
  EXPECT_THAT(told(set), ElementsAre(HasSubstr("schedules[0].minReplicas: 10 is above maxReplicas (9), which counts"),
                                     HasSubstr("schedules[1].maxReplicas: 2 is below minReplicas (3), which gives way"),
                                     HasSubstr("schedules[2].maxReplicas: 20 is above maxReplicas (9)")));
  ASSERT_EQ(set.workloads.size(), 1U);
  EXPECT_EQ(set.workloads[0].windows.size(), 3U);
}

TEST(Schedules, HaveNamesOfTheirOwn) {
  const auto set = set_of(std::string(kQueue) +
                          "  schedules:\n"
                          "  - {name: a, start: '0 8 * * *', end: '0 9 * * *', minReplicas: 4}\n"
                          "  - {name: a, start: '0 8 * * *', end: '0 9 * * *', maxReplicas: 5}\n");
  EXPECT_THAT(told(set), ElementsAre(HasSubstr("spec.schedules[1].name: a is also the name of schedules[0]")));
}

TEST(OpenWindows, AreToldByTheWallClockAloneHoweverItSteps) {
  const WallTime morning = *parse_rfc3339("2026-11-27T08:00:00Z");
  const std::vector<Window> windows{*parse_window("0 8 * * *", "0 20 * * *", "UTC"),
                                    Window{.from = morning + Duration{1}, .to = morning + std::chrono::seconds{30}},
                                    *parse_window("1 8 * * *", "0 20 * * *", "UTC")};
  const auto open = open_windows(windows);
  // Forth and back, within a minute and over days; each answer is that of the moment.
  constexpr std::int64_t kSteps[] = {-1, 0, 1, 29, 30, 59, 60, 30, 1, 0, -1, 86'400, 0, 43'199, 43'200, -86'400};
  for (const std::int64_t step : kSteps) {
    const WallTime now = morning + std::chrono::seconds{step};
    std::vector<std::uint16_t> expected;
    for (std::uint16_t i = 0; i < windows.size(); ++i)
      if (is_open(windows[i], now)) expected.push_back(i);
    EXPECT_EQ(open(now).windows, expected) << step;
  }
  EXPECT_EQ(open(morning).tzdata, tzdata_version());
}

}  // namespace
}  // namespace ballast
