#include "controller/config/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "controller/config/config.h"
#include "controller/config/kinds.h"
#include "controller/config/nearest.h"
#include "controller/config/plugins.h"

namespace ballast {
namespace {

using testing::HasSubstr;

/// Kinds of which a document can exist: the registry has a plug-in of each kind they need.
std::vector<std::string_view> possible_kinds() {
  std::vector<std::string_view> names;
  for (const auto& kind : kinds())
    if (kind.name != "ScalingPolicy" || !plugin_names(PluginKind::scaler).empty()) names.push_back(kind.name);
  return names;
}

TEST(RandomDocument, ReadsWithoutAProblem) {
  for (const auto kind : possible_kinds()) {
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      const auto yaml = to_yaml(random_document(kind, seed));
      auto parsed = parse_documents(yaml);
      ASSERT_EQ(parsed.size(), 1U) << yaml;
      Problems problems;
      const auto document = read_document("random.yaml", std::move(parsed[0]), problems);
      ASSERT_TRUE(document && problems.empty())
          << kind << " seed " << seed << "\n"
          << yaml << "\n"
          << (problems.empty() ? "" : problems[0].path + ": " + problems[0].message);
    }
  }
}

TEST(RandomDocument, IsTheSameForTheSameSeedAndDiffersBetweenSeeds) {
  EXPECT_EQ(random_document("Monitor", 7), random_document("Monitor", 7));
  EXPECT_NE(random_document("Monitor", 7), random_document("Monitor", 8));
}

TEST(RandomDocument, WrittenBackReadsAsTheSameSpec) {
  for (const auto kind : possible_kinds()) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Problems problems;
      const auto* entry = find_kind(kind);
      const auto spec = entry->read(*random_document(kind, seed).find("spec"), "spec", problems);
      const auto written = entry->write(spec, Secrets::shown);
      const auto again = entry->write(entry->read(written, "spec", problems), Secrets::shown);
      ASSERT_TRUE(problems.empty()) << problems[0].path << ": " << problems[0].message;
      ASSERT_EQ(to_json(written), to_json(again)) << kind << " seed " << seed;
    }
  }
}

/// The schema's own rules on a document: enough of JSON schema to see that schema and reader agree.
bool fits(const ConfigNode& schema, const ConfigNode& value, std::string& why) {
  const auto* type = schema.find("type");
  if (type == nullptr) return value.kind == ConfigNode::Kind::scalar;
  if (type->text == "object") {
    if (value.kind != ConfigNode::Kind::map) return why = "no object", false;
    if (const auto* required = schema.find("required"))
      for (const auto& key : required->items)
        if (value.find(key.text) == nullptr) return why = key.text + " is missing", false;
    const auto* properties = schema.find("properties");
    if (properties == nullptr) return true;
    for (const auto& [key, item] : value.fields) {
      const auto* inner = properties->find(key);
      if (inner == nullptr) return why = key + " is unknown", false;
      if (!fits(*inner, item, why)) return why = key + ": " + why, false;
    }
    return true;
  }
  if (type->text == "array") {
    for (const auto& item : value.items)
      if (!fits(*schema.find("items"), item, why)) return false;
    return value.kind == ConfigNode::Kind::list;
  }
  if (type->text == "string") {
    why = "no string";
    if (value.kind != ConfigNode::Kind::scalar || !value.quoted) return false;
    const auto* choices = schema.find("enum");
    why = "not in the enum";
    return choices == nullptr ||
           std::ranges::any_of(choices->items, [&](const ConfigNode& choice) { return choice.text == value.text; });
  }
  why = "no " + type->text;
  return value.kind == ConfigNode::Kind::scalar && !value.quoted;
}

TEST(JsonSchema, TakesEveryRandomDocument) {
  for (const auto kind : possible_kinds()) {
    const auto schema = json_schema(kind);
    ASSERT_TRUE(schema);
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
      auto document = random_document(kind, seed);
      std::string why;
      const auto* spec = schema->find("properties")->find("spec");
      ASSERT_TRUE(fits(*spec, *document.find("spec"), why)) << why << "\n" << to_yaml(document);
    }
  }
}

