// Documents become probes and ports. Nothing is asked of them here.
#include "controller/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "controller/config/plugins.h"
#include "tests/inline_executor.h"

namespace ballast {
namespace {

/// Time stands; nothing is ever waited for.
class StillTime final : public TimeSource {
 public:
  [[nodiscard]] TimePoint now() const override { return TimePoint{std::chrono::hours{1}}; }
  [[nodiscard]] WallTime wall() const override { return WallTime{std::chrono::hours{1}}; }
  std::uint64_t resume_at(TimePoint, std::coroutine_handle<>) override { return ++tickets_; }
  void forget(TimePoint, std::uint64_t) override {}

 private:
  std::uint64_t tickets_ = 0;
};
class NoFetcher final : public Fetcher {
 public:
  Task<Result<Response>> fetch(Request request) override { co_return Error{Errc::unavailable, request.url}; }
};
class Registry : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("ballast-registry-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  static CompiledWorkload compiled(const std::string& spec) {
    const auto set = load(std::vector<SourceFile>{
        {"a.yaml",
         "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: web, namespace: shop, annotations: "
         "{ballast.run/paused: \"true\"}}\nspec: {" +
             spec + "}\n",
         {}}});
    for (const auto& problem : set.problems) EXPECT_TRUE(problem.warning) << to_string(problem);
    return set.workloads.at(0);
  }

  StillTime time_{};
  NoFetcher fetcher_{};
  InlineExecutor executor_{};
  std::filesystem::path directory_{};
};

constexpr auto kPolicy =
    "maxReplicas: 3, scaleTarget: {process: {command: [/bin/sleep, \"60\"]}}, signals: [{name: up, http: {url: "
    "\"http://127.0.0.1:1/up\", timeout: 2s}}, {name: load, httpValue: {url: \"http://127.0.0.1:1/load\"}}]";

TEST_F(Registry, BindsProbesInTheOrderOfTheSignals) {
  const auto probes = bind_probes(compiled(kPolicy));
  ASSERT_TRUE(probes) << probes.error().message;
  ASSERT_EQ(probes->size(), 2U);
  EXPECT_EQ((*probes)[0].type, "http");
  EXPECT_EQ((*probes)[0].request.url, "http://127.0.0.1:1/up");
  EXPECT_EQ((*probes)[0].request.deadline, std::chrono::seconds{2});
  EXPECT_EQ((*probes)[1].request.url, "http://127.0.0.1:1/load");
}

TEST_F(Registry, BindsAPolicyWithItsScalerAndItsOrders) {
  Environment environment{time_, fetcher_, executor_, directory_, {}};
  const auto bound = bind(std::make_shared<const CompiledWorkload>(compiled(kPolicy)), environment);
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->workload.name, "shop/web");
  EXPECT_NE(bound->scaler, nullptr);
  EXPECT_TRUE(bound->balancers.empty());
  EXPECT_TRUE(bound->orders.paused);
  EXPECT_EQ(*bound->document, compiled(kPolicy).document);
  EXPECT_EQ(bound->probes.size(), bound->workload.signals.size());
}

TEST_F(Registry, NamesAPlugInThatDoesNotExist) {
  auto workload = compiled(kPolicy);
  workload.probes[1].type = "crystalBall";
  const auto probes = bind_probes(workload);
  ASSERT_FALSE(probes);
  EXPECT_EQ(probes.error().code, Errc::invalid);
  EXPECT_EQ(probes.error().message, "shop/web: there is no plug-in crystalBall");
}

TEST(PluginTables, AreSortedAndPromiseNothingThatExists) {
  for (const auto kind :
       {PluginKind::probe, PluginKind::scaler, PluginKind::balancer, PluginKind::notifier, PluginKind::action}) {
    const auto names = plugin_names(kind);
    EXPECT_TRUE(std::ranges::is_sorted(names));
    EXPECT_FALSE(names.empty());
    for (const auto name : names) {
      ASSERT_NE(find_plugin(kind, name), nullptr);
      EXPECT_THAT(later_plugins(kind), testing::Not(testing::Contains(name)));
    }
  }
}

}  // namespace
}  // namespace ballast
