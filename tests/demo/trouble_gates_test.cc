// What is done to the lanes: sick workers, lies and a kill; each test makes one of them go wrong.
#include "examples/demo/trouble_gates.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/demo/judged.h"

namespace ballast_demo {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

LoadRequest& due_after(Scene& scene, std::int64_t at) {
  return *std::ranges::find_if(scene.load.requests, [&](const LoadRequest& request) { return request.due_us >= at; });
}
ProxyRequest& proxied(Scene& scene, std::int64_t id) { return *std::ranges::find(scene.proxy, id, &ProxyRequest::id); }

/// HAProxy gives the first request that is due after a time to this server, where it fails or not.
void give(Scene& scene, std::int64_t at, const std::string& server, int status) {
  auto& request = due_after(scene, at);
  request.status = status;
  proxied(scene, request.id).server = server;
  proxied(scene, request.id).status = status;
  if (status != 200) std::erase_if(scene.workers, [&](const WorkerEvent& event) { return event.id == request.id; });
}

TEST(Failures, ThatASickWorkerCausedBeforeItsEjectionAreNamedAndForgiven) {
  const auto verdict = spoilt([](GoodPlay&) {});
  const auto& failures = gate(verdict, "failures");
  EXPECT_TRUE(failures.ok);
  EXPECT_GT(verdict.ballast.failures, 50);
  EXPECT_THAT(failures.text, HasSubstr("others 0; 75 in sick"));
}

TEST(Failures, OfOthersAreNot) {
  const auto of_well =
      spoilt([](GoodPlay& play) { give(play.ballast, kSickActUs + 500'000, "ballast-worker-101", 500); });
  EXPECT_THAT(failing(of_well), ElementsAre("failures"));
  const auto of_other =
      spoilt([](GoodPlay& play) { give(play.ballast, kSickActUs + 23'000'000, "ballast-worker-103", 503); });
  EXPECT_THAT(failing(of_other), ElementsAre("failures"));
  const auto of_nobody = spoilt([](GoodPlay& play) { give(play.ballast, kStartUs + 500'000, "<NOSRV>", 503); });
  EXPECT_THAT(failing(of_nobody), ElementsAre("failures"));
  EXPECT_THAT(gate(of_nobody, "failures").text, HasSubstr("1 in steady"));
}

TEST(Failures, ThatGotNoAnswerCount) {
  const auto verdict = spoilt([](GoodPlay& play) {
    play.ballast.load.requests[20].status = 0;
    play.ballast.load.requests[20].error = "timeout";
  });
  EXPECT_THAT(failing(verdict), ElementsAre("failures"));
}

TEST(Ejected, IsNobodyWhoGoesOnGettingRequests) {
  const auto verdict = spoilt(
      [](GoodPlay& play) { give(play.ballast, kSickActUs + 22'000'000 + 10'500'000, "ballast-worker-101", 500); });
  EXPECT_THAT(failing(verdict), ElementsAre("ejected", "failures"));
  EXPECT_NEAR(gate(verdict, "ejected").value.value(), 10.5, 0.02);
  const auto slow = spoilt(
      [](GoodPlay& play) { give(play.ballast, kSickActUs + 2'000'000 + 10'500'000, "ballast-worker-100", 200); });
  EXPECT_THAT(failing(slow), ElementsAre("ejected"));
}

TEST(Ejected, CountsTheTimeInTheLineOfHaproxy) {
  const auto verdict = spoilt([](GoodPlay& play) {
    const auto at = kSickActUs + 2'000'000 + 9'500'000;
    give(play.ballast, at, "ballast-worker-100", 200);
    proxied(play.ballast, due_after(play.ballast, at).id).wait_us = 1'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("ejected"));
}

TEST(Ejected, IsNobodyWhoNeverComesBack) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& request : play.ballast.proxy)
      if (request.server == "ballast-worker-101" && request.id > 6'000) request.server = "ballast-worker-102";
  });
  EXPECT_THAT(failing(verdict), ::testing::Contains("ejected"));
  EXPECT_THAT(gate(verdict, "ejected").text, HasSubstr("not all came back"));
}

TEST(Ejected, IsNotShownWhereNobodyWasSick) {
  const auto verdict = spoilt([](GoodPlay& play) {
    std::erase_if(play.ballast.workers, [](const WorkerEvent& event) { return event.how == "slow"; });
  });
  EXPECT_THAT(failing(verdict), ElementsAre("ejected"));
}

TEST(Lies, MustNotTakeAWorkerAway) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid == 115 && event.at_us > kFellUs) event.at_us = kLiesActUs + 12'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("no_lie_shrink"));
  EXPECT_THAT(gate(verdict, "no_lie_shrink").text, HasSubstr("worker-115 after 12.0 s"));
}

TEST(Lies, MustAllBeTold) {
  const auto verdict = spoilt(
      [](GoodPlay& play) { std::erase_if(play.events, [](const PlayEvent& event) { return event.what == "zero"; }); });
  EXPECT_THAT(failing(verdict), ElementsAre("no_lie_shrink", "keda_shrinks"));
}

TEST(Lies, AreBelievedByKedasRules) {
  auto logs = logs_of({});
  EXPECT_EQ(gate(judge(logs, Terms{}), "keda_shrinks").value, 15);
  logs.keda = as_read(good_hpa());
  EXPECT_THAT(failing(judge(logs, Terms{})), ElementsAre("keda_shrinks"));
}

TEST(Kill, MustLeaveTheWorkersAlone) {
  const auto stopped_at = [](std::int64_t at) {
    return failing(spoilt([&](GoodPlay& play) {
      for (auto& event : play.ballast.workers)
        if (event.pid == 122 && (event.event == "sigterm" || event.event == "stopped")) event.at_us = at;
    }));
  };
  EXPECT_THAT(stopped_at(kRestartedUs + 9'900'000), ElementsAre("untouched"));
  EXPECT_THAT(stopped_at(kRestartedUs + 10'100'000), IsEmpty());
}

TEST(Kill, MustHaveHappened) {
  const auto verdict = spoilt([](GoodPlay& play) {
    std::erase_if(play.events, [](const PlayEvent& event) { return event.event == "killed"; });
  });
  EXPECT_THAT(failing(verdict), ElementsAre("untouched", "acts_after_kill", "recovery_after_kill", "told_over_kill"));
}

TEST(Kill, IsFollowedByANewWorkerInTime) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid >= 122 && event.at_us < kFellAgainUs) event.at_us += 2'500'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("acts_after_kill"));
  EXPECT_NEAR(gate(verdict, "acts_after_kill").value.value(), 3.5, 1e-6);
}

TEST(Kill, IsFollowedByTheObjectiveInTime) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& request : play.ballast.load.requests)
      if (request.due_us >= kKilledUs && request.due_us < kFellAgainUs) request.finished_us = request.due_us + 251'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("recovery_after_kill"));
}

