// The examples are documents that load; and what policies over processes say to each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "controller/config/config.h"
#include "controller/config/kinds.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(const LoadedSet& set) {
  std::vector<std::string> result;
  for (const auto& problem : set.problems) result.push_back(to_string(problem));
  return result;
}

TEST(Processes, EveryExampleLoadsWithoutAProblem) {
  namespace fs = std::filesystem;
  std::size_t found = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(BALLAST_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto set = load(std::vector<std::string>{entry.path().string()});
    EXPECT_THAT(texts(set), IsEmpty());
    EXPECT_THAT(set.documents, testing::Not(IsEmpty())) << entry.path();
    ++found;
  }
  EXPECT_GE(found, 5U);
}

std::string policy(std::string_view name, std::string_view ports, std::string_view bounds = "maxReplicas: 3") {
  return "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: " + std::string(name) +
         ", namespace: shop}\nspec:\n  scaleTarget: {process: {command: [/bin/sleep, \"{port}\"], ports: " +
         std::string(ports) + "}}\n  " + std::string(bounds) +
         "\n  signals: [{name: s, http: {url: \"http://h/\"}, target: {type: Value, value: 1}}]\n";
}

TEST(Processes, S28_PortsThatOverlapNameBothDocuments) {
  const auto set = load(std::vector<SourceFile>{
      {"shop.yaml",
       policy("a", "9001-9050") + "---\n" + policy("b", "9051-9060") + "---\n" + policy("c", "9060-9070"),
       {}}});
  EXPECT_THAT(texts(set), ElementsAre("shop.yaml:21:26: spec.scaleTarget.process: ports 9060-9070 overlaps ports "
                                      "9051-9060 of ScalingPolicy shop/b (shop.yaml:9)"));
  EXPECT_EQ(set.workloads.size(), 2U);
}

TEST(Processes, TheDaemonsOwnPortIsNoWorkers) {
  const std::string host =
      "apiVersion: ballast.run/v1alpha1\nkind: Configuration\nmetadata: {name: host}\nspec: {listen: "
      "\"127.0.0.1:9005\"}\n";
  EXPECT_EQ(load(std::vector<SourceFile>{{"a.yaml", host, {}}, {"b.yaml", policy("a", "9001-9050"), {}}}).errors(), 1U);
}

TEST(Processes, AReloadThatTakesAnothersPortsIsTakenBack) {
  Reloader reloader;
  reloader.update({{"a.yaml", policy("a", "9001-9010"), {}}, {"b.yaml", policy("b", "9011-9020"), {}}});
  const auto reload =
      reloader.update({{"a.yaml", policy("a", "9001-9015"), {}}, {"b.yaml", policy("b", "9011-9020"), {}}});
  EXPECT_EQ(reload.set.errors(), 1U);
  EXPECT_THAT(reload.changed, IsEmpty());
  EXPECT_THAT(reload.removed, IsEmpty());
}

TEST(Processes, TwoChangesThatCannotStandTogetherPushNeitherOut) {
  Reloader reloader;
  reloader.update({{"a.yaml", policy("a", "9001-9010"), {}}, {"b.yaml", policy("b", "9011-9020"), {}}});
  // The second change is refused; what it was before stands in the way of the first, which then is refused as well.
  const auto reload =
      reloader.update({{"a.yaml", policy("a", "9001-9015"), {}}, {"b.yaml", policy("b", "9012-9021"), {}}});
  EXPECT_EQ(reload.set.errors(), 2U);
  EXPECT_EQ(reload.set.workloads.size(), 2U);
  EXPECT_THAT(reload.changed, IsEmpty());
}

TEST(Processes, PortsMayBeHandedOverInOneReload) {
  Reloader reloader;
  reloader.update({{"a.yaml", policy("a", "9001-9010"), {}}, {"b.yaml", policy("b", "9011-9020"), {}}});
  const auto reload =
      reloader.update({{"a.yaml", policy("a", "9011-9020"), {}}, {"b.yaml", policy("b", "9001-9010"), {}}});
  EXPECT_THAT(texts(reload.set), IsEmpty());
  EXPECT_THAT(reload.changed, ElementsAre("shop/a", "shop/b"));
}

TEST(Processes, FewerPortsThanReplicasIsAWarning) {
  const auto set = load(std::vector<SourceFile>{{"a.yaml", policy("a", "9001-9002"), {}}});
  EXPECT_THAT(texts(set), ElementsAre("a.yaml:5:67: warning: spec.scaleTarget.process.ports: 2 ports are fewer than "
                                      "maxReplicas (3)"));
  EXPECT_EQ(set.errors(), 0U);
}

TEST(Processes, SecretsOfAPlugInAreNotPrinted) {
  auto text = policy("a", "9001-9050");
  text.replace(text.find("ports:"), 6, "environment: [{name: TOKEN, value: s3cret}], ports:");
  const auto set = load(std::vector<SourceFile>{{"a.yaml", text, {}}});
  ASSERT_THAT(texts(set), IsEmpty());
  const auto* kind = find_kind("ScalingPolicy");
  EXPECT_THAT(to_yaml(kind->write(set.documents[0].spec, Secrets::shown)), testing::HasSubstr("s3cret"));
  const auto shown = to_yaml(kind->write(set.documents[0].spec, Secrets::redacted));
  EXPECT_THAT(shown, testing::Not(testing::HasSubstr("s3cret")));
  EXPECT_THAT(shown, testing::HasSubstr("TOKEN"));
}

TEST(Processes, APolicyIsReadWithItsTarget) {
  const auto set =
      load(std::vector<SourceFile>{{"a.yaml", policy("a", "9001-9050", "minReplicas: 4\n  maxReplicas: 3"), {}}});
  EXPECT_THAT(texts(set), ElementsAre("a.yaml:6:16: spec.minReplicas: 4 is above maxReplicas (3)"));
}

}  // namespace
}  // namespace ballast
