// Files of variables, in the form of systemd's parser.
#include "formats/environment_file.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

std::string shown(const Result<Variables>& variables) {
  if (!variables) return variables.error().message;
  std::string text;
  for (const auto& [name, value] : *variables) text += name + "<" + value + ">";
  return text;
}

struct Case {
  std::string name{};
  std::string text{};
  std::string shown{};
};
class EnvironmentFile : public testing::TestWithParam<Case> {};

TEST_P(EnvironmentFile, IsReadAsSystemdReadsIt) {
  EXPECT_EQ(shown(parse_environment_file(GetParam().text)), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    All, EnvironmentFile,
    testing::Values(Case{"Empty", "", ""}, Case{"Plain", "A=1\nB=two words \n", "A<1>B<two words>"},
                    Case{"NoNewlineAtTheEnd", "A=1", "A<1>"}, Case{"EmptyValue", "A=\nB=2", "A<>B<2>"},
                    Case{"Comments", "# a=1\n ; b=2\nA=1 # is part of it\n", "A<1 # is part of it>"},
                    Case{"BlanksAround", "  A =  1  \r\n", "A<1>"}, Case{"Twice", "A=1\nA=2", "A<1>A<2>"},
                    Case{"EqualsInside", "A=b=c", "A<b=c>"},
                    Case{"Single", R"(A='a "b" \n $c ')", R"(A<a "b" \n $c >)"},
                    Case{"Double", R"(A="a 'b' \" \\ \$ \n ")", R"(A<a 'b' " \ $ \n >)"},
                    Case{"Joined", "A='a'\"b\" \nB=1", "A<ab>B<1>"}, Case{"QuoteInsideAWord", "A=it's", "A<it's>"},
                    Case{"OverLines", "A=\"a\nb\"\nB='c\nd'", "A<a\nb>B<c\nd>"},
                    Case{"JoinedLines", "A=a\\\nb\nB=\"c\\\nd\"", "A<ab>B<cd>"},
                    Case{"EscapedBlank", "A=a\\ \nB=1", "A<a >B<1>"}, Case{"NoReplacing", "A=$B{port}", "A<$B{port}>"},
                    Case{"WithoutEquals", "A=1\n\nexport\n", "line 3: 'export' has no =: write NAME=VALUE"},
                    Case{"Export", "export A=1",
                         "line 1: 'export A' is no name of a variable: letters, digits and '_'"},
                    Case{"Digit", "1A=1", "line 1: '1A' is no name of a variable: letters, digits and '_'"},
                    Case{"NoName", "=1", "line 1: '' is no name of a variable: letters, digits and '_'"},
                    Case{"Open", "A=1\nB=\"2\nC=3", "line 2: the \" of the value is not closed"},
                    Case{"Nul", std::string("A=1\nB=\0", 7), "line 2: a NUL character"}),
    [](const auto& test) { return test.param.name; });

TEST(EnvironmentFileLimits, AreOfBytesAndVariables) {
  EXPECT_FALSE(parse_environment_file(std::string(kMaxEnvironmentFile + 1, '\n')));
  EXPECT_TRUE(parse_environment_file(std::string(kMaxEnvironmentFile, '\n')));
  std::string many;
  for (std::size_t i = 0; i < kMaxEnvironmentVariables; ++i) many += "A=1\n";
  EXPECT_TRUE(parse_environment_file(many));
  EXPECT_EQ(shown(parse_environment_file(many + "A=1\n")), "line 4097: more than 4096 variables");
}

}  // namespace
}  // namespace ballast
