#include "controller/server/router.h"

#include <gtest/gtest.h>

namespace ballast {
namespace {

TEST(SplitTarget, DecodesThePathAndKeepsTheQuery) {
  EXPECT_EQ(*split_target("/a%20b/c?d=e%20f&g?"), (Target{"/a b/c", "d=e%20f&g?"}));
  EXPECT_EQ(*split_target("/"), (Target{"/", ""}));
  EXPECT_EQ(*split_target("/..a/b../.c"), (Target{"/..a/b../.c", ""}));
  for (const char* target : {"", "*", "a", "/..", "/a/.", "/a/../b", "/a/%2e./b", "/a%2f..%2fb", "/%0a", "/%", "/\x7f"})
    EXPECT_FALSE(split_target(target)) << target;
}

TEST(Route, PrefersTheExactPathThenTheLongestPrefix) {
  const auto says = [](std::string text) {
    return [text](const ServerRequest&) {
      ServerResponse response;
      response.body = text;
      return response;
    };
  };
  const std::vector<Route> routes{{"GET", "/*", says("all")},
                                  {"GET", "/api/*", says("api")},
                                  {"GET", "/api/v1", says("v1")},
                                  {"PUT", "/api/v1", says("put")}};
  const auto asked = [&](std::string method, std::string path) {
    ServerRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    return route(routes, request).body;
  };
  EXPECT_EQ(asked("GET", "/"), "all");
  EXPECT_EQ(asked("GET", "/api"), "all");
  EXPECT_EQ(asked("GET", "/api/v2"), "api");
  EXPECT_EQ(asked("GET", "/api/v1"), "v1");
  EXPECT_EQ(asked("PUT", "/api/v1"), "put");
  EXPECT_EQ(asked("HEAD", "/api/v1"), "v1");
  EXPECT_EQ(asked("PUT", "/x"), "method not allowed\n");
}

TEST(ServerRequest, FindsHeadersAndDecodesQueryValues) {
  ServerRequest request;
  request.headers = {{"accept", "text/html"}};
  request.query = "a=1+2&b=%2B%26&c&a=3&d%20e=f";
  EXPECT_EQ(request.header("accept"), "text/html");
  EXPECT_EQ(request.header("host"), "");
  EXPECT_EQ(request.query_value("a"), "1 2");
  EXPECT_EQ(request.query_value("b"), "+&");
  EXPECT_EQ(request.query_value("c"), "");
  EXPECT_EQ(request.query_value("d e"), "f");
  EXPECT_EQ(request.query_value("x"), "");
}

}  // namespace
}  // namespace ballast
