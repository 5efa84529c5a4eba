// ScalingPolicy and BalancingPolicy: what is read of them, and what they say together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/config/compile.h"
#include "controller/config/kinds.h"
#include "controller/config/read.h"
#include "controller/config/yaml.h"
#include "tests/controller/config/policy_problems.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ScalingPolicy, ABehaviorPastedFromAnHpaWorksAsItIs) {
  ScalingPolicySpec spec;
  // kubernetes.io, Horizontal Pod Autoscaling, "Configurable scaling behavior", put together.
  EXPECT_THAT(policy_problems(R"(
maxReplicas: 10
behavior:
  scaleDown:
    stabilizationWindowSeconds: 300
    tolerance: 0.05
    policies:
    - type: Pods
      value: 4
      periodSeconds: 60
    - type: Percent
      value: 10
      periodSeconds: 60
    selectPolicy: Min
  scaleUp:
    stabilizationWindowSeconds: 0
    policies: [{type: Percent, value: 100, periodSeconds: 15}]
    tolerance: 0
)",
                              &spec),
              IsEmpty());
  ASSERT_TRUE(spec.behavior);
  EXPECT_EQ(spec.behavior->scale_down.policies[0], (RatePolicy{PolicyType::pods, 4, 60}));
  EXPECT_EQ(spec.behavior->scale_down.select_policy, SelectPolicy::min);
  EXPECT_EQ(spec.behavior->scale_down.tolerance, Quantity{50});
  EXPECT_EQ(spec.behavior->scale_up.stabilization_window_seconds, 0);
}

TEST(ScalingPolicy, RefusesTheBehaviorThatTheHpaRefuses) {
  EXPECT_THAT(
      policy_problems(
          "maxReplicas: 2\nbehavior: {scaleUp: {stabilizationWindowSeconds: 3601, selectPolicy: Maximum, "
          "policies: [{type: Pods, value: 0, periodSeconds: 1801}, {type: Percent, value: 1, periodSeconds: 0}]}, "
          "scaleDown: {policies: [], stabilizationWindowSeconds: -1, tolerance: -1}}"),
      ElementsAre("spec.behavior.scaleUp.stabilizationWindowSeconds: 3601 is above 3600",
                  "spec.behavior.scaleUp.selectPolicy: Maximum is none of Max, Min and Disabled",
                  "spec.behavior.scaleUp.policies[0].value: 0 is below 1",
                  "spec.behavior.scaleUp.policies[0].periodSeconds: 1801 is above 1800",
                  "spec.behavior.scaleUp.policies[1].periodSeconds: 0 is below 1",
                  "spec.behavior.scaleDown.stabilizationWindowSeconds: -1 is below 0",
                  "spec.behavior.scaleDown.policies: is empty", "spec.behavior.scaleDown.tolerance: -1 is below 0"));
}

TEST(ScalingPolicy, NamesWhatThisVersionCannotDoYet) {
  for (const std::string key : {"forecast", "budget", "approval", "ceilings", "formula", "manualOverride", "vertical",
                                "onDelete", "scaleTargetRef"})
    EXPECT_THAT(policy_problems("maxReplicas: 2\n" + key + ": {}\n"),
                ElementsAre("spec." + key + ": not available in this version"));
  EXPECT_THAT(policy_problems("maxReplicas: auto"),
              ElementsAre("spec.maxReplicas: auto: not available in this version"));
}

TEST(ScalingPolicy, BoundsAreCheckedTogether) {
  EXPECT_THAT(policy_problems("minReplicas: 5\nmaxReplicas: 3"),
              ElementsAre("spec.minReplicas: 5 is above maxReplicas (3)"));
  EXPECT_THAT(policy_problems("minReplicas: -1\nmaxReplicas: 0"),
              ElementsAre("spec.minReplicas: -1 is below 0", "spec.maxReplicas: 0 is below 1"));
  EXPECT_THAT(policy_problems("minReplicas: 1"), ElementsAre("spec.maxReplicas: is missing, such as 10"));
}

SignalSpec signal(std::string name, std::string url, std::optional<SignalTargetSpec> target = {}) {
  return {.name = std::move(name),
          .probe = {"httpValue", map_node({{"url", scalar_node(std::move(url), true)}})},
          .target = target};
}
SignalTargetSpec average(std::int64_t value) { return {.average_value = Quantity{value * 1000}}; }

