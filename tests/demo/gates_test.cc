// The checker must say no: each test spoils one thing of a good play and names the gate that has to see it.
#include "examples/demo/gates.h"

#include <gmock/gmock.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "examples/demo/verdict_text.h"
#include "tests/demo/scene.h"

namespace ballast_demo {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> failing(const Verdict& verdict) {
  std::vector<std::string> names;
  for (const auto& gate : verdict.gates)
    if (!gate.ok) names.push_back(gate.name);
  return names;
}

const Gate& gate(const Verdict& verdict, std::string_view name) {
  return *std::ranges::find(verdict.gates, name, &Gate::name);
}

/// Read once: it is beside nearly every play.
const LaneLogs& fixed_logs() {
  static const LaneLogs logs = as_read(good_fixed());
  return logs;
}

Verdict judged(const Scene& ballast) { return judge(as_read(ballast), fixed_logs(), Terms{}); }
Verdict judged(const Scene& ballast, const Scene& fixed) { return judge(as_read(ballast), as_read(fixed), Terms{}); }

/// The good play with Ballast after `spoil`.
Verdict spoilt(const std::function<void(Scene&)>& spoil) {
  auto scene = good_ballast();
  spoil(scene);
  return judged(scene);
}

TEST(Verdict, IsOkForAGoodPlayAndSaysByHowMuch) {
  const auto verdict = judged(good_ballast());
  EXPECT_TRUE(verdict.ok);
  EXPECT_THAT(failing(verdict), IsEmpty());
  EXPECT_NEAR(gate(verdict, "reaction").value.value(), 1.2, 1e-6);
  // Overload at 10.6 s, slow from 11.6 s to 17.6 s: second 18 is the first of five good ones.
  EXPECT_NEAR(gate(verdict, "recovery").value.value(), 7.4, 1e-6);
  EXPECT_THAT(gate(verdict, "returned").text, HasSubstr("35 s after the load fell"));
}

TEST(Verdict, SeesAFailedRequest) {
  const auto verdict = spoilt([](Scene& scene) { scene.load.requests[5000].status = 503; });
  EXPECT_THAT(failing(verdict), ElementsAre("failures"));
  EXPECT_THAT(gate(verdict, "failures").text, HasSubstr("1 in hold"));
}

TEST(Verdict, SeesARequestThatGotNoAnswer) {
  const auto verdict = spoilt([](Scene& scene) {
    scene.load.requests[20].status = 0;
    scene.load.requests[20].error = "timeout";
  });
  EXPECT_THAT(failing(verdict), ElementsAre("failures"));
}

TEST(Verdict, SeesARequestThatTheLoadLost) {
  const auto verdict = spoilt([](Scene& scene) { scene.load.requests.erase(scene.load.requests.begin() + 4711); });
  EXPECT_THAT(failing(verdict), ElementsAre("accounted"));
  EXPECT_THAT(gate(verdict, "accounted").text, HasSubstr("1 (4711)"));
}

TEST(Verdict, SeesARequestThatIsMissingInTheLogOfHaproxy) {
  const auto verdict = spoilt([](Scene& scene) { scene.proxy.erase(scene.proxy.begin() + 17); });
  EXPECT_THAT(failing(verdict), ElementsAre("accounted"));
  EXPECT_THAT(gate(verdict, "accounted").text, HasSubstr("1 (17)"));
}

TEST(Verdict, SeesARequestThatWentThroughHaproxyTwice) {
  const auto verdict = spoilt([](Scene& scene) { scene.proxy.push_back(scene.proxy[3]); });
  EXPECT_THAT(failing(verdict), ElementsAre("accounted"));
}

TEST(Verdict, SeesAnAnswerThatNoWorkerServedAndOneThatTwoDid) {
  const auto unserved = spoilt(
      [](Scene& scene) { std::erase_if(scene.workers, [](const WorkerEvent& event) { return event.id == 99; }); });
  EXPECT_THAT(failing(unserved), ElementsAre("served_once"));
  const auto twice = spoilt([](Scene& scene) { scene.workers.push_back({"request", "worker-101", 101, kEndUs, 99}); });
  EXPECT_THAT(failing(twice), ElementsAre("served_once"));
}

TEST(Verdict, SeesThatTheFirstWorkerCameLate) {
  const auto verdict = spoilt([](Scene& scene) {
    for (auto& event : scene.workers)
      if (event.pid >= 104 && event.at_us < kFellUs) event.at_us += 2'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("reaction"));
  EXPECT_NEAR(gate(verdict, "reaction").value.value(), 3.2, 1e-6);
}

TEST(Verdict, SeesThatNoWorkerCame) {
  const auto verdict = spoilt(
      [](Scene& scene) { std::erase_if(scene.workers, [](const WorkerEvent& event) { return event.pid >= 104; }); });
  EXPECT_THAT(failing(verdict), ElementsAre("reaction", "returned"));
}

TEST(Verdict, SeesThatTheObjectiveWasMetTooLateAgain) {
  const auto verdict = spoilt([](Scene& scene) {
    for (auto& request : scene.load.requests)
      if (request.due_us >= kExceededUs && request.due_us < kExceededUs + 16'000'000)
        request.finished_us = request.due_us + 900'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("recovery"));
}

TEST(Verdict, CountsARecoveryFromTheLastNeededWorkerWhenThatWasStartedInTime) {
  const auto slow_workers = [](std::int64_t started_by) {
    auto scene = good_ballast();
    for (auto& request : scene.load.requests)
      if (request.due_us >= kExceededUs && request.due_us < kExceededUs + 20'000'000)
        request.finished_us = request.due_us + 900'000;
    for (auto& event : scene.workers) {
      if (event.pid < 110 || event.at_us > kFellUs) continue;
      if (event.event == "started") event.at_us = kExceededUs + started_by;
      if (event.event == "ready") event.at_us = kExceededUs + 19'000'000;
    }
    return failing(judged(scene));
  };
  EXPECT_THAT(slow_workers(7'000'000), IsEmpty());
  EXPECT_THAT(slow_workers(9'000'000), ElementsAre("recovery"));
}

TEST(Verdict, SeesThatTheObjectiveWasNotKept) {
  const auto verdict = spoilt([](Scene& scene) {
    for (auto& request : scene.load.requests)
      if (request.due_us >= kFellUs + 30'000'000 && request.due_us < kFellUs + 40'000'000)
        request.finished_us = request.due_us + 251'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("kept"));
}

TEST(Verdict, SeesAShrinkWhileTheLoadIsHigh) {
  const auto verdict = spoilt([](Scene& scene) {
    for (auto& event : scene.workers)
      if (event.pid == 115 && event.at_us > kFellUs) event.at_us = kFellUs - 2'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("no_early_shrink"));
  EXPECT_THAT(gate(verdict, "no_early_shrink").text, HasSubstr("worker-115"));
}

TEST(Verdict, SeesAWorkerThatCrashedWhileTheLoadIsHigh) {
  const auto verdict = spoilt([](Scene& scene) {
    scene.workers.push_back({"stopped", "worker-105", 105, kFellUs - 5'000'000, {}});
  });
  EXPECT_THAT(failing(verdict), ElementsAre("no_early_shrink"));
}

TEST(Verdict, SeesThatTooManyOrTooFewAreLeft) {
  const auto more = spoilt([](Scene& scene) {
    std::erase_if(scene.workers, [](const WorkerEvent& event) { return event.pid == 121 && event.at_us > kFellUs; });
  });
  EXPECT_THAT(failing(more), ElementsAre("returned"));
  const auto fewer = spoilt([](Scene& scene) {
    for (auto& event : scene.workers)
      if (event.pid == 103 && event.at_us > kEndUs) event.at_us -= 3'000'000;
  });
  EXPECT_THAT(failing(fewer), ElementsAre("returned"));
}

TEST(Verdict, SeesThatItDidNotBeginWithTheBase) {
  const auto verdict = spoilt([](Scene& scene) {
    for (auto& event : scene.workers)
      if (event.pid == 103 && event.event == "ready") event.at_us = kStartUs + 5'000'000;
  });
  EXPECT_THAT(failing(verdict), ElementsAre("base"));
}

TEST(Verdict, SeesThatTheFixedPoolDidNotFail) {
  auto fixed = good_fixed();
  for (auto& request : fixed.load.requests) {
    request.finished_us = request.due_us + 60'000;
    request.status = 200;
    request.error.clear();
  }
  EXPECT_THAT(failing(judged(good_ballast(), fixed)), ElementsAre("fixed_fails"));
}

TEST(Verdict, SeesThatTheLanesHadDifferentLoads) {
  auto fixed = good_fixed();
  fixed.load.seed = 8;
  EXPECT_THAT(failing(judged(good_ballast(), fixed)), ElementsAre("logs"));
}

TEST(Verdict, SeesALineThatCannotBeRead) {
  const auto scene = good_ballast();
  auto text = load_text(scene.load);
  text.insert(text.find("\"id\":12,"), "?");
  const auto logs = read_logs(text, proxy_text(scene.proxy), workers_text(scene.workers));
  const auto verdict = judge(logs, as_read(good_fixed()), Terms{});
  EXPECT_THAT(failing(verdict), ElementsAre("logs", "accounted"));
  EXPECT_THAT(gate(verdict, "logs").text, HasSubstr("load.jsonl:14"));
}

TEST(Verdict, OfNothingIsNotOk) {
  const auto verdict = judge(read_logs("", "", ""), read_logs("", "", ""), Terms{});
  EXPECT_FALSE(verdict.ok);
  for (const auto* name :
       {"logs", "base", "reaction", "recovery", "kept", "accounted", "no_early_shrink", "returned", "fixed_fails"})
    EXPECT_FALSE(gate(verdict, name).ok) << name;
}

TEST(Verdict, OfAPlayWithoutOverloadIsNotOk) {
  const auto calm = [](Scene scene) {
    for (auto& act : scene.load.acts) act.rate_from = act.rate_to = 50;
    return scene;
  };
  const auto verdict = judged(calm(good_ballast()), calm(good_fixed()));
  EXPECT_THAT(failing(verdict), ElementsAre("reaction", "recovery", "kept", "no_early_shrink", "fixed_fails"));
}

TEST(Verdict, AsJsonHasEveryGateAndBothLanes) {
  const auto verdict = judged(good_ballast());
  const auto json = nlohmann::json::parse(to_json(verdict, Terms{}));
  EXPECT_EQ(json.at("ok"), true);
  EXPECT_EQ(json.at("gates").size(), 11U);
  for (const auto& one : json.at("gates"))
    for (const auto* key : {"name", "ok", "value", "limit", "text"}) EXPECT_TRUE(one.contains(key)) << key;
  const auto& lane = json.at("lanes").at("ballast");
  EXPECT_NEAR(lane.at("times").at("loadExceededBase").get<double>(), 10.6, 1e-6);
  EXPECT_NEAR(lane.at("times").at("backAtBase").get<double>(), 80.0, 1e-6);
  EXPECT_EQ(lane.at("acts").size(), 4U);
  EXPECT_EQ(lane.at("acts")[0].at("p99Ms"), 60.0);
  // 4 workers for 105 s, 18 more from 11.8 s to 15.2 s (13.5 s on average) until 80.05 s.
  EXPECT_NEAR(lane.at("workerSeconds").get<double>(), 4 * 105 + 18 * (80.05 - 13.5), 0.01);
  EXPECT_GT(json.at("lanes").at("fixed").at("failures").get<int>(), 9'000);
  EXPECT_THAT(to_text(verdict, Terms{}), HasSubstr("with Ballast"));
}

}  // namespace
}  // namespace ballast_demo
