// Documents about alerts: what is refused, and what a good one becomes.
#include "controller/config/alerting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "controller/config/config.h"

namespace ballast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHook =
    "apiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: hook, namespace: shop}\n"
    "spec: {webhook: {url: \"http://127.0.0.1:9/hook\"}}\n---\n";

std::string receiver(const std::string& name, const std::string& more) {
  return "apiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: " + name +
         ", namespace: shop}\nspec: {webhook: {url: \"http://127.0.0.1:9/\"}" + more + "}\n---\n";
}
std::string route(const std::string& spec) {
  return "apiVersion: ballast.run/v1alpha1\nkind: AlertRoute\nmetadata: {name: root, namespace: shop}\nspec: {" + spec +
         "}\n---\n";
}
std::string monitor(const std::string& rules) {
  return "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: queue, namespace: shop}\nspec:\n"
         "  signals: [{name: queued, httpValue: {url: \"http://127.0.0.1:9/\"}}]\n  rules: [" +
         rules + "]\n---\n";
}
LoadedSet loaded(const std::string& text) { return load(std::vector<SourceFile>{{"alerts.yaml", text, {}}}); }
std::string problems(const std::string& text) {
  std::string all;
  for (const auto& problem : loaded(text).problems) all += to_string(problem) + "\n";
  return all;
}

TEST(AlertDocuments, BecomeARouteWithItsReceivers) {
  const auto set = loaded(kHook + receiver("mail", ", fallbackReceiver: hook, sendResolved: false") +
                          route("root: true, receivers: [mail, hook], groupBy: [severity], groupWait: 1s"));
  ASSERT_EQ(set.errors(), 0U);
  EXPECT_TRUE(set.alerting.routed);
  EXPECT_THAT(set.alerting.routing.root.receivers, ElementsAre("shop/mail", "shop/hook"));
  EXPECT_THAT(set.alerting.routing.root.group_by, ElementsAre("severity"));
  EXPECT_EQ(set.alerting.routing.root.group_wait, std::chrono::seconds{1});
  EXPECT_EQ(set.alerting.routing.root.repeat_interval, std::chrono::hours{4});
  EXPECT_EQ(set.alerting.routing.receivers.at("shop/mail").fallback, "shop/hook");
  EXPECT_FALSE(set.alerting.routing.receivers.at("shop/mail").send_resolved);
  ASSERT_EQ(set.alerting.receivers.size(), 2U);
  EXPECT_EQ(set.alerting.receivers[0].name, "shop/hook");
}

TEST(AlertDocuments, AnEmptyGroupByIsOneGroup) {
  const auto set = loaded(kHook + route("root: true, receiver: hook, groupBy: []"));
  EXPECT_TRUE(set.alerting.routing.root.group_by.empty());
}

TEST(AlertDocuments, DifferFromAlertmanagersInTwoDefaults) {
  const auto set = loaded(
      "apiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: hook, namespace: shop}\n"
      "spec: {email: {smarthost: \"mail.example.com:587\", from: a@example.com, to: [b@example.com]}}\n---\n" +
      route("root: true, receiver: hook"));
  ASSERT_EQ(set.errors(), 0U) << to_string(set.problems[0]);
  EXPECT_THAT(set.alerting.routing.root.group_by, ElementsAre("alertname", "namespace"));
  EXPECT_TRUE(set.alerting.routing.receivers.at("shop/hook").send_resolved) << "of a mail too";
}

TEST(AlertDocuments, AnAlertmanagerGroupsByItself) {
  const auto set = loaded(
      "apiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: am, namespace: shop}\n"
      "spec: {alertmanager: {urls: [\"http://127.0.0.1:9093\"]}}\n");
  ASSERT_EQ(set.errors(), 0U) << to_string(set.problems[0]);
  EXPECT_TRUE(set.alerting.routing.receivers.at("shop/am").relays);
}

