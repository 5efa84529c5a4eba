// The checker must say no: each test spoils one thing of a good play and names the gate that has to see it.
#include "examples/demo/gates.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "examples/demo/verdict_text.h"
#include "tests/demo/judged.h"

namespace ballast_demo {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Requests due within a span take so long.
void slow_down(Scene& scene, std::int64_t from, std::int64_t to, std::int64_t latency) {
  for (auto& request : scene.load.requests)
    if (request.due_us >= from && request.due_us < to) request.finished_us = request.due_us + latency;
}

TEST(Verdict, IsOkForAGoodPlayAndSaysByHowMuch) {
  const auto verdict = spoilt([](GoodPlay&) {});
  EXPECT_TRUE(verdict.ok);
  EXPECT_THAT(failing(verdict), IsEmpty());
  EXPECT_NEAR(gate(verdict, "reaction").value.value(), 1.2, 1e-6);
  // Overload at 10.6 s, slow from 11.6 s to 17.6 s: second 18 is the first of five good ones.
  EXPECT_NEAR(gate(verdict, "recovery").value.value(), 7.4, 1e-6);
  EXPECT_NEAR(gate(verdict, "acts_after_kill").value.value(), 1.0, 1e-6);
  // Slow until 127.5 s: from second 128 on it is met.
  EXPECT_NEAR(gate(verdict, "recovery_after_kill").value.value(), 5.5, 1e-6);
  EXPECT_NEAR(gate(verdict, "duration").value.value(), 160.05, 1e-6);
  EXPECT_THAT(gate(verdict, "returned").text, HasSubstr("12 s after the load fell"));
}

TEST(Verdict, SeesARequestThatTheLoadLost) {
  const auto verdict =
      spoilt([](GoodPlay& play) { play.ballast.load.requests.erase(play.ballast.load.requests.begin() + 4711); });
  EXPECT_THAT(failing(verdict), ElementsAre("accounted"));
  EXPECT_THAT(gate(verdict, "accounted").text, HasSubstr("1 (4711)"));
}

TEST(Verdict, SeesARequestThatIsMissingInTheLogOfHaproxy) {
  const auto verdict = spoilt([](GoodPlay& play) { play.ballast.proxy.erase(play.ballast.proxy.begin() + 17); });
  EXPECT_THAT(failing(verdict), ElementsAre("accounted"));
  EXPECT_THAT(gate(verdict, "accounted").text, HasSubstr("1 (17)"));
}

TEST(Verdict, SeesARequestThatWentThroughHaproxyTwice) {
  const auto verdict = spoilt([](GoodPlay& play) { play.ballast.proxy.push_back(play.ballast.proxy[3]); });
  EXPECT_THAT(failing(verdict), ElementsAre("accounted"));
}

TEST(Verdict, SeesAnAnswerThatNoWorkerServedAndOneThatTwoDid) {
  const auto unserved = spoilt([](GoodPlay& play) {
    std::erase_if(play.ballast.workers, [](const WorkerEvent& event) { return event.id == 99; });
  });
  EXPECT_THAT(failing(unserved), ElementsAre("served_once"));
  const auto twice = spoilt([](GoodPlay& play) {
    play.ballast.workers.push_back({"request", "worker-101", 101, kEndUs, 99, {}});
  });
  EXPECT_THAT(failing(twice), ElementsAre("served_once"));
}

TEST(Verdict, SeesThatTheMachineWasStarved) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& request : play.ballast.load.requests)
      if (request.id % 50 == 0) request.sent_us = request.due_us + 55'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("not_starved"));
  EXPECT_THAT(gate(verdict, "not_starved").text, HasSubstr("ballast 55.0, hpa 0.2"));
}

TEST(Verdict, SeesThatTheFirstWorkerCameLate) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid >= 104 && event.at_us < kSickActUs) event.at_us += 2'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("reaction"));
  EXPECT_NEAR(gate(verdict, "reaction").value.value(), 3.2, 1e-6);
}

TEST(Verdict, SeesThatNoWorkerCame) {
  const auto verdict = spoilt([](GoodPlay& play) {
    std::erase_if(play.ballast.workers, [](const WorkerEvent& event) { return event.pid >= 104; });
  });
  EXPECT_THAT(failing(verdict), ElementsAre("reaction", "acts_after_kill", "returned"));
}

