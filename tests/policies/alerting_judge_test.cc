// The alerting stage of a tick: rules of signals, built-in alerts, and rules that go.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "policies/alerting/built_in.h"
#include "policies/alerting/judge.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

using story::at;
using story::kLoad;
using namespace std::string_literals;

constexpr std::uint64_t kRule = 77;

/// A monitor with one rule about `load`: above 10, at once.
struct Scene {
  Workload workload = story::workload();
  Memory memory{};
  Status status{};
  Observation seen = story::seen(0, 2);

  Scene() {
    workload.target_kind.clear();
    workload.alerts = {
        {.alert = "Loaded", .fingerprint = kRule, .signal = 0, .test = AlertTest::above, .threshold = 10}};
    status.signals = {{.name = "load", .grade = Grade::fresh}};
    memory.signals = {{.fingerprint = kLoad}};
  }
  void give(std::vector<double> values) {
    Reading reading{.at = seen.at};
    for (std::size_t i = 0; i < values.size(); ++i)
      reading.samples.push_back({.member = MemberId{static_cast<std::uint32_t>(i + 1)}, .value = values[i]});
    memory.signals.front().newest = reading;
  }
  std::vector<AlertTransition> judge(int second) {
    seen.at = at(second);
    return judge_alerts(workload, memory, seen, status);
  }
  void set(ConditionType type, bool value, Reason reason = Reason::none) {
    std::erase_if(status.conditions, [type](const Condition& one) { return one.type == type; });
    status.conditions.push_back({type, value, reason});
  }
};

TEST(JudgeAlerts, FindsTheSampleFarthestBeyondTheThreshold) {
  Scene scene;
  scene.give({3, 12, 40, 11});
  EXPECT_EQ(scene.judge(0), (std::vector<AlertTransition>{{kRule, true, at(0), at(0), 40, MemberId{3}}}));
  scene.give({3, 10});
  EXPECT_EQ(scene.judge(5), (std::vector<AlertTransition>{{kRule, false, at(0), at(5), 10, MemberId{2}}}))
      << "the threshold itself is not above it";
  scene.workload.alerts[0].test = AlertTest::below;
  EXPECT_EQ(scene.judge(10), (std::vector<AlertTransition>{{kRule, true, at(10), at(10), 3, MemberId{1}}}));
}

TEST(JudgeAlerts, HoldsWhileASignalIsUnknown) {
  Scene scene;
  scene.give({40});
  EXPECT_EQ(scene.judge(0).size(), 1U);
  for (const Grade grade : {Grade::stale, Grade::missing, Grade::invalid, Grade::frozen, Grade::suspect}) {
    scene.status.signals[0].grade = grade;
    EXPECT_TRUE(scene.judge(5).empty()) << to_string(grade);
  }
  scene.status.signals.clear();
  const auto without = scene.judge(10);
  EXPECT_TRUE(std::ranges::none_of(without, [](const auto& one) { return one.alert == kRule; }));
}

TEST(JudgeAlerts, FindsASignalAbsentThatIsNotFresh) {
  Scene scene;
  scene.workload.alerts[0].test = AlertTest::absent;
  scene.status.signals[0].grade = Grade::missing;
  EXPECT_TRUE(scene.judge(0).empty()) << "before the first answer nobody knows";
  scene.give({3});
  scene.status.signals[0].grade = Grade::fresh;
  EXPECT_TRUE(scene.judge(4).empty());
  scene.status.signals[0].grade = Grade::missing;
  EXPECT_EQ(scene.judge(5).size(), 1U);
  scene.status.signals[0].grade = Grade::fresh;
  EXPECT_EQ(scene.judge(10).size(), 1U);
}