TEST(AlertDocuments, AMailServerMayTakeTenMinutes) {
  const auto with = [](const std::string& timeout) {
    return problems(
        "apiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: mail, namespace: shop}\n"
        "spec: {email: {smarthost: \"mail.example.com:587\", from: a@example.com, to: [b@example.com], timeout: " +
        timeout + "}}\n");
  };
  EXPECT_EQ(with("10m"), "");
  EXPECT_THAT(with("601s"), HasSubstr("spec.email.timeout"));
}

TEST(AlertDocuments, ARuleKeepsItsIdentityWhenItsThresholdChanges) {
  const auto one = loaded(monitor("{alert: Long, signal: queued, above: \"100\"}"));
  const auto two = loaded(monitor("{alert: Long, signal: queued, above: \"0.5\", for: 2m}"));
  const auto three = loaded(monitor("{alert: Long, signal: queued, above: \"100\", severity: critical}"));
  ASSERT_EQ(one.errors() + two.errors() + three.errors(), 0U);
  const AlertRule& first = one.workloads[0].workload.alerts[0];
  const AlertRule& second = two.workloads[0].workload.alerts[0];
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_NE(first.fingerprint, three.workloads[0].workload.alerts[0].fingerprint);
  EXPECT_EQ(first.threshold, 100);
  EXPECT_EQ(second.threshold, 0.5);
  EXPECT_EQ(second.hold_for, std::chrono::minutes{2});
}

TEST(AlertDocuments, AreRefusedWithThePlaceAndTheFix) {
  struct Case {
    const char* name;
    std::string text;
    const char* says;
  };
  const std::vector<Case> cases{
      {"no such receiver", route("root: true, receiver: hook"),
       "spec.receiver: there is no good AlertReceiver hook in this namespace"},
      {"two routes",
       kHook + route("root: true, receiver: hook") +
           "apiVersion: ballast.run/v1alpha1\nkind: AlertRoute\n"
           "metadata: {name: other, namespace: shop}\nspec: {root: true, "
           "receiver: hook}\n",
       "kind: there can be only one"},
      {"below a root", kHook + route("root: false, receiver: hook"), "spec.root: false"},
      {"both", kHook + route("root: true, receiver: hook, receivers: [hook]"), "receiver"},
      {"twice", kHook + route("root: true, receivers: [hook, hook]"), "spec.receivers[0]: hook stands twice"},
      {"itself", receiver("a", ", fallbackReceiver: a"), "spec.fallbackReceiver: is this receiver itself"},
      {"no such fallback", receiver("a", ", fallbackReceiver: b"),
       "spec.fallbackReceiver: there is no good AlertReceiver shop/b"},
      {"no signal", monitor("{alert: A, signal: other, above: \"1\"}"),
       "spec.rules[0].signal: there is no signal other"},
      {"no test", monitor("{alert: A, signal: queued}"), "above"},
      {"two tests", monitor("{alert: A, signal: queued, above: \"1\", below: \"2\"}"), "below"},
      {"says nothing", monitor("{alert: A, signal: queued, absent: false}"),
       "spec.rules[0].absent: false says nothing"},
      {"same", monitor("{alert: A, signal: queued, above: \"1\"}, {alert: A, signal: queued, above: \"2\"}"),
       "spec.rules[1].alert: A is also that of rules[0]"},
      {"alertname", monitor("{alert: A, signal: queued, above: \"1\", labels: {alertname: B}}"),
       "is what `alert` says"},
      {"later", kHook + route("root: true, receiver: hook, matchers: []"), "matchers: not available in this version"},
      {"later receiver",
       "apiVersion: ballast.run/v1alpha1\nkind: AlertReceiver\nmetadata: {name: p, namespace: shop}\n"
       "spec: {pagerduty: {}}\n",
       "not available in this version"},
  };
  for (const Case& one : cases) EXPECT_THAT(problems(one.text), HasSubstr(one.says)) << one.name;
}