Document document(std::string kind, std::string name, Spec spec) {
  Document result{
      .file = name + ".yaml", .id = {std::move(kind), "shop", name}, .metadata = {.name = name, .name_space = "shop"}};
  result.text = "text of " + name + "\n";
  result.spec = std::move(spec);
  return result;
}
Document policy(std::string name, std::vector<SignalSpec> signals = {}) {
  return document("ScalingPolicy", std::move(name),
                  ScalingPolicySpec{.scale_target = {"process", {}},
                                    .min_replicas = 2,
                                    .max_replicas = 9,
                                    .interval = std::chrono::seconds{7},
                                    .signals = std::move(signals)});
}
Document pool(std::string name, std::string of, std::string backend) {
  BalancingPolicySpec spec{.full_weight = 50, .drain_timeout = std::chrono::seconds{9}};
  spec.pool.balancer = {"haproxy", map_node({{"socket", scalar_node("/run/haproxy.sock", true)},
                                             {"backend", scalar_node(std::move(backend), true)}})};
  spec.pool.members_from.scaling_policy_ref.name = std::move(of);
  return document("BalancingPolicy", std::move(name), std::move(spec));
}
std::vector<std::string> refusals(const std::vector<Document>& documents) {
  std::vector<std::string> texts;
  for (const auto& refusal : cross_check(documents)) texts.push_back(to_string(refusal.problem));
  return texts;
}

