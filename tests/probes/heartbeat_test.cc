#include "probes/heartbeat.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/probes/asked.h"

namespace ballast {
namespace {

using namespace std::chrono_literals;

const HeartbeatSpec kNightly{.name = "backup", .period = 24h, .grace = 1h};

Result<NamedReading> read(std::optional<HeartbeatFacts> facts) {
  const CompiledProbe probe = compile(kNightly, "shop");
  const auto page = probe.decode(Response{.status = 200, .heartbeat = facts, .received_at = TimePoint{5s}});
  if (!page) return page.error();
  return probe.select(*page, nullptr);
}

TEST(HeartbeatProbe, AsksForItsNameInItsNamespaceWhateverItsPeriod) {
  const Request request = compile(kNightly, "shop").request;
  EXPECT_EQ(request.channel, Channel::heartbeat);
  EXPECT_EQ(request.url, "heartbeat://shop/backup");
  EXPECT_EQ(compile(HeartbeatSpec{.name = "backup", .period = 1s}, "shop").request, request);
}

TEST(HeartbeatProbe, IsUnknownBeforeTheFirstOne) {
  EXPECT_THAT(read(std::nullopt), unknown(Errc::not_found, "no heartbeat came so far"));
}

TEST(HeartbeatProbe, IsOneUntilPeriodAndGraceHavePassedThenZero) {
  EXPECT_EQ(value_of(read(HeartbeatFacts{.silence = 0s})), 1);
  EXPECT_EQ(value_of(read(HeartbeatFacts{.silence = 25h})), 1);
  EXPECT_EQ(value_of(read(HeartbeatFacts{.silence = 25h + 1us})), 0);
  EXPECT_EQ(value_of(read(HeartbeatFacts{.silence = 10'000h})), 0);
}

TEST(HeartbeatProbe, DoesNotBlameAJobForTheTimeInWhichNobodyListened) {
  EXPECT_THAT(read(HeartbeatFacts{.silence = 26h, .deaf = 2h}), unknown(Errc::unavailable, "did not run for 7200 s"));
  EXPECT_EQ(value_of(read(HeartbeatFacts{.silence = 28h, .deaf = 2h})), 0) << "late by what was heard alone";
  EXPECT_EQ(value_of(read(HeartbeatFacts{.silence = 24h, .deaf = 2h})), 1) << "not late at all";
}

}  // namespace
}  // namespace ballast
