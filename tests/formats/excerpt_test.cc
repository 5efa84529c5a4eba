#include "formats/excerpt.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

TEST(Excerpt, IsShortOnOneLineAndPrintable) {
  EXPECT_EQ(excerpt(" \r\n two\nlines\t "), "two lines");
  EXPECT_EQ(excerpt("a\x1b[2J\x07 clear\x7f!"), "a [2J  clear !");
  EXPECT_EQ(excerpt(std::string(1000, 'x')), std::string(60, 'x'));
  EXPECT_EQ(excerpt("abc", 0), "");
}

TEST(Excerpt, CutsNoCharacterInTwo) {
  const std::string euros = "a\u20ac\u20ac\u20ac";
  EXPECT_EQ(excerpt(euros, 4), "a\u20ac");
  for (std::size_t bytes = 5; bytes < 7; ++bytes) EXPECT_EQ(excerpt(euros, bytes), "a\u20ac") << bytes;
  EXPECT_EQ(excerpt(euros, 7), "a\u20ac\u20ac");
  EXPECT_EQ(excerpt("\U0001f642", 3), "");
  EXPECT_EQ(excerpt(std::string(100, '\x80'), 50).size(), 50U) << "not UTF-8: cut anywhere";
}

}  // namespace
}  // namespace ballast
