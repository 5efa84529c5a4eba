#include "core/rules.h"

#include <gtest/gtest.h>

#include <map>

namespace ballast {
namespace {

FieldStates states(std::map<std::string, FieldState, std::less<>> fields) {
  return [fields = std::move(fields)](std::string_view key) {
    const auto found = fields.find(key);
    return found == fields.end() ? FieldState{} : found->second;
  };
}
FieldState written(double value, std::string text) { return {true, value, std::move(text)}; }
FieldState fallback(double value, std::string text) { return {false, value, std::move(text)}; }
const FieldState kThere{true, std::nullopt, "x"};

TEST(Rules, LeComparesWhatIsThereAndNamesBothValues) {
  constexpr auto kRule = rule::le("min", "max");
  EXPECT_EQ(check(kRule, states({{"min", written(3, "3")}, {"max", written(3, "3")}})), std::nullopt);
  EXPECT_EQ(check(kRule, states({{"min", written(5, "5")}, {"max", written(3, "3")}})),
            (RuleProblem{"min", "5 is above max (3)"}));
  EXPECT_EQ(check(kRule, states({{"min", written(5, "5")}})), std::nullopt) << "an absent side holds";
}

TEST(Rules, LeBlamesWhatAPersonWroteAndNotADefault) {
  constexpr auto kRule = rule::le("interval", "staleAfter");
  EXPECT_EQ(check(kRule, states({{"interval", fallback(60, "1m")}, {"staleAfter", written(5, "5s")}})),
            (RuleProblem{"staleAfter", "5s is below interval (1m)"}));
}

TEST(Rules, ForbidsWhatMayNotStandBesideAValue) {
  constexpr auto kRule = rule::forbids_when("tls", "None", "auth");
  const FieldState none{true, std::nullopt, "None"};
  const FieldState other{true, std::nullopt, "StartTls"};
  EXPECT_EQ(check(kRule, states({{"tls", none}})), std::nullopt);
  EXPECT_EQ(check(kRule, states({{"tls", other}, {"auth", kThere}})), std::nullopt);
  EXPECT_EQ(check(kRule, states({{"tls", none}, {"auth", kThere}})),
            (RuleProblem{"auth", "may not be there where tls is None"}));
  EXPECT_EQ(sentence(kRule), "No auth where tls is None.");
  EXPECT_EQ(cel(kRule), "!has(self.tls) || self.tls != 'None' || !has(self.auth)");
}

TEST(Rules, NeedsAsksForTheOtherOnlyWhenTheFirstIsThere) {
  constexpr auto kRule = rule::needs("cert", "key");
  EXPECT_EQ(check(kRule, states({})), std::nullopt);
  EXPECT_EQ(check(kRule, states({{"cert", kThere}})), (RuleProblem{"cert", "needs key beside it"}));
  EXPECT_EQ(check(kRule, states({{"cert", kThere}, {"key", kThere}})), std::nullopt);
}

TEST(Rules, NeedsWhenLooksAtTheValue) {
  constexpr auto kRule = rule::needs_when("type", "Value", "value");
  EXPECT_EQ(check(kRule, states({{"type", {true, {}, "Other"}}})), std::nullopt);
  EXPECT_EQ(check(kRule, states({{"type", {true, {}, "Value"}}})),
            (RuleProblem{"type", "Value needs value beside it"}));
}

TEST(Rules, CountRulesTellNoneFromTooMany) {
  constexpr auto kOne = rule::exactly_one("a", "b", "c");
  EXPECT_EQ(check(kOne, states({{"b", kThere}})), std::nullopt);
  EXPECT_EQ(check(kOne, states({})), (RuleProblem{"", "one of a, b and c is missing"}));
  EXPECT_EQ(check(kOne, states({{"a", kThere}, {"c", kThere}})),
            (RuleProblem{"c", "stands beside a; only one of a, b and c can be set"}));
  EXPECT_EQ(check(rule::at_most_one("a", "b"), states({})), std::nullopt);
  EXPECT_NE(check(rule::at_most_one("a", "b"), states({{"a", kThere}, {"b", kThere}})), std::nullopt);
  EXPECT_EQ(check(rule::at_least_one("a", "b"), states({{"a", kThere}, {"b", kThere}})), std::nullopt);
  EXPECT_EQ(check(rule::at_least_one("a", "b"), states({})), (RuleProblem{"", "at least one of a and b is missing"}));
}

TEST(Rules, OneRuleGivesTheSentenceAndTheExpression) {
  EXPECT_EQ(sentence(rule::le("a", "b")), "a is at most b.");
  EXPECT_EQ(cel(rule::le("a", "b")), "!has(self.a) || !has(self.b) || self.a <= self.b");
  EXPECT_EQ(cel(rule::le("a", "b"), CelType::quantity),
            "!has(self.a) || !has(self.b) || quantity(self.a).compareTo(quantity(self.b)) <= 0");
  EXPECT_EQ(cel(rule::needs("a", "b")), "!has(self.a) || has(self.b)");
  EXPECT_EQ(cel(rule::needs_when("type", "Value", "value")),
            "!has(self.type) || self.type != 'Value' || has(self.value)");
  EXPECT_EQ(cel(rule::exactly_one("a", "b")), "(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) == 1");
  EXPECT_EQ(sentence(rule::exactly_one("a", "b", "c")), "Exactly one of a, b and c.");
  EXPECT_EQ(cel(rule::immutable("a")), "!has(oldSelf.a) || (has(self.a) && self.a == oldSelf.a)");
}

}  // namespace
}  // namespace ballast
