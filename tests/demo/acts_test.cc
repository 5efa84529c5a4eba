// What `ballast demo` plays, and that the checker can read what it writes down of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "controller/cli/demo_acts.h"
#include "controller/cli/demo_troubles.h"
#include "examples/demo/logs.h"

namespace ballast {
namespace {

TEST(DemoActs, FollowEachOtherWithTheRateOfTheirLine) {
  EXPECT_STREQ(act_at(-1).act->name, "steady");
  EXPECT_EQ(act_at(-1).rate, 50);
  EXPECT_STREQ(act_at(10).act->name, "ramp");
  EXPECT_EQ(act_at(12.5).rate, 175);
  EXPECT_STREQ(act_at(begin_of_act("again")).act->name, "again");
  EXPECT_STREQ(act_at(1'000).act->name, "calm");
  EXPECT_EQ(act_at(1'000).rate, 0);
}

TEST(DemoActs, TakeLessThanSixMinutes) { EXPECT_LE(begin_of_act("the end of all"), 345); }

TEST(DemoDeeds, AreDoneInTheirActsAndInTheOrderOfTime) {
  const auto deeds = demo_deeds();
  EXPECT_TRUE(std::ranges::is_sorted(deeds, {}, &Deed::at));
  const auto act_of = [](const Deed& deed) { return std::string{act_at(deed.at).act->name}; };
  for (const auto& deed : deeds) {
    if (deed.kind == DeedKind::sicken || deed.kind == DeedKind::heal) {
      EXPECT_EQ(act_of(deed), "sick");
    }
    if (deed.kind == DeedKind::kill || deed.kind == DeedKind::restart) {
      EXPECT_EQ(act_of(deed), "again");
    }
  }
}

TEST(DemoDeeds, AreWrittenAsTheCheckerReadsThem) {
  const auto text = event_line("sickened", LaneKind::keda, 4711, "slow", {12, 34}) +
                    event_line("lies", LaneKind::ballast, 0, "", {56, 78});
  ballast_demo::PlayLogs play;
  ballast_demo::read_play(text, "", play);
  EXPECT_TRUE(play.problems.empty());
  ASSERT_EQ(play.events.size(), 2U);
  EXPECT_EQ(play.events[0].event, "sickened");
  EXPECT_EQ(play.events[0].lane, "keda");
  EXPECT_EQ(play.events[0].pid, 4711);
  EXPECT_EQ(play.events[0].what, "slow");
  EXPECT_EQ(play.events[0].at_us, 12);
  EXPECT_EQ(play.events[1].what, "");
}

}  // namespace
}  // namespace ballast
