// Signals of what a policy's own workers use: where they can stand, and what they can be held against.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/registry.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kCpu = "{name: cpu, process: {metric: cpu}, target: {type: AverageValue, averageValue: 700m}}";

LoadedSet policy(const std::string& signals, const std::string& bounds = "maxReplicas: 3") {
  return load(std::vector<SourceFile>{
      {"a.yaml",
       "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n"
       "  scaleTarget: {process: {command: [/bin/sleep, inf]}}\n  " +
           bounds + "\n  signals: [" + signals + "]\n",
       {}}});
}
std::vector<std::string> told(const LoadedSet& set) {
  std::vector<std::string> lines;
  for (const auto& problem : set.problems) lines.push_back(to_string(problem));
  return lines;
}

TEST(ProcessSignal, MeasuresTheWorkersOfItsOwnPolicyAndAsksOnceForAllMetrics) {
  const auto set = policy(std::string(kCpu) +
                          ", {name: rss, process: {metric: memory, request: 512Mi}, target: {type: Utilization, "
                          "averageUtilization: 80}}, {name: files, process: {metric: descriptors}}");
  ASSERT_THAT(told(set), IsEmpty());
  const auto probes = bind_probes(set.workloads.at(0));
  ASSERT_TRUE(probes) << probes.error().message;
  ASSERT_EQ(probes->size(), 3U);
  for (const CompiledProbe& probe : *probes) {
    EXPECT_EQ(probe.request, probes->at(0).request);
    EXPECT_EQ(probe.request.url, "workers://shop/web");
  }
  EXPECT_TRUE(set.workloads[0].workload.signals[0].proves_age) << "its readings may let the target shrink";
}

TEST(ProcessSignal, OfAMonitorIsRefusedWithItsPlace) {
  const auto set = load(std::vector<SourceFile>{
      {"m.yaml",
       "apiVersion: ballast.run/v1alpha1\nkind: Monitor\nmetadata: {name: watch}\nspec:\n  signals:\n"
       "    - name: cpu\n      process: {metric: cpu}\n",
       {}}});
  EXPECT_THAT(told(set), ElementsAre(HasSubstr("m.yaml:7:16: spec.signals[0].process: measures the workers of its own "
                                               "policy, those of scaleTarget process; a Monitor has none")));
  EXPECT_THAT(set.workloads, IsEmpty());
}

TEST(ProcessSignal, OfATargetThatHasNoWorkersHereIsRefusedWhereItIsBound) {
  auto workload = policy(kCpu).workloads.at(0);
  workload.scaler->type = "webhook";
  const auto elsewhere = bind_probes(workload);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, Errc::invalid);
  EXPECT_EQ(elsewhere.error().message,
            "shop/web: signal cpu: measures the workers of its own policy, those of scaleTarget process; webhook has "
            "none on this host");
  workload.scaler.reset();
  const auto nowhere = bind_probes(workload);
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("signal cpu: measures the workers of its own policy"));
}

TEST(ProcessSignal, IsPercentOnlyOfARequest) {
  EXPECT_THAT(told(policy("{name: cpu, process: {metric: cpu}, target: {type: Utilization, averageUtilization: 70}}")),
              ElementsAre(HasSubstr("spec.signals[0].target.type: Utilization is percent of what a worker asks for: "
                                    "write request")));
  EXPECT_THAT(told(policy("{name: cpu, process: {metric: cpu, request: 500m}, target: {type: AverageValue, "
                          "averageValue: 700m}}")),
              ElementsAre(HasSubstr("spec.signals[0].target.type: with request its values are percent")));
  EXPECT_EQ(policy("{name: cpu, process: {metric: cpu, request: 500m}}").errors(), 0U);
}

TEST(ProcessSignal, HasWordsAndUnitsOfItsOwn) {
  EXPECT_THAT(told(policy("{name: cpu, process: {metric: rss}}")),
              ElementsAre(HasSubstr("spec.signals[0].process.metric: rss is none of cpu, memory and descriptors")));
  EXPECT_THAT(told(policy("{name: cpu, process: {}}")), ElementsAre(HasSubstr("spec.signals[0].process.metric")));
  EXPECT_THAT(told(policy("{name: cpu, process: {metric: cpu, request: 0}}")),
              ElementsAre(HasSubstr("spec.signals[0].process.request")));
  EXPECT_THAT(told(policy("{name: cpu, process: {metric: cpu}, memberLabel: pod}")),
              testing::Contains(HasSubstr("spec.signals[0].memberLabel: process has no labels")));
  EXPECT_THAT(told(policy(std::string(kCpu) + ", {name: again, process: {metric: cpu}}")),
              ElementsAre(HasSubstr("spec.signals[1].process: asks the same as signals[0] (cpu)")));
}

TEST(ProcessSignal, SaysNothingAtZeroAndWakesNobody) {
  const std::string zero = "minReplicas: 0\n  maxReplicas: 3";
  EXPECT_THAT(told(policy(kCpu, zero)), ElementsAre(HasSubstr("spec.minReplicas: 0, and no signal has a target that")));
  std::string threshold = kCpu;
  threshold.insert(threshold.find("target"), "activationThreshold: 1, ");
  EXPECT_THAT(told(policy(threshold)), ElementsAre(HasSubstr("spec.signals[0].activationThreshold: what it measures is "
                                                             "of members, and at zero there are none")));
  const auto set = policy(std::string(kCpu) +
                              ", {name: queue, httpValue: {url: 'http://h/'}, target: {type: "
                              "AverageValue, averageValue: 5}}",
                          zero);
  ASSERT_THAT(told(set), IsEmpty());
  EXPECT_EQ(set.workloads.at(0).workload.signals[0].activation_milli, std::nullopt);
  EXPECT_EQ(set.workloads.at(0).workload.signals[1].activation_milli, 0);
}

}  // namespace
}  // namespace ballast