TEST(Compile, APolicyItsSignalsAndItsPoolsAreOneWorkload) {
  auto load = signal("load", "http://h/load", average(80));
  load.interval = std::chrono::seconds{15};
  const std::vector<Document> documents{pool("z", "web", "second"), pool("a", "web", "first"),
                                        pool("other", "api", "third"),
                                        policy("web", {load, signal("seen", "http://h/seen")}), policy("api")};
  ASSERT_THAT(refusals(documents), IsEmpty());
  const auto workloads = compile(documents);
  ASSERT_EQ(workloads.size(), 2U);
  const auto& web = workloads[1];
  EXPECT_EQ(workloads[0].workload.name, "shop/api");
  EXPECT_EQ(web.workload.name, "shop/web");
  EXPECT_EQ(web.workload.target_kind, "process");
  EXPECT_EQ(web.workload.target_name, "shop/web");
  EXPECT_EQ(web.workload.min_replicas, 2);
  EXPECT_EQ(web.workload.max_replicas, 9);
  ASSERT_EQ(web.workload.signals.size(), 2U);
  EXPECT_EQ(web.workload.signals[0].target_type, TargetType::average_value);
  EXPECT_EQ(web.workload.signals[0].target_milli, 80'000);
  EXPECT_EQ(web.workload.signals[0].interval, std::chrono::seconds{15});
  EXPECT_EQ(web.workload.signals[1].target_type, TargetType::none);
  EXPECT_EQ(web.workload.signals[1].interval, std::chrono::seconds{7}) << "that of the policy";
  ASSERT_EQ(web.workload.pools.size(), 2U) << "by name of their documents";
  EXPECT_EQ(web.workload.pools[0].name, "haproxy:a");
  EXPECT_EQ(web.workload.pools[0].full_weight, 50);
  EXPECT_EQ(web.workload.pools[0].drain_timeout, std::chrono::seconds{9});
  EXPECT_EQ(web.balancers[1].settings.find("backend")->text, "second");
  EXPECT_EQ(web.document, "text of web\n---\ntext of a\n---\ntext of z\n");
  EXPECT_THAT(web.documents,
              ElementsAre(DocumentId{"ScalingPolicy", "shop", "web"}, DocumentId{"BalancingPolicy", "shop", "a"},
                          DocumentId{"BalancingPolicy", "shop", "z"}));
}

TEST(Compile, UtilizationIsInThousandthsOfAPercentAndPausedIsAnOrder) {
  auto spec =
      signal("cpu", "http://h/cpu", SignalTargetSpec{.type = SignalTargetType::utilization, .average_utilization = 60});
  auto web = policy("web", {spec});
  web.metadata.annotations["ballast.run/paused"] = "true";
  const auto workloads = compile({web});
  EXPECT_EQ(workloads.at(0).workload.signals[0].target_milli, 60'000);
  EXPECT_TRUE(workloads[0].orders.paused);
}

TEST(Compile, TheTargetOfASignalIsNotPartOfItsFingerprint) {
  const auto one = compile({policy("web", {signal("a", "http://h/", average(1))})});
  const auto two = compile({policy("web", {signal("b", "http://h/", average(2))})});
  const auto other = compile({policy("web", {signal("a", "http://i/", average(1))})});
  EXPECT_EQ(one[0].workload.signals[0].fingerprint, two[0].workload.signals[0].fingerprint);
  EXPECT_NE(one[0].workload.signals[0].fingerprint, other[0].workload.signals[0].fingerprint);
}

TEST(CrossCheck, S28_OneBackendBelongsToOneDocument) {
  EXPECT_THAT(refusals({policy("web"), pool("a", "web", "x"), pool("b", "web", "x")}),
              ElementsAre("b.yaml: spec.pool.haproxy: the HAProxy backend x at /run/haproxy.sock is already that of "
                          "BalancingPolicy shop/a (a.yaml)"));
}

TEST(CrossCheck, S28_WhatIsInDryRunStandsBesideTheOwnerOnEitherSide) {
  Document watcher = policy("watcher");
  std::get<ScalingPolicySpec>(watcher.spec).mode = Mode::dry_run;
  EXPECT_THAT(refusals({policy("web"), watcher, pool("a", "web", "x"), pool("b", "watcher", "x")}), IsEmpty());
  EXPECT_THAT(refusals({policy("web"), watcher, pool("b", "watcher", "x"), pool("c", "web", "x")}), IsEmpty());
  EXPECT_EQ(refusals({policy("web"), watcher, pool("b", "watcher", "x"), pool("c", "web", "x"), pool("d", "web", "x")})
                .size(),
            1U)
      << "who watches hides no second owner";
}

TEST(CrossCheck, OneVariableRefusesForOnePool) {
  const auto refusing = [](std::string name, const char* variable, const char* socket = "/run/haproxy.sock") {
    auto result = pool(std::move(name), "web", "x");
    auto& spec = std::get<BalancingPolicySpec>(result.spec);
    spec.overload.emplace();
    spec.pool.balancer.settings = map_node({{"socket", scalar_node(socket, true)},
                                            {"backend", scalar_node(result.id.name, true)},
                                            {"shedVariable", scalar_node(variable, true)}});
    return result;
  };
  const auto taken = ElementsAre(
      "b.yaml: spec.overload: the variable proc.shed of the HAProxy at /run/haproxy.sock is already that of "
      "BalancingPolicy shop/a (a.yaml)");
  EXPECT_THAT(refusals({policy("web"), refusing("a", "shed"), refusing("b", "shed")}), taken);
  EXPECT_THAT(refusals({policy("web"), refusing("a", "shed"), refusing("b", "shed", "/run/./haproxy.sock")}), taken);
  EXPECT_THAT(refusals({policy("web"), refusing("a", "shed"), refusing("b", "other")}), IsEmpty());
  EXPECT_THAT(refusals({policy("web"), refusing("a", "shed"), pool("b", "web", "y")}), IsEmpty());
}

TEST(CrossCheck, APoolNeedsItsPolicyInItsOwnNamespace) {
  auto elsewhere = policy("web");
  elsewhere.id.name_space = "other";
  EXPECT_THAT(
      refusals({elsewhere, pool("a", "web", "x")}),
      ElementsAre("a.yaml: spec.pool.membersFrom.scalingPolicyRef.name: there is no good ScalingPolicy shop/web"));
  EXPECT_THAT(refusals({pool("a", "web", "x"), policy("web")}), IsEmpty()) << "whatever their order";
}

TEST(CrossCheck, ZeroNeedsASignalThatCanWakeIt) {
  const auto at_zero = [](std::optional<SignalTargetSpec> target) {
    auto result = policy("web", {signal("s", "http://h/", target)});
    std::get<ScalingPolicySpec>(result.spec).min_replicas = 0;
    return refusals({result}).size();
  };
  EXPECT_EQ(at_zero(average(1)), 0U);
  EXPECT_EQ(at_zero(std::nullopt), 1U);
  EXPECT_EQ(at_zero(SignalTargetSpec{.type = SignalTargetType::utilization, .average_utilization = 60}), 1U);
}

TEST(Warnings, APolicyWithoutATargetIsProbablyNotMeant) {
  const auto found = warnings({policy("web")});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].warning);
  EXPECT_THAT(to_string(found[0]), testing::StartsWith("web.yaml: warning: spec.signals: no signal has a target"));
}

}  // namespace
}  // namespace ballast