TEST(JsonSchema, HasRulesDefaultsAndLimits) {
  const auto text = to_json(*json_schema("ScalingPolicy"));
  EXPECT_THAT(text, HasSubstr("self.minReplicas <= self.maxReplicas"));
  EXPECT_THAT(text, HasSubstr("\"minReplicas is at most maxReplicas.\""));
  EXPECT_THAT(text, HasSubstr("\"default\":1"));
  EXPECT_THAT(text, HasSubstr("\"enum\":[\"Enforce\",\"ScaleUpOnly\",\"DryRun\"]"));
  EXPECT_THAT(text, HasSubstr("self.type != 'AverageValue' || has(self.averageValue)"));
  EXPECT_FALSE(json_schema("Nothing"));
}

TEST(Reference, IsWhatTheDefinitionsSay) {
  const std::string path = std::string(BALLAST_SOURCE_DIR) + "/docs/reference.md";
  const auto wanted = reference_markdown();
  if (std::getenv("BALLAST_REGENERATE") != nullptr) std::ofstream(path) << wanted;
  std::ifstream file(path);
  std::istringstream lines(wanted);
  std::string line;
  std::string found;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::getline(file, found);
    ASSERT_EQ(found, line) << "docs/reference.md:" << number << " is old: run this test with BALLAST_REGENERATE=1";
  }
  EXPECT_FALSE(std::getline(file, found)) << "docs/reference.md has more than it should";
}

TEST(Describe, TellsTypeLimitsDefaultAndWhatIsBelow) {
  const auto text = describe("ScalingPolicy.spec.minReplicas");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("value: whole number (replicas)\n"));
  EXPECT_THAT(*text, HasSubstr("limits: 0 to 100000\n"));
  EXPECT_THAT(*text, HasSubstr("default: 1\n"));
  EXPECT_EQ(describe("ScalingPolicy.minReplicas")->substr(25), text->substr(30)) << "spec can be left out";
  EXPECT_THAT(*describe("ScalingPolicy.signals[0].target"),
              HasSubstr("Exactly one of averageValue, value and averageUtilization."));
  EXPECT_THAT(*describe("ScalingPolicy"), HasSubstr("Not available in this version: approval"));
  EXPECT_THAT(*describe("Monitor.signals.http.url"), HasSubstr("required"));
  EXPECT_THAT(*describe("BalancingPolicy.pool.haproxy"), HasSubstr("socket"));
  EXPECT_THAT(*describe("Monitor.metadata.name"), HasSubstr("example: checkout"));
}

TEST(Describe, SaysNothingOfWhatDoesNotExistAndNamesWhatIsNear) {
  EXPECT_FALSE(describe(""));
  EXPECT_FALSE(describe("ScalingPolicy.minReplica.x"));
  EXPECT_FALSE(describe("ScalingPolicy.forecast"));
  EXPECT_EQ(nearest_path("ScalngPolicy"), "ScalingPolicy");
  EXPECT_EQ(nearest_path("ScalingPolicy.spec.minReplica"), "ScalingPolicy.spec.minReplicas");
  EXPECT_EQ(nearest_path("Monitor.signals.htpp"), "Monitor.signals.http");
  EXPECT_EQ(nearest_path("Monitor.nothing-like-it"), "");
}

TEST(Describe, EverySettingHasADocumentation) {
  const std::function<void(const Schema&, const std::string&)> visit = [&](const Schema& schema,
                                                                           const std::string& path) {
    for (const auto& field : schema.fields) {
      EXPECT_FALSE(field.doc.empty()) << path << field.key;
      if (field.structure) visit(*field.structure, path + field.key + ".");
    }
  };
  for (const auto& kind : kinds()) visit(kind.schema(), std::string(kind.name) + ".");
  for (const auto kind :
       {PluginKind::probe, PluginKind::scaler, PluginKind::balancer, PluginKind::notifier, PluginKind::action})
    for (const auto name : plugin_names(kind)) visit(find_plugin(kind, name)->schema(), std::string(name) + ".");
}

}  // namespace
}  // namespace ballast
