#include "core/rules.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

namespace ballast {
namespace {

std::vector<std::string_view> names(const Rule& rule) {
  std::vector<std::string_view> result;
  for (const auto name : rule.fields)
    if (!name.empty()) result.push_back(name);
  return result;
}

/// `a, b or c`.
std::string listed(const std::vector<std::string_view>& words, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? fmt::format(" {} ", last) : ", ";
    text += words[i];
  }
  return text;
}

std::optional<RuleProblem> check_le(const Rule& rule, const FieldStates& states) {
  const auto low = states(rule.fields[0]);
  const auto high = states(rule.fields[1]);
  if (!low.number || !high.number || *low.number <= *high.number) return std::nullopt;
  // What a person wrote is what is wrong, not a default.
  if (low.present || !high.present)
    return RuleProblem{std::string(rule.fields[0]),
                       fmt::format("{} is above {} ({})", low.text, rule.fields[1], high.text)};
  return RuleProblem{std::string(rule.fields[1]),
                     fmt::format("{} is below {} ({})", high.text, rule.fields[0], low.text)};
}

std::optional<RuleProblem> check_count(const Rule& rule, const FieldStates& states) {
  const auto all = names(rule);
  std::vector<std::string_view> present;
  for (const auto name : all)
    if (states(name).present) present.push_back(name);
  if (present.size() > 1 && rule.kind != Rule::Kind::at_least_one)
    return RuleProblem{std::string(present[1]),
                       fmt::format("stands beside {}; only one of {} can be set", present[0], listed(all, "and"))};
  if (present.empty() && rule.kind != Rule::Kind::at_most_one)
    return RuleProblem{"",
                       fmt::format("{} of {} is missing", rule.kind == Rule::Kind::exactly_one ? "one" : "at least one",
                                   listed(all, "and"))};
  return std::nullopt;
}

std::string cel_count(const Rule& rule) {
  std::string sum;
  for (const auto name : names(rule))
    fmt::format_to(std::back_inserter(sum), "{}(has(self.{}) ? 1 : 0)", sum.empty() ? "" : " + ", name);
  switch (rule.kind) {
    case Rule::Kind::exactly_one:
      return sum + " == 1";
    case Rule::Kind::at_most_one:
      return sum + " <= 1";
    default:
      return sum + " >= 1";
  }
}

std::string cel_le(const Rule& rule, CelType type) {
  const auto a = fmt::format("self.{}", rule.fields[0]);
  const auto b = fmt::format("self.{}", rule.fields[1]);
  const auto absent = fmt::format("!has({}) || !has({}) || ", a, b);
  switch (type) {
    case CelType::duration:
      // CEL knows h, m, s and ms; a pair with days, weeks or years is left to the controller's own check.
      return fmt::format("{0}{1}.matches('[dwy]') || {2}.matches('[dwy]') || duration({1}) <= duration({2})", absent, a,
                         b);
    case CelType::quantity:
      return fmt::format("{}quantity({}).compareTo(quantity({})) <= 0", absent, a, b);
    case CelType::number:
      break;
  }
  return fmt::format("{}{} <= {}", absent, a, b);
}

}  // namespace

std::optional<RuleProblem> check(const Rule& rule, const FieldStates& states) {
  switch (rule.kind) {
    case Rule::Kind::le:
      return check_le(rule, states);
    case Rule::Kind::needs:
      if (!states(rule.fields[0]).present || states(rule.fields[1]).present) return std::nullopt;
      return RuleProblem{std::string(rule.fields[0]), fmt::format("needs {} beside it", rule.fields[1])};
    case Rule::Kind::needs_when:
      if (states(rule.fields[0]).text != rule.value || states(rule.fields[1]).present) return std::nullopt;
      return RuleProblem{std::string(rule.fields[0]), fmt::format("{} needs {} beside it", rule.value, rule.fields[1])};
    case Rule::Kind::forbids_when:
      if (states(rule.fields[0]).text != rule.value || !states(rule.fields[1]).present) return std::nullopt;
      return RuleProblem{std::string(rule.fields[1]),
                         fmt::format("may not be there where {} is {}", rule.fields[0], rule.value)};
    case Rule::Kind::exactly_one:
    case Rule::Kind::at_most_one:
    case Rule::Kind::at_least_one:
      return check_count(rule, states);
    case Rule::Kind::immutable:
      return std::nullopt;  // between two versions of a document, not within one
  }
  return std::nullopt;
}

std::string sentence(const Rule& rule) {
  switch (rule.kind) {
    case Rule::Kind::le:
      return fmt::format("{} is at most {}.", rule.fields[0], rule.fields[1]);
    case Rule::Kind::needs:
      return fmt::format("{} needs {}.", rule.fields[0], rule.fields[1]);
    case Rule::Kind::needs_when:
      return fmt::format("{} {} needs {}.", rule.fields[0], rule.value, rule.fields[1]);
    case Rule::Kind::forbids_when:
      return fmt::format("No {} where {} is {}.", rule.fields[1], rule.fields[0], rule.value);
    case Rule::Kind::exactly_one:
      return fmt::format("Exactly one of {}.", listed(names(rule), "and"));
    case Rule::Kind::at_most_one:
      return fmt::format("At most one of {}.", listed(names(rule), "and"));
    case Rule::Kind::at_least_one:
      return fmt::format("At least one of {}.", listed(names(rule), "and"));
    case Rule::Kind::immutable:
      return fmt::format("{} cannot change.", rule.fields[0]);
  }
  return "";
}

std::string cel(const Rule& rule, CelType type) {
  const auto& f = rule.fields;
  switch (rule.kind) {
    case Rule::Kind::le:
      return cel_le(rule, type);
    case Rule::Kind::needs:
      return fmt::format("!has(self.{}) || has(self.{})", f[0], f[1]);
    case Rule::Kind::needs_when:
      return fmt::format("!has(self.{0}) || self.{0} != '{1}' || has(self.{2})", f[0], rule.value, f[1]);
    case Rule::Kind::forbids_when:
      return fmt::format("!has(self.{0}) || self.{0} != '{1}' || !has(self.{2})", f[0], rule.value, f[1]);
    case Rule::Kind::immutable:
      return fmt::format("!has(oldSelf.{0}) || (has(self.{0}) && self.{0} == oldSelf.{0})", f[0]);
    default:
      return cel_count(rule);
  }
}

}  // namespace ballast
