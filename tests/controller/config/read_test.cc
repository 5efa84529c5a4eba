#include "controller/config/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/config/nearest.h"
#include "controller/config/yaml.h"

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

enum class Colour : std::uint8_t { red, light_blue };
constexpr auto enum_names(Colour) { return std::array<std::string_view, 2>{"Red", "LightBlue"}; }

struct Inner {
  std::string name{};
  std::optional<Duration> wait{};
  bool operator==(const Inner&) const = default;
  static constexpr auto fields() {
    return std::tuple{Field{"name", &Inner::name, "", "Its name.", Limits{.max = 8, .required = true}},
                      Field{"wait", &Inner::wait, "", "How long.", Limits{.min = 1, .max = 3600}}};
  }
};

struct Sample {
  bool on = false;
  std::int32_t count = 1;
  std::int64_t big = 0;
  double ratio = 0.5;
  std::string text{};
  Duration pause = std::chrono::seconds{15};
  Quantity load{};
  Colour colour = Colour::red;
  std::optional<Inner> inner{};
  std::vector<Inner> list{};
  std::vector<std::string> words{};
  std::map<std::string, std::string> labels{};
  std::string token{};
  std::int32_t most = 100;
  bool operator==(const Sample&) const = default;
  static constexpr auto fields() {
    return std::tuple{
        Field{"on", &Sample::on, "", ""},
        Field{"count", &Sample::count, "", "", Limits{.min = 1, .max = 100'000}},
        Field{"big", &Sample::big, "", ""},
        Field{"ratio", &Sample::ratio, "", "", Limits{.min = 0, .max = 1}},
        Field{"text", &Sample::text, "", ""},
        Field{"pause", &Sample::pause, "", "", Limits{.min = 0.1, .max = 3600}},
        Field{"load", &Sample::load, "", "", Limits{.min = 0, .max = 1000}},
        Field{"colour", &Sample::colour, "", ""},
        Field{"inner", &Sample::inner, "", ""},
        Field{"list", &Sample::list, "", "", Limits{.min = 1, .max = 2}},
        Field{"words", &Sample::words, "", ""},
        Field{"labels", &Sample::labels, "", ""},
        Field{"token", &Sample::token, "", "", Limits{.max = 4, .secret = true}},
        Field{"most", &Sample::most, "", ""},
    };
  }
  static constexpr auto rules() { return std::array{rule::le("count", "most")}; }
  static constexpr auto later() { return std::array<std::string_view, 2>{"forecast", "count: auto"}; }
  [[nodiscard]] Problems check() const {
    if (text != "bad") return {};
    return {Problem{{}, "text", "is bad"}};
  }
};

std::vector<std::string> problems_of(std::string_view yaml, Sample* out = nullptr) {
  const auto documents = parse_documents(yaml);
  Problems problems = documents.at(0).problems;
  auto spec = read_spec<Sample>(documents[0].root, "spec", problems);
  if (out != nullptr) *out = std::move(spec);
  std::vector<std::string> texts;
  for (const auto& problem : problems)
    texts.push_back(std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column) + ": " +
                    problem.path + ": " + problem.message);
  return texts;
}

TEST(ReadSpec, ReadsEveryTypeOfSetting) {
  Sample spec;
  EXPECT_THAT(
      problems_of(
          "{on: true, count: 7, big: -9000000000, ratio: 0.25, text: x, pause: 1m30s, load: 100m, colour: LightBlue,"
          " inner: {name: a, wait: 2s}, list: [{name: b}], words: [v, \"8\"], labels: {a.b/c: \"1\"}, most: 8}",
          &spec),
      IsEmpty());
  Sample wanted{.on = true,
                .count = 7,
                .big = -9'000'000'000,
                .ratio = 0.25,
                .text = "x",
                .pause = std::chrono::seconds{90},
                .load = {100},
                .colour = Colour::light_blue};
  wanted.inner = Inner{"a", std::chrono::seconds{2}};
  wanted.list = {Inner{"b", {}}};
  wanted.words = {"v", "8"};
  wanted.labels = {{"a.b/c", "1"}};
  wanted.most = 8;
  EXPECT_EQ(spec, wanted);
}

TEST(ReadSpec, WhatIsNotWrittenKeepsItsDefault) {
  Sample spec;
  EXPECT_THAT(problems_of("{on: null, count: ~}", &spec), IsEmpty());
  EXPECT_EQ(spec, Sample{});
}

TEST(ReadSpec, FindsEveryProblemAtOnce) {
  EXPECT_THAT(
      problems_of("count: 0\nratio: 2\ninner:\n  wait: 5\nextra: 1\n"),
      ElementsAre("1:8: spec.count: 0 is below 1", "2:8: spec.ratio: 2 is above 1", "4:3: spec.inner.name: is missing",
                  "4:9: spec.inner.wait: 5 has no unit; write 5s for seconds (units: ms, s, m, h, d)",
                  testing::StartsWith("5:1: spec.extra: unknown key; known are on, count")));
}

struct Case {
  std::string name;
  std::string yaml;
  std::string problem;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
class OneProblem : public testing::TestWithParam<Case> {};
TEST_P(OneProblem, IsNamedWithPlaceValueLimitAndFix) {
  EXPECT_THAT(problems_of(GetParam().yaml), ElementsAre(GetParam().problem));
}
INSTANTIATE_TEST_SUITE_P(
    ReadSpec, OneProblem,
    testing::Values(
        Case{"nearest", "cuont: 1", "1:1: spec.cuont: unknown key; did you mean count?"},
        Case{"nearest_case", "Count: 1", "1:1: spec.Count: unknown key; did you mean count?"},
        Case{"later", "forecast: {mode: Enforce}", "1:1: spec.forecast: not available in this version"},
        Case{"later_value", "count: auto", "1:8: spec.count: auto: not available in this version"},
        Case{"quoted_number", "count: \"8\"", "1:8: spec.count: \"8\" is a string; write 8 without quotes"},
        Case{"fraction", "count: 1.5", "1:8: spec.count: 1.5 is not a whole number"},
        Case{"exponent", "count: 1e3", "1:8: spec.count: 1e3 is not a whole number"},
        Case{"octal", "count: 010", "1:8: spec.count: 010 is not a whole number (leading zero)"},
        Case{"word", "count: many", "1:8: spec.count: many is not a whole number"},
        Case{"list_for_number", "count: [1]", "1:8: spec.count: needs a whole number, has a list"},
        Case{"too_large", "count: 100001", "1:8: spec.count: 100001 is above 100000"},
        Case{"beyond_32_bits", "most: 3000000000", "1:7: spec.most: 3000000000 is above 2147483647"},
        Case{"beyond_64_bits", "big: 99999999999999999999",
             "1:6: spec.big: 99999999999999999999 does not fit; at most 9223372036854775807"},
        Case{"yes", "on: yes", "1:5: spec.on: yes is not true or false"},
        Case{"quoted_bool", "on: \"true\"", "1:5: spec.on: \"true\" is not true or false, which stand without quotes"},
        Case{"nan", "ratio: .nan", "1:8: spec.ratio: .nan is not a number"},
        Case{"infinite", "ratio: inf", "1:8: spec.ratio: inf is not a number"},
        Case{"number_for_string", "text: 8080",
             "1:7: spec.text: 8080 is not a string; a string needs quotes here: \"8080\""},
        Case{"bool_for_string", "text: true",
             "1:7: spec.text: true is not a string; a string needs quotes here: \"true\""},
        Case{"bare_duration", "pause: 15",
             "1:8: spec.pause: 15 has no unit; write 15s for seconds (units: ms, s, m, h, d)"},
        Case{"short_duration", "pause: 50ms", "1:8: spec.pause: 50ms is below 100ms"},
        Case{"long_duration", "pause: 2h", "1:8: spec.pause: 2h is above 1h"},
        Case{"large_quantity", "load: 2k", "1:7: spec.load: 2k is above 1k"},
        Case{"enum", "colour: lightblue",
             "1:9: spec.colour: lightblue is none of Red and LightBlue; did you mean LightBlue?"},
        Case{"enum_far", "colour: green", "1:9: spec.colour: green is none of Red and LightBlue"},
        Case{"empty_list", "list: []", "1:7: spec.list: is empty"},
        Case{"long_list", "list: [{name: a}, {name: b}, {name: c}]", "1:7: spec.list: has 3 items, the limit is 2"},
        Case{"map_for_list", "list: {name: a}", "1:7: spec.list: needs a list, has a map"},
        Case{"in_list", "list: [{name: a}, {nam: b, name: c}]",
             "1:20: spec.list[1].nam: unknown key; did you mean name?"},
        Case{"item_type", "words: [a, 8]", "1:12: spec.words[1]: 8 is not a string; a string needs quotes here: \"8\""},
        Case{"map_value", "labels: {a.b/c: 1}",
             "1:17: spec.labels[\"a.b/c\"]: 1 is not a string; a string needs quotes here: \"1\""},
        Case{"long_string", "inner: {name: abcdefghi}", "1:15: spec.inner.name: has 9 characters, the limit is 8"},
        Case{"empty_required", "inner: {name: \"\"}", "1:15: spec.inner.name: is empty"},
        Case{"null_required", "inner: {name: }", "1:15: spec.inner.name: has no value"},
        Case{"scalar_for_map", "inner: x", "1:8: spec.inner: needs keys and values, has a single value"},
        Case{"secret", "token: 12345", "1:8: spec.token: the value is not a string; a string needs quotes here: \"…\""},
        Case{"rule", "count: 7\nmost: 3", "1:8: spec.count: 7 is above most (3)"},
        Case{"rule_default", "most: 0", "1:7: spec.most: 0 is below count (1)"},
        Case{"own_check", "text: bad", "1:7: spec.text: is bad"}),
    [](const auto& each) { return each.param.name; });

TEST(ReadSpec, ALimitThatIsBrokenDoesNotBreakARuleToo) {
  EXPECT_THAT(problems_of("count: 0\nmost: -3"), ElementsAre("1:8: spec.count: 0 is below 1"));
}

TEST(ReadSpec, ManyUnknownKeysAreNotAllListed) {
  std::string yaml;
  for (int i = 0; i < 5000; ++i) yaml += "unknown" + std::to_string(i) + ": 1\n";
  const auto problems = problems_of(yaml);
  EXPECT_EQ(problems.size(), 21U);
  EXPECT_THAT(problems.back(), testing::HasSubstr("more than 20 unknown keys"));
}

TEST(ReadSpec, MessagesShowLongAndStrangeValuesShortAndClean) {
  const auto problems = problems_of("colour: \"" + std::string(500, 'x') + "\\n\\u0007\"");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_LT(problems[0].size(), 200U);
  EXPECT_THAT(problems_of("colour: \"a\\nb\"")[0], testing::HasSubstr("\"a?b\""));
}

TEST(WriteSpec, WritesDefaultsAndHidesSecrets) {
  Sample spec;
  spec.token = "s3cr";
  EXPECT_EQ(write_spec(spec, Secrets::redacted).find("token")->text, "***");
  EXPECT_EQ(write_spec(spec).find("token")->text, "s3cr");
  EXPECT_EQ(write_spec(spec).find("pause")->text, "15s");
  EXPECT_EQ(write_spec(spec).find("inner"), nullptr);
}

TEST(WriteSpec, ReadsBackTheSame) {
  Sample spec{.on = true, .count = 3, .ratio = 0.1, .text = "80", .load = {1'500}};
  spec.inner = Inner{"yes", std::chrono::milliseconds{1500}};
  Sample back;
  EXPECT_THAT(problems_of(to_yaml(write_spec(spec)), &back), IsEmpty());
  EXPECT_EQ(back, spec);
}

TEST(PlaceOf, FollowsKeysIndexesAndQuotedKeysAndStopsAtWhatIsThere) {
  const auto root = parse_documents("spec:\n  list:\n    - a: 1\n      b: 2\nmeta:\n  x.y/z: 3\n")[0].root;
  EXPECT_EQ(place_of(root, "spec.list[0].b"), (Place{4, 10}));
  EXPECT_EQ(place_of(root, "meta[\"x.y/z\"]"), (Place{6, 10}));
  EXPECT_EQ(place_of(root, "spec.list[7].b"), (Place{3, 5}));
  EXPECT_EQ(place_of(root, "nowhere"), (Place{1, 1}));
}

TEST(Nearest, KnowsSwapsAndIgnoresCase) {
  EXPECT_EQ(edit_distance("cuont", "count"), 1U);
  EXPECT_EQ(edit_distance("Count", "count"), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  const std::vector<std::string_view> names{"minReplicas", "maxReplicas"};
  EXPECT_EQ(nearest("maxreplica", names), "maxReplicas");
  EXPECT_EQ(nearest("interval", names), "");
}

}  // namespace
}  // namespace ballast
