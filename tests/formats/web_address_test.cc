#include "formats/web_address.h"

#include <gtest/gtest.h>

#include <string>

namespace ballast {
namespace {

TEST(WebAddress, IsWhatOthersTakeForOne) {
  for (const char* good : {"http://h", "https://shop.example.org:8443/a/b?c=d&e=%20f#g", "http://[::1]:9093/",
                           "http://127.0.0.1:1", "http://a_b-c/~x;y,z!$*()=@:+"})
    EXPECT_TRUE(is_web_address(good)) << good;
  for (const std::string bad : {"",
                                "h",
                                "//h",
                                "ftp://h",
                                "javascript:alert(1)",
                                "http://",
                                "http:///x",
                                "http://h:",
                                "http://h:0",
                                "http://h:99999",
                                "http://h:x/",
                                "http://u:p@h/",
                                "http://h h/",
                                "http://h/ ",
                                "http://h/\n",
                                "http://h/\"",
                                "http://h/<b>",
                                "http://h/%",
                                "http://h/%2",
                                "http://h/%zz",
                                "http://[::1",
                                "http://[]/",
                                "http://[x]/",
                                "http://h/\xc3\xbc",
                                "HTTP://h"})
    EXPECT_FALSE(is_web_address(bad)) << bad;
  EXPECT_FALSE(is_web_address("http://h/" + std::string(2048, 'x')));
}

}  // namespace
}  // namespace ballast