TEST(Verdict, SeesThatTheObjectiveWasMetTooLateAgain) {
  const auto verdict =
      spoilt([](GoodPlay& play) { slow_down(play.ballast, kExceededUs, kExceededUs + 16'000'000, 900'000); });
  EXPECT_THAT(failing(verdict), ElementsAre("recovery"));
}

TEST(Verdict, CountsARecoveryFromTheLastNeededWorkerWhenThatWasStartedInTime) {
  const auto slow_workers = [](std::int64_t started_by) {
    return failing(spoilt([&](GoodPlay& play) {
      slow_down(play.ballast, kExceededUs, kExceededUs + 15'500'000, 900'000);
      for (auto& event : play.ballast.workers) {
        if (event.pid < 110 || event.at_us > kSickActUs) continue;
        if (event.event == "started") event.at_us = kExceededUs + started_by;
        if (event.event == "ready") event.at_us = kExceededUs + 14'900'000;
      }
    }));
  };
  EXPECT_THAT(slow_workers(7'000'000), IsEmpty());
  EXPECT_THAT(slow_workers(9'000'000), ElementsAre("recovery"));
}

TEST(Verdict, SeesThatTheObjectiveWasNotKept) {
  const auto verdict =
      spoilt([](GoodPlay& play) { slow_down(play.ballast, kLiesActUs, kLiesActUs + 10'000'000, 251'000); });
  EXPECT_THAT(failing(verdict), ElementsAre("kept"));
}

TEST(Verdict, LeavesTenSecondsOfEachSicknessAndTheSecondSurgeOutOfWhatIsKept) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (const auto after : {2'000'000, 22'000'000})
      slow_down(play.ballast, kSickActUs + after, kSickActUs + after + 10'000'000, 251'000);
    slow_down(play.ballast, kKilledUs, kFellAgainUs - 6'000'000, 251'000);
  });
  EXPECT_THAT(failing(verdict), IsEmpty());
}

TEST(Verdict, SeesAShrinkBeforeTheObjectiveIsMetAgain) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid == 104 && event.at_us > kFellUs) event.at_us = kExceededUs + 7'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("no_early_shrink"));
  EXPECT_THAT(gate(verdict, "no_early_shrink").text, HasSubstr("worker-104"));
}

TEST(Verdict, SeesAShrinkBelowWhatTheLoadNeeds) {
  const auto left_in_sick = [](std::int64_t many) {
    return spoilt([&](GoodPlay& play) {
      for (auto& event : play.ballast.workers)
        if (event.pid >= 104 && event.pid < 104 + many && event.at_us > kFellUs && event.event != "request")
          event.at_us = kSickActUs + event.pid * 1'000;
    });
  };
  EXPECT_THAT(failing(left_in_sick(6)), IsEmpty()) << "16 serve 300/s";
  const auto verdict = left_in_sick(7);
  EXPECT_THAT(failing(verdict), ElementsAre("no_early_shrink"));
  EXPECT_THAT(gate(verdict, "no_early_shrink").text, HasSubstr("worker-110"));
}

TEST(Verdict, SeesThatTooManyOrTooFewAreLeft) {
  const auto more = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid == 139 && event.at_us > kFellAgainUs) event.at_us = kEndUs + 1'000'000;
  });
  EXPECT_THAT(failing(more), ElementsAre("returned"));
  const auto fewer = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid == 103 && event.at_us > kEndUs) event.at_us -= 3'000'000;
  });
  EXPECT_THAT(failing(fewer), ElementsAre("returned"));
}

