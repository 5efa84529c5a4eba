#include "io/url.h"

#include <gtest/gtest.h>

namespace ballast {
namespace {

TEST(ParseUrl, TakesAUrlApart) {
  EXPECT_EQ(*parse_url("HTTP://Web.Shop/a/b?q=1#top"), (Url{"http", "", "", "web.shop", 80, "/a/b?q=1"}));
  EXPECT_EQ(*parse_url("https://bob:p%40ss@[::1]:8443?x"), (Url{"https", "bob", "p@ss", "::1", 8443, "/?x"}));
  EXPECT_EQ(*parse_url("tcp://127.0.0.1:6379"), (Url{"tcp", "", "", "127.0.0.1", 6379, ""}));
  EXPECT_EQ(*parse_url("unix:///run/haproxy/admin.sock"), (Url{"unix", "", "", "", 0, "/run/haproxy/admin.sock"}));
}

TEST(ParseUrl, TakesTheLastAtSignForTheEndOfThePassword) {
  const auto url = parse_url("http://evil.com@127.0.0.1/x@y");
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->user, "evil.com");
}

struct Refused {
  const char* text;
  const char* because;
};

TEST(ParseUrl, SaysWhyItRefuses) {
  for (const auto& [text, because] : {
           Refused{"web/metrics", "no scheme"},
           Refused{"file:///etc/passwd", "none of http"},
           Refused{"http://", "host is missing"},
           Refused{"http://a b/", "space"},
           Refused{"http://a/\r\nX: y", "control"},
           Refused{"http://a:0/", "port"},
           Refused{"http://a:65536/", "port"},
           Refused{"http://a:80x/", "port"},
           Refused{"http://[::1/", "not closed"},
           Refused{"http://[beef]/", "no IPv6"},
           Refused{"tcp://h", "needs a port"},
           Refused{"tcp://h:1/x", "end after the port"},
           Refused{"unix://run/x", "absolute"},
           Refused{"http://u%4:p@h/", "% escape"},
       }) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::invalid);
    EXPECT_NE(url.error().message.find(because), std::string::npos) << url.error().message;
  }
  EXPECT_FALSE(parse_url("http://h/" + std::string(9000, 'a')));
}

TEST(RedactUrl, HidesUserPasswordAndQueryValues) {
  EXPECT_EQ(redact_url("http://bob:secret@h:1/a?token=secret&x=&y#secret"), "http://h:1/a?token=***&x=***&***");
  EXPECT_EQ(redact_url("https://secret@h"), "https://h");
  EXPECT_EQ(redact_url("http://h/p@th?user=a@b"), "http://h/p@th?user=***");
  EXPECT_EQ(redact_url("bob:secret@h/x"), "h/x");
  EXPECT_EQ(redact_url("http://a:sec@ret@h/"), "http://h/");
  EXPECT_EQ(redact_url("unix:///run/x.sock"), "unix:///run/x.sock");
  EXPECT_EQ(redact_url(""), "");
}

TEST(RedactUrl, IsAppliedToTheMessagesOfRefusals) {
  const auto url = parse_url("http://bob:hunter2@h:99999/?key=hunter2");
  EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos) << url.error().message;
}

TEST(OriginOf, NamesTheSource) {
  EXPECT_EQ(origin_of(*parse_url("http://u:p@H/x")), "http://h:80");
  EXPECT_EQ(origin_of(*parse_url("tls://[::1]:99")), "tls://[::1]:99");
  EXPECT_EQ(origin_of(*parse_url("unix:///a")), "unix:/a");
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  EXPECT_EQ(*percent_decode("a%20b%2F"), "a b/");
  EXPECT_FALSE(percent_decode("%"));
  EXPECT_FALSE(percent_decode("a%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

}  // namespace
}  // namespace ballast
