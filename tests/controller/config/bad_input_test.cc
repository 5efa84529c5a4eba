// Files that nobody can use, each beside a good one: told by file, line, key, value and limit, and the good one stands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controller/config/config.h"
#include "controller/config/yaml.h"

namespace ballast {
namespace {

using testing::StartsWith;

std::string policy(const std::string& name, const std::string& lines, const std::string& ports = "9001-9009") {
  return "apiVersion: ballast.run/v1alpha1\nkind: ScalingPolicy\nmetadata: {name: " + name +
         "}\nspec:\n  scaleTarget: {process: {command: [/bin/worker, \"{port}\"], ports: " + ports + "}}\n" + lines +
         "  signals:\n  - {name: up, http: {url: \"http://127.0.0.1:1/\"}, target: {type: Value, value: 1}}\n";
}

struct BadFile {
  std::string name{};
  std::string text{};
  std::string says{};  ///< of its first problem
  std::size_t errors = 1;
};
void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }

std::string repeated(const std::string& unit, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

std::string alias_bomb() {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    const std::string all = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [" + all + "," + all + "," + all + "]\n";
  }
  return bomb;
}

std::vector<BadFile> bad_files() {
  const std::string bounds = "  minReplicas: 1\n  maxReplicas: 4\n";
  return {
      {"unknown_key", policy("bad", "  minReplcas: 2\n  maxReplicas: 4\n"),
       "bad.yaml:6:3: spec.minReplcas: unknown key; did you mean minReplicas?"},
      {"no_unit", policy("bad", bounds + "  interval: 15\n"), "bad.yaml:8:13: spec.interval: 15 has no unit"},
      {"unit_of_something_else", policy("bad", bounds + "  interval: 15Mi\n"),
       "bad.yaml:8:13: spec.interval: '15Mi' is no duration: unknown unit 'Mi'"},
      {"text_for_number", policy("bad", "  minReplicas: few\n  maxReplicas: 4\n"),
       "bad.yaml:6:16: spec.minReplicas: few"},
      {"above_limit", policy("bad", "  maxReplicas: 99999999999999999999\n"),
       "bad.yaml:6:16: spec.maxReplicas: 99999999999999999999"},
      {"min_above_max", policy("bad", "  minReplicas: 9\n  maxReplicas: 4\n"),
       "bad.yaml:6:16: spec.minReplicas: 9 is above maxReplicas (4)"},
      {"huge", repeated("# nothing\n", kMaxFileBytes + 1), "bad.yaml:1:1: larger than the limit of 1048576 bytes"},
      {"deep", repeated("[", 1000) + repeated("]", 1000), "bad.yaml:1:65: nested deeper than 64"},
      {"many_values", "a:\n" + repeated("- 1\n", 4 * kMaxNodes),
       "bad.yaml:99999:3: the file has more than 100000 values"},
      {"alias_bomb", alias_bomb(), "bad.yaml:2:8: aliases (*name) are not supported"},
      {"binary", std::string("a: \0b\n", 6), "bad.yaml:1:1: not a text file: holds a zero byte"},
      {"key_twice", "kind: Monitor\nkind: Monitor\n",
       "bad.yaml:2:1: the key kind stands here a second time; the first is in line 1"},
      {"name_twice", policy("good", bounds, "9011-9019"), "bad.yaml:3:18: metadata.name: "},
      {"target_twice", policy("bad", bounds),
       "bad.yaml:5:26: spec.scaleTarget.process: ports 9001-9009 is already that of ScalingPolicy default/good "
       "(a.yaml:1)"},
  };
}

class BadFiles : public testing::TestWithParam<BadFile> {};

TEST_P(BadFiles, AreToldOfAndTheGoodOneBesideThemStands) {
  const std::string good = policy("good", "  minReplicas: 1\n  maxReplicas: 4\n");
  const BadFile& bad = GetParam();
  const auto set = load(std::vector<SourceFile>{{"a.yaml", good, {}}, {"bad.yaml", bad.text, {}}});
  std::string all;
  for (const auto& problem : set.problems) all += to_string(problem) + "\n";
  EXPECT_EQ(set.errors(), 1U) << all;
  EXPECT_THAT(all, StartsWith(bad.says));
  EXPECT_LT(all.size(), 1000U);
  ASSERT_EQ(set.workloads.size(), 1U) << all;
  EXPECT_EQ(set.workloads[0].workload.name, "default/good");
}

INSTANTIATE_TEST_SUITE_P(Load, BadFiles, testing::ValuesIn(bad_files()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ballast
