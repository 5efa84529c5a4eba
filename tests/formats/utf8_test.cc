#include "formats/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

TEST(Utf8, IsReadOneCodePointAtATime) {
  struct Case {
    const char* name;
    std::string text;
    CodePoint point;
  };
  for (const auto& [name, text, point] : {
           Case{"ASCII", "ab", {U'a', 1}},
           Case{"two bytes", "\xc3\xbc!", {0xfc, 2}},
           Case{"three bytes", "\xe2\x82\xac", {0x20ac, 3}},
           Case{"four bytes", "\xf0\x9f\x94\xa5", {0x1f525, 4}},
           Case{"the last", "\xf4\x8f\xbf\xbf", {0x10ffff, 4}},
           Case{"beyond the last", "\xf4\x90\x80\x80", {kReplacement, 1}},
           Case{"a surrogate", "\xed\xa0\x80", {kReplacement, 1}},
           Case{"overlong", "\xc0\xaf", {kReplacement, 1}},
           Case{"overlong, three bytes", "\xe0\x80\xaf", {kReplacement, 1}},
           Case{"cut short", "\xe2\x82", {kReplacement, 1}},
           Case{"not continued", "\xe2\x82z", {kReplacement, 1}},
           Case{"continued without a begin", "\x82", {kReplacement, 1}},
           Case{"never a begin", "\xff", {kReplacement, 1}},
           Case{"the replacement itself", "\xef\xbf\xbd", {kReplacement, 3}},
       })
    EXPECT_EQ(first_code_point(text), point) << name;
}

TEST(Utf8, ReplacesWhatIsNone) {
  EXPECT_EQ(valid_utf8("a\xff\xc3\xbc\xe2\x82"), "a\xef\xbf\xbd\xc3\xbc\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(valid_utf8(""), "");
  EXPECT_EQ(count_code_points("a\xff\xc3\xbc\xe2\x82"), 5U);
}

TEST(Utf8, IsOneLineWithoutControlCharacters) {
  EXPECT_EQ(one_line("a\nb\r\nc\td"), "a b  c d");
  EXPECT_EQ(one_line(std::string("a\0\x1b[31mb\x7f\xc2\x85z", 12)), "a[31mbz");
  EXPECT_EQ(one_line("evil\xe2\x80\xaetxt.exe\xe2\x81\xa6x\xe2\x80\xa8y"), "eviltxt.exexy");
  EXPECT_EQ(one_line("\xff\xf0\x9f\x94\xa5"), "\xef\xbf\xbd\xf0\x9f\x94\xa5");
}

TEST(Utf8, IsEscapedAndCutBetweenEntities) {
  EXPECT_EQ(escape_markup("a<b> & \"c\"", 100), "a&lt;b&gt; &amp; \"c\"");
  EXPECT_EQ(escape_markup("abc", 3), "abc");
  EXPECT_EQ(escape_markup("abcd", 3), "ab\xe2\x80\xa6");
  EXPECT_EQ(escape_markup("\xc3\xbc\xc3\xbc\xc3\xbc", 2), "\xc3\xbc\xe2\x80\xa6");
  EXPECT_EQ(escape_markup("ab&", 7), "ab&amp;");
  for (std::size_t most = 3; most < 7; ++most) EXPECT_EQ(escape_markup("ab&", most), "ab\xe2\x80\xa6") << most;
  EXPECT_EQ(escape_markup("ab&", 2), "a\xe2\x80\xa6");
  EXPECT_EQ(escape_markup("<<<", 1), "\xe2\x80\xa6");
}

}  // namespace
}  // namespace ballast
