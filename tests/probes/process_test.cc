// What workers use, from two readings of them: rates, levels, and the cases in which nothing is known.
#include "probes/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/field.h"
#include "formats/quantity.h"
#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::Field;

constexpr TimePoint kStart{1h};

WorkerFacts worker(const std::string& name, Duration age, Duration cpu) {
  return {.member = name,
          .pid = 100,
          .start_ticks = 7,
          .age = age,
          .cpu = cpu,
          .resident_bytes = 1 << 20,
          .descriptors = 12};
}

/// One poll after another, each at the end of the one before.
class Polled {
 public:
  explicit Polled(const ProcessSpec& spec) : probe_(compile(spec, "shop/web")) {}
  Result<NamedReading> poll(TimePoint at, std::vector<WorkerFacts> workers) {
    Response response{.status = 200};
    response.workers = std::move(workers);
    response.received_at = at;
    auto page = probe_.decode(response);
    if (!page) return page.error();
    auto reading = probe_.select(*page, previous_ ? &*previous_ : nullptr);
    previous_ = *std::move(page);
    return reading;
  }

 private:
  CompiledProbe probe_;
  std::optional<Page> previous_{};
};

auto sample(const std::string& member, double value) {
  return testing::AllOf(Field(&NamedSample::member, member), Field(&NamedSample::value, DoubleEq(value)));
}
std::vector<NamedSample> samples(const Result<NamedReading>& reading) {
  return reading ? reading->samples : std::vector<NamedSample>();
}
Quantity quantity(const char* text) { return *parse_quantity(text); }

