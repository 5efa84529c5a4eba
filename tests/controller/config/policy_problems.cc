#include "tests/controller/config/policy_problems.h"

#include <utility>

#include "controller/config/read.h"
#include "controller/config/yaml.h"

namespace ballast {

std::vector<std::string> policy_problems(std::string_view yaml, ScalingPolicySpec* out) {
  const auto parsed = parse_documents(yaml);
  Problems problems = parsed.at(0).problems;
  auto spec = read_spec<ScalingPolicySpec>(parsed[0].root, "spec", problems);
  if (out != nullptr) *out = std::move(spec);
  std::vector<std::string> texts;
  for (const auto& problem : problems)
    if (problem.path != "spec.scaleTarget") texts.push_back(problem.path + ": " + problem.message);
  return texts;
}

}  // namespace ballast
