// Alerts as people read them: labels, texts, and what a rule says of its own.
#include <gtest/gtest.h>

#include <algorithm>

#include "policies/alerting/built_in.h"
#include "policies/alerting/describe.h"
#include "tests/policies/story.h"

namespace ballast {
namespace {

constexpr std::uint64_t kRule = 77;

Workload monitor() {
  Workload workload{.name = "shop/monitor:queue"};
  workload.signals = {{.name = "depth"}};
  workload.alerts = {
      {.alert = "QueueLong", .fingerprint = kRule, .signal = 0, .test = AlertTest::above, .threshold = 100}};
  return workload;
}

Alert described(const Workload& workload, double value = 250, const std::string& member = "") {
  return describe(workload, {}, {.alert = kRule, .firing = true, .value = value}, member).value();
}

TEST(Describe, NamesARulesAlertByItsMonitorAndSignal) {
  EXPECT_EQ(described(monitor()).labels, (LabelSet{{"alertname", "QueueLong"},
                                                   {"monitor", "queue"},
                                                   {"namespace", "shop"},
                                                   {"severity", "warning"},
                                                   {"signal", "depth"}}));
}

TEST(Describe, LetsARulesLabelsWinButForItsName) {
  Workload workload = monitor();
  workload.alerts[0].labels = {{"alertname", "Other"}, {"severity", "page"}, {"team", "shop"}};
  const LabelSet labels = described(workload).labels;
  EXPECT_EQ(labels.at("alertname"), "QueueLong");
  EXPECT_EQ(labels.at("severity"), "page");
  EXPECT_EQ(labels.at("team"), "shop");
}

TEST(Describe, SaysWhatWasFound) {
  struct Case {
    AlertTest test;
    const char* member;
    const char* text;
  };
  constexpr Case kCases[] = {{AlertTest::above, "", "depth is 250, above 100"},
                             {AlertTest::above, "web-1", "depth of web-1 is 250, above 100"},
                             {AlertTest::below, "", "depth is 250, below 100"},
                             {AlertTest::absent, "web-1", "depth is unknown"},
                             {AlertTest::anomaly, "", "depth is 250, not what it used to be"}};
  for (const Case& one : kCases) {
    Workload workload = monitor();
    workload.alerts[0].test = one.test;
    EXPECT_EQ(described(workload, 250, one.member).annotations.at("summary"), one.text);
  }
}

TEST(Describe, FillsInWhatARuleWrites) {
  Workload workload = monitor();
  workload.alerts[0].annotations = {{"summary", "{{ $labels.signal }} on {{ $labels.member }}: {{ $value }}"},
                                    {"runbook_url", "https://wiki/queue"}};
  const Alert alert = described(workload, 250, "web-1");
  EXPECT_EQ(alert.annotations, (LabelSet{{"summary", "depth on web-1: 250"}, {"runbook_url", "https://wiki/queue"}}));
  EXPECT_FALSE(alert.labels.contains("member")) << "another member is not another alert";
}

TEST(Describe, NamesTheSignalThatABuiltInAlertIsAbout) {
  const Workload workload = monitor();
  const auto frozen = std::ranges::find(built_in_alerts(), "SignalFrozen", &BuiltInAlert::name);
  const AlertTransition found{.alert = fingerprint(*frozen, "depth"), .firing = true};
  const Alert alert = describe(workload, {}, found, "").value();
  EXPECT_EQ(alert.labels.at("signal"), "depth");
  EXPECT_EQ(alert.annotations.at("summary"), "The signal depth of shop/monitor:queue repeats one value");
  EXPECT_FALSE(describe(workload, {}, {.alert = fingerprint(*frozen, "gone")}, ""));
}

TEST(FilledIn, LeavesWhatItDoesNotKnow) {
  const LabelSet labels{{"a", "{{ $value }}"}, {"b", ""}};
  struct Case {
    const char* text;
    const char* filled;
  };
  constexpr Case kCases[] = {
      {"", ""},
      {"plain", "plain"},
      {"{{$value}}{{   $value   }}", "1.51.5"},
      {"{{ $labels.a }}", "{{ $value }}"},  // what it fills in is not a pattern
      {"<{{ $labels.b }}>", "<>"},
      {"{{ $labels.none }} {{ $value | humanize }}", "{{ $labels.none }} {{ $value | humanize }}"},
      {"{{ $value", "{{ $value"},
      {"}} {{ $value }} {{", "}} 1.5 {{"},
      {"{{}}{{ }}{{ $labels. }}", "{{}}{{ }}{{ $labels. }}"},
      {"{{{ $value }}}", "{{{ $value }}}"},
      {"{}%s{0}", "{}%s{0}"},
  };
  for (const Case& one : kCases) EXPECT_EQ(filled_in(one.text, 1.5, labels), one.filled) << one.text;
}

TEST(Describe, SaysOfABuiltInAlertWhatIsWrongAndWhy) {
  Workload workload = story::workload();
  workload.name = "shop/web";
  Status status{.current_replicas = 4, .desired_replicas = 6, .min_replicas = 1, .max_replicas = 6};
  status.conditions = {{ConditionType::able_to_scale, false, Reason::none, std::string("HTTP 500: {\"a\":{0}}")}};
  for (const BuiltInAlert& built_in : built_in_alerts()) {
    const std::string signal = built_in.judge_signal != nullptr ? "load" : "";
    const auto alert = describe(workload, status, {.alert = fingerprint(built_in, signal)}, "");
    ASSERT_TRUE(alert) << built_in.name;
    LabelSet labels{{"alertname", std::string(built_in.name)},
                    {"namespace", "shop"},
                    {"policy", "web"},
                    {"severity", std::string(to_string(built_in.severity))}};
    if (!signal.empty()) labels["signal"] = signal;
    EXPECT_EQ(alert->labels, labels);
    for (const auto& [name, text] : alert->annotations) EXPECT_FALSE(text.empty()) << built_in.name << ' ' << name;
    EXPECT_EQ(alert->annotations.at("summary").find('{'), std::string::npos);
    EXPECT_TRUE(alert->annotations.at("runbook_url").starts_with(kRunbooks));
    const std::string& description = alert->annotations.at("description");
    if (built_in.name == "ScaleFailed") {
      EXPECT_EQ(description, "HTTP 500: {\"a\":{0}}. 4 replicas run, 6 are wanted.");
    }
    if (built_in.name == "MetricsUnavailable") {
      EXPECT_TRUE(description.starts_with("No reason was given. "));
    }
  }
}

TEST(Describe, KnowsNothingOfAnAlertOfAnotherVersion) { EXPECT_FALSE(describe(monitor(), {}, {.alert = 12345}, "")); }

TEST(Describe, TakesAnyNameOfAWorkload) {
  for (const char* name : {"", "web", "/", "shop/", "shop/monitor:"}) {
    Workload workload = monitor();
    workload.name = name;
    EXPECT_TRUE(described(workload).labels.contains("namespace")) << name;
  }
}

}  // namespace
}  // namespace ballast