TEST(ProcessProbe, CpuIsCoresBetweenTwoReadingsOfEachWorker) {
  Polled cpu({.metric = ProcessMetric::cpu});
  EXPECT_THAT(cpu.poll(kStart, {worker("web-1", 100s, 12s), worker("web-2", 100s, 80s)}),
              unknown(Errc::unavailable, "needs two polls"));
  const auto reading = cpu.poll(kStart + 4s, {worker("web-1", 103s, 13'500ms), worker("web-2", 103s, 89s)});
  EXPECT_THAT(samples(reading), ElementsAre(sample("web-1", 0.5), sample("web-2", 3)));
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->at, kStart + 4s);
  EXPECT_EQ(reading->window, 3s) << "of the kernel's clock: the engine's was late";
  EXPECT_EQ(reading->samples[0].window, 3s);
  EXPECT_EQ(reading->samples[0].at, kStart + 4s);
}

TEST(ProcessProbe, CpuOfAWorkerThatDidNothingIsZero) {
  Polled cpu({.metric = ProcessMetric::cpu});
  (void)cpu.poll(kStart, {worker("web-1", 100s, 12s)});
  EXPECT_THAT(samples(cpu.poll(kStart + 3s, {worker("web-1", 103s, 12s)})), ElementsAre(sample("web-1", 0)));
}

TEST(ProcessProbe, CpuOfAWorkerWithoutTwoReadingsIsUnknownAndNeverZero) {
  Polled cpu({.metric = ProcessMetric::cpu});
  (void)cpu.poll(kStart, {worker("web-1", 100s, 12s)});
  EXPECT_THAT(samples(cpu.poll(kStart + 3s, {worker("web-1", 103s, 15s), worker("web-2", 2s, 2s)})),
              ElementsAre(sample("web-1", 1)));
  EXPECT_THAT(cpu.poll(kStart + 6s, {worker("web-3", 1s, 1s)}), unknown(Errc::unavailable, "at the next one"));
  // A name, or a number, that another process has now.
  WorkerFacts later = worker("web-3", 4s, 3s);
  later.start_ticks = 8;
  EXPECT_THAT(cpu.poll(kStart + 9s, {later}), unknown(Errc::unavailable, "at the next one"));
  WorkerFacts moved = later;
  moved.pid = 101;
  EXPECT_THAT(cpu.poll(kStart + 12s, {moved}), unknown(Errc::unavailable, "at the next one"));
}

TEST(ProcessProbe, CpuOfAWorkerThatWentAwayIsNoZeroAmongTheOthers) {
  Polled cpu({.metric = ProcessMetric::cpu});
  (void)cpu.poll(kStart, {worker("web-1", 100s, 12s), worker("web-2", 50s, 9s)});
  EXPECT_THAT(samples(cpu.poll(kStart + 3s, {worker("web-2", 53s, 12s)})), ElementsAre(sample("web-2", 1)));
}

TEST(ProcessProbe, CpuIsNoRateOverHardlyAnyTimeNorOfClocksThatStoodOrRanBack) {
  for (const Duration later : {Duration{49'999}, Duration{}, Duration{-3s}}) {
    Polled cpu({.metric = ProcessMetric::cpu});
    (void)cpu.poll(kStart, {worker("web-1", 100s, 12s)});
    EXPECT_THAT(cpu.poll(kStart + 3s, {worker("web-1", 100s + later, 13s)}), unknown(Errc::unavailable, ""))
        << later.count();
  }
  Polled cpu({.metric = ProcessMetric::cpu});
  (void)cpu.poll(kStart, {worker("web-1", 100s, 12s)});
  EXPECT_THAT(cpu.poll(kStart + 3s, {worker("web-1", 103s, 11s)}), unknown(Errc::unavailable, ""));
}

TEST(ProcessProbe, MemoryAndDescriptorsAreKnownAtOnce) {
  WorkerFacts large = worker("web-2", 1ms, 0s);
  large.resident_bytes = std::int64_t{3} << 30;
  large.descriptors = 0;
  Polled memory({.metric = ProcessMetric::memory});
  EXPECT_THAT(samples(memory.poll(kStart, {worker("web-1", 1s, 0s), large})),
              ElementsAre(sample("web-1", 1 << 20), sample("web-2", 3.0 * (1 << 30))));
  Polled descriptors({.metric = ProcessMetric::descriptors});
  EXPECT_THAT(samples(descriptors.poll(kStart, {worker("web-1", 1s, 0s), large})),
              ElementsAre(sample("web-1", 12), sample("web-2", 0)));
}

TEST(ProcessProbe, DescriptorsThatMayNotBeCountedAreDeniedAndNotZero) {
  WorkerFacts other = worker("web-2", 1s, 0s);
  other.descriptors.reset();
  Polled descriptors({.metric = ProcessMetric::descriptors});
  EXPECT_THAT(descriptors.poll(kStart, {worker("web-1", 1s, 0s), other}),
              unknown(Errc::denied, "the descriptors of web-2 (pid 100) are shown to its user and to root alone"));
  Polled memory({.metric = ProcessMetric::memory});
  EXPECT_EQ(samples(memory.poll(kStart, {other})).size(), 1U) << "its memory is known all the same";
}

TEST(ProcessProbe, WithoutWorkersIsUnknown) {
  for (const ProcessMetric metric : {ProcessMetric::cpu, ProcessMetric::memory, ProcessMetric::descriptors}) {
    Polled polled({.metric = metric});
    EXPECT_THAT(polled.poll(kStart, {}), unknown(Errc::unavailable, "no worker runs"));
  }
}

TEST(ProcessProbe, WithARequestIsPercentOfIt) {
  Polled cpu({.metric = ProcessMetric::cpu, .request = quantity("250m")});
  (void)cpu.poll(kStart, {worker("web-1", 100s, 12s)});
  EXPECT_THAT(samples(cpu.poll(kStart + 3s, {worker("web-1", 103s, 13'500ms)})), ElementsAre(sample("web-1", 200)));
  Polled memory({.metric = ProcessMetric::memory, .request = quantity("4Mi")});
  EXPECT_THAT(samples(memory.poll(kStart, {worker("web-1", 100s, 12s)})), ElementsAre(sample("web-1", 25)));
  Polled descriptors({.metric = ProcessMetric::descriptors, .request = quantity("48")});
  EXPECT_THAT(samples(descriptors.poll(kStart, {worker("web-1", 100s, 12s)})), ElementsAre(sample("web-1", 25)));
}

TEST(ProcessProbe, WithARequestFitsUtilizationAndWithoutOneEverythingElse) {
  const ProcessSpec plain{.metric = ProcessMetric::cpu};
  const ProcessSpec percent{.metric = ProcessMetric::cpu, .request = quantity("500m")};
  for (const TargetType target : {TargetType::none, TargetType::average_value, TargetType::value})
    EXPECT_EQ(misfit(plain, target), "");
  for (const TargetType target : {TargetType::none, TargetType::utilization}) EXPECT_EQ(misfit(percent, target), "");
  EXPECT_THAT(misfit(plain, TargetType::utilization), testing::HasSubstr("write request"));
  EXPECT_THAT(misfit(percent, TargetType::average_value), testing::HasSubstr("leave request out"));
  EXPECT_THAT(misfit(percent, TargetType::value), testing::HasSubstr("leave request out"));
}

TEST(ProcessProbe, AsksOnceForAllMetricsOfAPolicyAndApartForEach) {
  const auto request = [](ProcessMetric metric, const std::string& policy) {
    return compile(ProcessSpec{.metric = metric}, policy).request;
  };
  EXPECT_EQ(request(ProcessMetric::cpu, "shop/web"), request(ProcessMetric::descriptors, "shop/web"));
  EXPECT_NE(request(ProcessMetric::cpu, "shop/web"), request(ProcessMetric::cpu, "shop/checkout"));
  EXPECT_EQ(request(ProcessMetric::cpu, "shop/web").url, "workers://shop/web");
  EXPECT_EQ(request(ProcessMetric::cpu, "shop/web").channel, Channel::workers);
  EXPECT_EQ(compile(ProcessSpec{.timeout = 7s}, "a/b").request.deadline, 7s);
}

/// Whatever the kernel may say, a value is finite and never below zero.
TEST(ProcessProbe, GivesFiniteNumbersForAllThatAWorkerCanUse) {
  constexpr Duration kMost{std::numeric_limits<std::int64_t>::max() / 4};
  for (const char* request : {"1m", "1P"})
    for (const Duration age : {Duration{50ms}, Duration{1s}, kMost})
      for (const Duration used : {Duration{}, Duration{10ms}, kMost}) {
        Polled cpu({.metric = ProcessMetric::cpu, .request = quantity(request)});
        (void)cpu.poll(kStart, {worker("web-1", 0s, 0s)});
        for (const NamedSample& each : samples(cpu.poll(kStart + 3s, {worker("web-1", age, used)}))) {
          EXPECT_TRUE(std::isfinite(each.value));
          EXPECT_GE(each.value, 0);
        }
      }
}

}  // namespace
}  // namespace ballast