TEST(Verdict, SeesThatItDidNotBeginWithTheBase) {
  const auto verdict = spoilt([](GoodPlay& play) {
    for (auto& event : play.ballast.workers)
      if (event.pid == 103 && event.event == "ready") event.at_us = kStartUs + 5'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("base"));
}

TEST(Verdict, SeesThatTheFixedPoolDidNotFail) {
  auto logs = logs_of({});
  for (auto& request : logs.fixed.load.requests) {
    request.finished_us = request.due_us + 60'000;
    request.status = 200;
    request.error.clear();
  }
  EXPECT_THAT(failing(judge(logs, Terms{})), ElementsAre("fixed_fails"));
}

TEST(Verdict, SeesThatTheLanesHadDifferentLoads) {
  auto seed = logs_of({});
  seed.fixed.load.seed = 8;
  EXPECT_THAT(failing(judge(seed, Terms{})), ElementsAre("logs"));
  auto shorter = logs_of({});
  shorter.hpa.load.acts.pop_back();
  for (auto& request : shorter.hpa.load.requests) request.act = std::min<std::int64_t>(request.act, 7);
  EXPECT_THAT(failing(judge(shorter, Terms{})), ElementsAre("logs"));
  auto other = logs_of({});
  other.hpa.load.requests[77].due_us += 1;
  EXPECT_THAT(failing(judge(other, Terms{})), ElementsAre("logs"));
}

TEST(Verdict, SeesAWorkerThatWasKilled) {
  const auto verdict = spoilt([](GoodPlay& play) {
    std::erase_if(play.ballast.workers,
                  [](const WorkerEvent& event) { return event.pid == 102 && event.event == "stopped"; });
  });
  EXPECT_THAT(failing(verdict), ElementsAre("logs"));
  EXPECT_THAT(gate(verdict, "logs").text, HasSubstr("ballast: worker-102 was killed"));
}

TEST(Verdict, SeesALineThatCannotBeRead) {
  const GoodPlay play;
  auto logs = logs_of(play);
  auto text = load_text(play.ballast.load);
  text.insert(text.find("\"id\":12,"), "?");
  logs.ballast = read_logs(text, proxy_text(play.ballast.proxy), workers_text(play.ballast.workers));
  const auto verdict = judge(logs, Terms{});
  EXPECT_THAT(failing(verdict), ElementsAre("logs", "accounted"));
  EXPECT_THAT(gate(verdict, "logs").text, HasSubstr("ballast/load.jsonl:14"));
}

TEST(Verdict, OfNothingIsNotOk) {
  const auto verdict = judge({}, Terms{});
  EXPECT_FALSE(verdict.ok);
  for (const auto& one : verdict.gates) {
    const bool nothing_wrong = one.name == "served_once" || one.name == "failures";  // of no request
    EXPECT_EQ(one.ok, nothing_wrong) << one.name;
  }
}

TEST(Verdict, OfAPlayWithoutOverloadIsNotOk) {
  auto logs = logs_of({});
  for (auto* lane : {&logs.ballast, &logs.hpa, &logs.keda, &logs.fixed})
    for (auto& act : lane->load.acts) act.rate_from = act.rate_to = 50;
  EXPECT_THAT(failing(judge(logs, Terms{})), ElementsAre("reaction", "recovery", "no_early_shrink", "kept",
                                                         "keda_shrinks", "recovery_after_kill", "fixed_fails"));
}

TEST(Verdict, AsJsonHasEveryGateAndAllLanes) {
  const auto verdict = spoilt([](GoodPlay&) {});
  const auto json = nlohmann::json::parse(to_json(verdict, Terms{}));
  EXPECT_EQ(json.at("ok"), true);
  EXPECT_EQ(json.at("gates").size(), 22U);
  for (const auto& one : json.at("gates"))
    for (const auto* key : {"name", "ok", "value", "limit", "text"}) EXPECT_TRUE(one.contains(key)) << key;
  EXPECT_EQ(json.at("lanes").size(), 4U);
  const auto& lane = json.at("lanes").at("ballast");
  EXPECT_NEAR(lane.at("surges")[0].at("loadExceededBase").get<double>(), 10.6, 1e-6);
  EXPECT_NEAR(lane.at("surges")[1].at("loadExceededBase").get<double>(), 120.48, 1e-6);
  EXPECT_NEAR(lane.at("surges")[1].at("firstNewWorkerStarted").get<double>(), 123.5, 1e-6);
  EXPECT_NEAR(lane.at("backAtBase").get<double>(), 148.0, 1e-6);
  EXPECT_EQ(lane.at("acts").size(), 9U);
  EXPECT_EQ(lane.at("acts")[0].at("p99Ms"), 60.0);
  EXPECT_EQ(lane.at("acts")[2].at("workersMost"), 22);
  EXPECT_EQ(lane.at("sicknesses")[1].at("how"), "fails");
  // 4 workers for 156 s; 18 more twice: from 13.5 s (on average) until 115.05 s, and from 125.2 s until 148.05 s.
  EXPECT_NEAR(lane.at("workerSeconds").get<double>(), 4 * 156 + 18 * (115.05 - 13.5 + 148.05 - 125.2), 0.01);
  EXPECT_GT(json.at("lanes").at("fixed").at("failures").get<int>(), 4'000);
}

TEST(Verdict, AsTextShowsAllLanesActByAct) {
  const auto text = to_text(spoilt([](GoodPlay&) {}), Terms{});
  EXPECT_THAT(text, HasSubstr("hold 300/s for 15 s\n  Ballast"));
  EXPECT_THAT(text, HasSubstr("  KEDA"));
  EXPECT_THAT(text, HasSubstr("15..22\n"));
  EXPECT_THAT(text, HasSubstr("ok   acts_after_kill      first new worker started 1.00 s"));
}

}  // namespace
}  // namespace ballast_demo