TEST(JudgeAlerts, FindsAnAnomalyByItsRuleAndByItself) {
  Scene scene;
  scene.workload.alerts[0].test = AlertTest::anomaly;
  scene.status.signals[0].finding = std::optional<Finding>(Finding{.value = 99});
  const auto found = scene.judge(0);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].alert, kRule);
  EXPECT_EQ(found[0].value, 99);
  EXPECT_EQ(find_built_in(scene.workload, found[1].alert).alert->name, "AnomalyFound");
}

TEST(JudgeAlerts, EndsWhatFiredByARuleThatIsGone) {
  Scene scene;
  scene.give({40});
  scene.judge(0);
  scene.workload.alerts.clear();
  EXPECT_EQ(scene.judge(5), (std::vector<AlertTransition>{{kRule, false, at(0), at(5)}}));
  EXPECT_TRUE(scene.memory.alerts.empty());
}

TEST(JudgeAlerts, ForgetsWhatWaitedByARuleThatIsGoneWithoutAWord) {
  Scene scene;
  scene.workload.alerts[0].hold_for = std::chrono::minutes{5};
  scene.give({40});
  scene.judge(0);
  EXPECT_EQ(scene.memory.alerts.size(), 1U);
  scene.workload.alerts.clear();
  EXPECT_TRUE(scene.judge(5).empty());
  EXPECT_TRUE(scene.memory.alerts.empty());
}

TEST(JudgeAlerts, EndsBuiltInAlertsOfATargetThatIsGone) {
  Scene scene;
  scene.workload.target_kind = "process";
  scene.set(ConditionType::member_ejected, true);
  EXPECT_EQ(scene.judge(0).size(), 1U);
  scene.workload.target_kind.clear();
  const auto ended = scene.judge(5);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_FALSE(ended[0].firing);
}

struct Case {
  const char* name;
  ConditionType type;
  bool value;
  Reason reason;
};
constexpr Case kCases[] = {
    {"MaxedOut", ConditionType::scaling_limited, true, Reason::too_many_replicas},
    {"MemberContested", ConditionType::member_contested, true, Reason::member_contested},
    {"MemberEjected", ConditionType::member_ejected, true, Reason::none},
    {"MetricsUnavailable", ConditionType::metrics_available, false, Reason::no_usable_signal},
    {"PausedTooLong", ConditionType::paused, true, Reason::paused},
    {"ScaleFailed", ConditionType::able_to_scale, false, Reason::target_unknown},
    {"SurgeFound", ConditionType::surge_found, true, Reason::surge_found},
};

/// The names of what is reported.
std::set<std::string_view> names(const Workload& workload, const std::vector<AlertTransition>& transitions,
                                 bool firing) {
  std::set<std::string_view> result;
  for (const AlertTransition& one : transitions)
    if (one.firing == firing) result.insert(find_built_in(workload, one.alert).alert->name);
  return result;
}

TEST(BuiltInAlerts, FireAfterTheirTimeEndAndAreOfATargetOnly) {
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.name);
    Scene scene;
    scene.workload.alerts.clear();
    scene.set(ConditionType::metrics_available, true);
    scene.set(one.type, one.value, one.reason);
    EXPECT_TRUE(scene.judge(0).empty()) << "a monitor has no target";
    scene.workload.target_kind = "process";
    const auto alert = std::ranges::find(built_in_alerts(), one.name, &BuiltInAlert::name);
    const auto wait = static_cast<int>(seconds(alert->timing.hold_for));
    if (wait > 0) {
      EXPECT_TRUE(scene.judge(0).empty());
      EXPECT_TRUE(scene.judge(wait - 1).empty());
    }
    EXPECT_EQ(names(scene.workload, scene.judge(wait), true), std::set<std::string_view>{one.name});
    scene.set(one.type, !one.value);
    const auto keep = static_cast<int>(seconds(alert->timing.keep_firing_for));
    if (keep > 0) {
      EXPECT_TRUE(scene.judge(wait + 5).empty());
    }
    EXPECT_EQ(names(scene.workload, scene.judge(wait + 5 + keep), false), std::set<std::string_view>{one.name});
  }
}

