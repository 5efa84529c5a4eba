// What workers use, from the kernel to a decision: a daemon, its policies and workers that work, or only take room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/stage.h"

namespace ballast::e2e {
namespace {

/// A policy over workers that each use `load` (percent of a core, megabytes, descriptors), wanted at `cpu` each.
std::string policy(const Stage& stage, const std::string& name, const std::string& load, const std::string& cpu) {
  const auto worker = std::filesystem::absolute(std::filesystem::path{BALLAST_BINARY_DIR} / "bin/ballast_test_worker");
  return "---\napiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: " + name +
         "}\nspec:\n  scaleTarget: {process: {command: [" + worker.string() + ", use, " + load + ", \"" +
         stage.path("{name}.open") +
         "\"]}}\n  minReplicas: 1\n  maxReplicas: 3\n  interval: 300ms\n  signals:\n"
         "    - {name: cpu, process: {metric: cpu}, target: {type: AverageValue, averageValue: " +
         cpu +
         "}}\n"
         "    - {name: memory, process: {metric: memory}}\n"
         "    - {name: descriptors, process: {metric: descriptors}}\n";
}

class ProcessProbe : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<RunningWorker> workers_of(const std::string& name) const {
    auto workers = stage.workers();
    std::erase_if(workers, [&name](const RunningWorker& worker) { return worker.policy != name; });
    return workers;
  }
  /// Nothing while it is not known.
  [[nodiscard]] std::optional<double> signal(const std::string& policy, const std::string& name) const {
    const auto policies = nlohmann::json::parse(get(stage.daemon_port(), "/api/v1/policies").body, nullptr, false);
    if (!policies.is_array()) return std::nullopt;
    for (const auto& each : policies) {
      if (each.value("name", "") != "default/" + policy) continue;
      for (const auto& one : each["currentSignals"])
        if (one.value("name", "") == name && one.value("quality", "") == "fresh" && one["value"].is_number())
          return one["value"].get<double>();
    }
    return std::nullopt;
  }
  /// VmRSS of /proc/PID/status, in bytes.
  static double resident(std::int32_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) * 1024;
    return 0;
  }
  Stage stage;
};

TEST_F(ProcessProbe, ScalesWorkersThatWorkUpAndKnowsWhatOthersTake) {
  constexpr double kMegabyte = 1 << 20;
  stage.write("policy/both.yaml",
              policy(stage, "busy", "\"20\", \"1\", \"0\"", "10m") +
                  policy(stage, "idle", "\"0\", \"64\", \"40\"", "500m"));  // above what its start takes
  stage.start_daemon();
  EXPECT_TRUE(eventually([&] { return workers_of("busy").size() == 3; })) << "20 % of a core each, 1 % is wanted";
  EXPECT_TRUE(eventually([&] { return signal("busy", "cpu").value_or(0) > 0.011; })) << "the sum of three";

  EXPECT_TRUE(eventually([&] { return signal("idle", "cpu").value_or(1) < 0.01; })) << "known, not missing";
  const auto idle = workers_of("idle");
  ASSERT_EQ(idle.size(), 1U) << "it does nothing: one is enough";
  ASSERT_TRUE(eventually([&] { return signal("idle", "memory").value_or(0) > 64 * kMegabyte; }));
  EXPECT_NEAR(*signal("idle", "memory"), resident(idle[0].pid), 4 * kMegabyte);
  const std::string open = stage.content(idle[0].name + ".open");
  ASSERT_NE(open, "");
  EXPECT_GE(std::stoi(open), 43);
  EXPECT_TRUE(eventually([&] { return signal("idle", "descriptors") == std::stoi(open); })) << open;

  // Who has died is unknown, and not a worker that uses nothing.
  const RunningWorker victim = workers_of("busy").at(0);
  kill(victim.pid, SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const auto workers = workers_of("busy");
    return workers.size() == 3 && std::ranges::find(workers, victim.name, &RunningWorker::name) == workers.end();
  }));
  EXPECT_TRUE(eventually([&] { return signal("busy", "cpu").value_or(0) > 0.011; }));
  const auto why = stage.ballast({"explain", "busy", "--list", "--state-dir", stage.state()});
  EXPECT_THAT(why.out, ::testing::HasSubstr("1 → 3")) << why.err;
  EXPECT_THAT(why.out, ::testing::Not(::testing::HasSubstr("3 → "))) << "nobody was taken away";
  EXPECT_EQ(stage.ballast({"replay", "busy", "--strict", "--state-dir", stage.state()}).status, 0);
  EXPECT_EQ(stage.end_daemon(SIGTERM), 0);
}

}  // namespace
}  // namespace ballast::e2e