TEST(Kill, MustLoseNoAlert) {
  const auto without = [](const std::string& event, auto told_at) {
    return failing(spoilt([&](GoodPlay& play) {
      std::erase_if(play.told, [&](const Told& told) { return told.event == event && told_at(told.at_us); });
    }));
  };
  const auto after = [](std::int64_t at) { return at > kRestartedUs; };
  EXPECT_THAT(without("webhook", after), ElementsAre("told", "told_over_kill"));
  EXPECT_THAT(without("mail", after), ElementsAre("told_over_kill"));
  EXPECT_THAT(without("mail", [](std::int64_t at) { return at == kKilledUs - 2'000'000; }),
              ElementsAre("told_over_kill"));
}

TEST(Rivals, MustSteer) {
  auto logs = logs_of({});
  auto still = good_hpa();
  std::erase_if(still.workers, [](const WorkerEvent& event) { return event.pid >= 104; });
  logs.hpa = as_read(still);
  EXPECT_THAT(failing(judge(logs, Terms{})), ElementsAre("rivals_steer"));
}

TEST(ToldGate, SeesWhatNobodyWasTold) {
  const auto no_mail = spoilt([](GoodPlay& play) {
    std::erase_if(play.told, [](const Told& told) {
      return told.event == "mail" && told.alerts[0].name == "MemberEjected" && told.alerts[0].status == "resolved";
    });
  });
  EXPECT_THAT(failing(no_mail), ElementsAre("told"));
  EXPECT_THAT(gate(no_mail, "told").text, HasSubstr("MemberEjected resolved by mail"));
  const auto lost = spoilt([](GoodPlay& play) {
    std::erase_if(play.told, [](const Told& told) { return told.at_us == kLiesActUs + 12'000'000; });
  });
  EXPECT_THAT(failing(lost), ElementsAre("told")) << "the second episode was told as over, the first was not";
}

TEST(ToldGate, SeesTwoThingsUnderOneKey) {
  const auto with_key = [](const std::string& digest) {
    return failing(spoilt([&](GoodPlay& play) {
      auto again = play.told.front();
      again.digest = digest;
      play.told.push_back(again);
    }));
  };
  EXPECT_THAT(with_key("MemberEjectedfiring"), IsEmpty() /* told again */);
  EXPECT_THAT(with_key("something else"), ElementsAre("told"));
}

TEST(Subject, OfAMailSaysWhatItTells) {
  const auto firing = alerts_of_subject("[FIRING:2] ArrivalsUnknown default");
  ASSERT_EQ(firing.size(), 1U);
  EXPECT_EQ(firing[0].name, "ArrivalsUnknown");
  EXPECT_EQ(firing[0].status, "firing");
  EXPECT_EQ(alerts_of_subject("[RESOLVED] MemberEjected").at(0).status, "resolved");
  for (const auto* none : {"", "Hello", "[FIRING", "[OTHER] MemberEjected default"})
    EXPECT_THAT(alerts_of_subject(none), IsEmpty()) << none;
}

}  // namespace
}  // namespace ballast_demo
