// What people say over HTTP: what is taken, what is refused, and who may say it.
#include "controller/cli/order_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ballast {
namespace {

using ::testing::HasSubstr;

ServerRequest said(std::string query) {
  return {.method = "POST", .path = "/api/v1/policies/shop/web/orders", .query = std::move(query)};
}

TEST(OrderRequest, IsReadWithAllThatItSays) {
  const auto read = read_order_request(said("kind=Scale&replicas=12&for=2h&who=ann%40host&why=the+sale"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->workload, "shop/web");
  EXPECT_EQ(read->order.kind, OrderKind::scale);
  EXPECT_EQ(read->order.replicas, 12);
  EXPECT_EQ(read->lasts, std::chrono::hours{2});
  EXPECT_EQ(read->order.who, "ann@host");
  EXPECT_EQ(read->order.why, "the sale");
  const auto freeze = read_order_request(said("kind=Freeze&direction=ScaleDown"));
  ASSERT_TRUE(freeze);
  EXPECT_EQ(freeze->order.direction, Freeze::scale_down);
  EXPECT_EQ(freeze->lasts, Duration{}) << "without an end";
}

TEST(OrderRequest, IsRefusedWithTheParameterAndWhatItMayBe) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "kind: is missing"},
      {"kind=Fly", "kind: \"Fly\" is none of Pause, Freeze, Scale, Restart"},
      {"kind=Scale&for=2h", "replicas: \"\" is no number"},
      {"kind=Scale&replicas=-1&for=2h", "replicas: \"-1\" is no number"},
      {"kind=Scale&replicas=3x&for=2h", "replicas: \"3x\""},
      {"kind=Scale&replicas=99999999999&for=2h", "replicas: \"99999999999\""},
      {"kind=Scale&replicas=3", "for: is missing"},
      {"kind=Pause&for=0s", "for: 0s is not between"},
      {"kind=Pause&for=1y", "for: 1y is not between"},
      {"kind=Pause&for=soon", "for: "},
      {"kind=Freeze&direction=Left", "direction: \"Left\" is none of ScaleDown, ScaleUp, All"},
      {"kind=Pause&why=" + std::string(201, 'a'), "why: 201 bytes are more than 200"},
      {"kind=Pause&who=a%0ab", "who: holds a control character"},
  };
  for (const auto& [query, says] : cases) {
    const auto read = read_order_request(said(query));
    ASSERT_FALSE(read) << query;
    EXPECT_THAT(read.error().message, HasSubstr(says)) << query;
  }
}

TEST(OrderRequest, SaysWhoTakesItBackAndWhy) {
  const auto saying = read_saying(said("who=ann%40host&why=it+is+over"));
  ASSERT_TRUE(saying);
  EXPECT_EQ(saying->who, "ann@host");
  EXPECT_EQ(saying->why, "it is over");
  EXPECT_THAT(read_saying(said("why=a%1bb")).error().message, HasSubstr("why: holds a control character"));
}

TEST(OrderRequest, OfAStrangePathIsOfNoPolicy) {
  for (const char* path : {"/api/v1/policies/orders", "/api/v1/policies//orders", "/api/v1/policies/", "/orders", ""})
    EXPECT_EQ(workload_of_path(path), "") << path;
  EXPECT_EQ(workload_of_path("/api/v1/policies/shop/web/orders"), "shop/web");
}

TEST(OrderRequest, MustFitThePolicy) {
  Workload workload{.name = "shop/web", .target_kind = "process", .min_replicas = 2, .max_replicas = 8};
  EXPECT_TRUE(check_order({.kind = OrderKind::scale, .replicas = 8}, workload));
  EXPECT_THAT(check_order({.kind = OrderKind::scale, .replicas = 9}, workload).error().message,
              HasSubstr("9 replicas are not between minReplicas 2 and maxReplicas 8"));
  EXPECT_FALSE(check_order({.kind = OrderKind::scale, .replicas = 1}, workload));
  workload.mode = Mode::dry_run;
  EXPECT_THAT(check_order({.kind = OrderKind::restart}, workload).error().message, HasSubstr("DryRun"));
  EXPECT_TRUE(check_order({.kind = OrderKind::pause}, workload));
  workload.target_kind.clear();
  EXPECT_FALSE(check_order({.kind = OrderKind::pause}, workload)) << "a Monitor";
}

TEST(OrderRequest, NeedsTheTokenAndNoPageOfAnotherOrigin) {
  const auto with = [](std::vector<std::pair<std::string, std::string>> headers) {
    return ServerRequest{.headers = std::move(headers)};
  };
  EXPECT_TRUE(may_change(with({{"authorization", "Bearer secret"}}), "secret"));
  EXPECT_TRUE(may_change(
      with({{"host", "localhost:9"}, {"origin", "http://localhost:9"}, {"authorization", "Bearer secret"}}), "secret"));
  for (const auto& headers : std::vector<std::vector<std::pair<std::string, std::string>>>{
           {},
           {{"authorization", "Bearer secre"}},
           {{"authorization", "Bearer secrets"}},
           {{"authorization", "secret"}},
           {{"authorization", "Basic secret"}},
           {{"host", "localhost:9"}, {"origin", "http://evil.example"}, {"authorization", "Bearer secret"}},
           {{"host", "localhost:9"}, {"origin", "null"}, {"authorization", "Bearer secret"}}}) {
    const auto allowed = may_change(with(headers), "secret");
    ASSERT_FALSE(allowed);
    EXPECT_EQ(allowed.error().code, Errc::denied);
    EXPECT_EQ(allowed.error().message.find("secre"), std::string::npos);
  }
}

}  // namespace
}  // namespace ballast