std::string with_actions(const std::string& actions) {
  return monitor("{alert: Stuck, signal: queued, above: \"1\", actions: [" + actions + "]}");
}
std::string policy(const std::string& name, const std::string& more = "") {
  return "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: " + name +
         ", namespace: shop}\nspec: {maxReplicas: 3" + more +
         ", scaleTarget: {process: {command: [/bin/sleep, \"60\"]}}, signals: [{name: load, httpValue: {url: "
         "\"http://127.0.0.1:9/\"}, target: {type: Value, value: \"1\"}}]}\n---\n";
}

TEST(AlertActions, BecomeWhatARuleDoesInTheirOrder) {
  const auto set = loaded(policy("web") + with_actions("{restart: {scalingPolicyRef: {name: web}, maxPerHour: 3}}, "
                                                       "{webhook: {url: \"http://127.0.0.1:9/\"}}"));
  ASSERT_TRUE(set.problems.empty()) << to_string(set.problems[0]);
  ASSERT_EQ(set.workloads.size(), 2U);
  const auto& [name, monitor] = std::pair{set.workloads[0].workload.name, set.workloads[0]};
  ASSERT_EQ(name, "shop/monitor:queue");
  ASSERT_EQ(monitor.actions.size(), 2U);
  EXPECT_EQ(monitor.actions[0].alert, monitor.workload.alerts[0].fingerprint);
  EXPECT_EQ(monitor.actions[0].name, "0:restart");
  EXPECT_EQ(monitor.actions[0].rule, "Stuck");
  EXPECT_EQ(monitor.actions[0].workload, name);
  EXPECT_EQ(monitor.actions[1].name, "1:webhook");
  EXPECT_TRUE(set.workloads[1].actions.empty());
}

TEST(AlertActions, AreRefusedWithFieldValueAndLimit) {
  struct Case {
    std::string actions;
    const char* says;
  };
  const std::vector<Case> cases{
      {"{}", "spec.rules[0].actions[0]"},
      {"{explode: {}}", "explode"},
      {"{restart: {}}", "spec.rules[0].actions[0].restart.scalingPolicyRef"},
      {"{restart: {scalingPolicyRef: {name: web}, maxPerHour: 0}}",
       "spec.rules[0].actions[0].restart.maxPerHour: 0 is below 1"},
      {"{restart: {scalingPolicyRef: {name: web}, maxPerHour: 61}}",
       "spec.rules[0].actions[0].restart.maxPerHour: 61 is above 60"},
      {"{restart: {scalingPolicyRef: {name: Web}}}", "spec.rules[0].actions[0].restart.scalingPolicyRef.name"},
      {"{webhook: {}}", "spec.rules[0].actions[0].webhook"},
      {"{webhook: {url: \"ftp://x/\"}}", "spec.rules[0].actions[0].webhook.url"},
      {"{restart: {scalingPolicyRef: {name: web}}, webhook: {url: \"http://127.0.0.1:9/\"}}",
       "spec.rules[0].actions[0]"},
  };
  for (const Case& one : cases)
    EXPECT_THAT(problems(policy("web") + with_actions(one.actions)), HasSubstr(one.says)) << one.actions;
}

TEST(AlertActions, OfAPolicyThatCannotBeRestartedAreWarnedOf) {
  const std::string restart = with_actions("{restart: {scalingPolicyRef: {name: web}}}");
  EXPECT_THAT(problems(restart), HasSubstr("warning: spec.rules[0].actions[0].restart.scalingPolicyRef.name: there is "
                                           "no good ScalingPolicy shop/web"));
  EXPECT_EQ(loaded(restart).errors(), 0U) << "without its policy a Monitor still tells people";
  EXPECT_THAT(problems(policy("web", ", mode: DryRun") + restart),
              HasSubstr("warning: spec.rules[0].actions[0].restart.scalingPolicyRef.name: ScalingPolicy shop/web is in "
                        "DryRun"));
}

TEST(AlertDocuments, TwoReceiversMayStandInForEachOther) {
  EXPECT_EQ(problems(receiver("a", ", fallbackReceiver: b") + receiver("b", ", fallbackReceiver: a")), "");
}

}  // namespace
}  // namespace ballast