TEST(BuiltInAlerts, AboutMembersAndTheMaximumHoldWhileTheTargetIsHidden) {
  Scene scene;
  scene.workload.target_kind = "process";
  scene.set(ConditionType::member_ejected, true);
  EXPECT_EQ(names(scene.workload, scene.judge(0), true), std::set<std::string_view>{"MemberEjected"});
  scene.seen.target.reset();
  scene.set(ConditionType::member_ejected, false);
  EXPECT_TRUE(scene.judge(600).empty());
}

TEST(BuiltInAlerts, AreNotMaxedOutByAnotherLimit) {
  Scene scene;
  scene.workload.target_kind = "process";
  scene.set(ConditionType::scaling_limited, true, Reason::scale_up_limit);
  scene.judge(0);
  EXPECT_TRUE(scene.judge(600).empty());
}

/// Two signals without rules, of which one is unknown.
Scene one_of_two_unknown() {
  Scene scene;
  scene.workload.alerts.clear();
  scene.workload.signals.push_back({.name = "queue"});
  scene.status.signals.push_back({.name = "queue", .grade = Grade::missing});
  return scene;
}

TEST(BuiltInAlerts, AboutASignalEndWhileAnotherSignalIsUnknown) {
  Scene scene = one_of_two_unknown();
  scene.status.signals[0].finding = std::optional<Finding>(Finding{.value = 99});
  EXPECT_EQ(scene.judge(0).size(), 1U);
  scene.status.signals[0].finding = std::optional<Finding>();
  EXPECT_TRUE(scene.judge(5).empty());
  const auto usual = scene.judge(305);
  ASSERT_EQ(usual.size(), 1U);
  EXPECT_FALSE(usual[0].firing);

  scene.status.signals[0].grade = Grade::frozen;
  scene.judge(400);
  EXPECT_EQ(scene.judge(460).size(), 1U);
  scene.status.signals[0].grade = Grade::fresh;
  const auto measures = scene.judge(465);
  ASSERT_EQ(measures.size(), 1U);
  EXPECT_FALSE(measures[0].firing);
}

TEST(BuiltInAlerts, AboutASignalHoldWhileItIsUnknownAndBeginForEachSignal) {
  Scene scene = one_of_two_unknown();
  scene.status.signals[0].grade = Grade::frozen;
  scene.judge(0);
  EXPECT_EQ(scene.judge(60).size(), 1U);
  scene.status.signals[0].grade = Grade::missing;
  scene.status.signals[1].grade = Grade::fresh;
  EXPECT_TRUE(scene.judge(65).empty()) << "that the other one is well says nothing of it";
  scene.status.signals[1].grade = Grade::frozen;
  scene.judge(70);
  EXPECT_EQ(scene.judge(130).size(), 1U) << "that the other one is frozen is news";
}

TEST(BuiltInAlerts, AreFoundByTheirFingerprints) {
  const Workload workload = one_of_two_unknown().workload;
  Workload target = workload;
  target.target_kind = "process";
  std::set<std::uint64_t> all;
  for (const BuiltInAlert& alert : built_in_alerts()) {
    const bool of_signals = alert.judge_signal != nullptr;
    const std::vector<std::string> signals = of_signals ? std::vector<std::string>{"load", "queue"} : std::vector{""s};
    for (const std::string& signal : signals) {
      const std::uint64_t wanted = fingerprint(alert, signal);
      EXPECT_TRUE(all.insert(wanted).second);
      EXPECT_EQ(find_built_in(target, wanted).alert, &alert);
      EXPECT_EQ(find_built_in(target, wanted).signal, signal);
      EXPECT_EQ(find_built_in(workload, wanted).alert != nullptr, of_signals) << "a monitor has no target";
    }
  }
  EXPECT_EQ(find_built_in(target, kRule).alert, nullptr);
}

}  // namespace
}  // namespace ballast
