#include "formats/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace ballast {
namespace {

using testing::HasSubstr;

TEST(LabelMatcher, MatchesAsPrometheusDoes) {
  struct Case {
    const char* matcher;
    const char* value;
    bool matches;
  };
  for (const auto& [text, value, matches] : {
           Case{"code=\"200\"", "200", true},
           Case{"code=\"200\"", "2000", false},
           Case{" code = '200' ", "200", true},
           Case{"code=200", "200", true},
           Case{"code!=\"200\"", "200", false},
           Case{"code!=\"200\"", "500", true},
           Case{"code=~\"5..\"", "503", true},
           Case{"code=~\"5..\"", "5031", false},
           Case{"code=~\"5..\"", "1503", false},
           Case{"code=~\"2..|3..\"", "301", true},
           Case{"code=~\"2..|3..\"", "3012", false},
           Case{"code!~\"5..\"", "503", false},
           Case{"code!~\"5..\"", "200", true},
           Case{"code=\"\"", "", true},
           Case{"code=~\"\"", "", true},
           Case{"code=~\".+\"", "", false},
           Case{"code=~\"a.b\"", "a\nb", true},
           Case{"code=\"a\\\\b\\n\\\"\"", "a\\b\n\"", true},
           Case{"code=~\"\\\\d+\"", "42", true},
           Case{"code=~\"\\d+\"", "42", true},
       }) {
    const auto matcher = parse_matcher(text);
    ASSERT_TRUE(matcher) << text << ": " << matcher.error().message;
    EXPECT_EQ(matcher->label(), "code");
    EXPECT_EQ(matcher->matches(value), matches) << text << " on " << value;
    EXPECT_EQ(matcher->matches(Labels{{"other", "x"}, {"code", value}}), matches) << text;
  }
  EXPECT_TRUE(parse_matcher("code!=\"200\"")->matches(Labels{}));
  EXPECT_FALSE(parse_matcher("code=~\".+\"")->matches(Labels{}));
}

TEST(LabelMatcher, SaysWhatIsWrong) {
  struct Case {
    std::string text;
    const char* message;
  };
  for (const auto& [text, message] : {
           Case{"", "begins with no name"},
           Case{"=\"a\"", "begins with no name"},
           Case{"5xx=\"a\"", "begins with no name"},
           Case{"code", "has none of =, !=, =~, !~"},
           Case{"code~\"a\"", "has none of =, !=, =~, !~"},
           Case{"code=\"a", "a quote is missing"},
           Case{"code=\"a\" b", "a quote is missing"},
           Case{"code=a b", "a quote is missing"},
           Case{"code=~\"(\"", "missing"},
           Case{"code=~\"(?=a)\"", "invalid"},
           Case{"code=~\"" + std::string(100, '(') + "a{1000}" + std::string(100, ')') + "{1000}\"", "repetition"},
           Case{"code=" + std::string(5000, 'a'), "longer than 4096"},
       }) {
    const auto matcher = parse_matcher(text);
    ASSERT_FALSE(matcher) << text;
    EXPECT_EQ(matcher.error().code, Errc::invalid);
    EXPECT_THAT(matcher.error().message, HasSubstr(message)) << text;
  }
}

TEST(LabelMatcher, TakesTimeInProportionToTheValue) {
  const auto matcher = parse_matcher("a=~\"(a+)+b\"");  // what takes a backtracking engine longer than the universe has
  ASSERT_TRUE(matcher);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(matcher->matches(std::string(1'000'000, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10});
}

}  // namespace
}  // namespace ballast
