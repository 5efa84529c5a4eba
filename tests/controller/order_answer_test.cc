// What a person is told of a word to the daemon: that it is done, or what holds it.
#include "controller/cli/order_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace ballast {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Order kScale{.kind = OrderKind::scale, .replicas = 4, .who = "ann@host"};
const Order kPause{
    .kind = OrderKind::pause, .until = TimePoint{std::chrono::hours{1}}, .who = "bob@host", .why = "we look at it"};

Order freeze(Freeze direction) { return {.kind = OrderKind::freeze, .direction = direction, .who = "cyd@host"}; }
Orders with(std::vector<Order> given, bool paused = false) { return {.paused = paused, .given = std::move(given)}; }

TEST(HeldBy, IsWhatBeatsAnOrder) {
  EXPECT_THAT(held_by(kScale, with({kScale}), 2), IsEmpty());
  EXPECT_THAT(held_by(kScale, with({kPause, kScale}, true), 2), ElementsAre("Annotation", "Pause"));
  EXPECT_THAT(held_by({.kind = OrderKind::restart}, with({kPause}), 2), ElementsAre("Pause"));
  EXPECT_THAT(held_by({.kind = OrderKind::restart}, with({freeze(Freeze::scale_up)}), 2), ElementsAre("Freeze"));
  EXPECT_THAT(held_by(kScale, with({freeze(Freeze::all)}), 2), ElementsAre("Freeze"));
  EXPECT_THAT(held_by(kScale, with({freeze(Freeze::scale_up)}), 2), ElementsAre("Freeze"));
  EXPECT_THAT(held_by(kScale, with({freeze(Freeze::scale_up)}), 9), IsEmpty()) << "it takes some away";
  EXPECT_THAT(held_by(kScale, with({freeze(Freeze::scale_down)}), 9), ElementsAre("Freeze"));
  EXPECT_THAT(held_by(kPause, with({kPause}, true), 2), IsEmpty()) << "that is what it asks for";
  EXPECT_THAT(pauses(with({kScale}, true)), ElementsAre("Annotation"));
  EXPECT_THAT(pauses(with({freeze(Freeze::all)})), IsEmpty());
}

TEST(OrderAnswer, SaysWhatIsInForceAndWhatHoldsIt) {
  const ServerResponse answer = order_answer("shop/web", {kPause, kScale}, {"Pause"});
  EXPECT_EQ(answer.status, 200);
  const auto read = nlohmann::json::parse(answer.body);
  EXPECT_EQ(read["policy"], "shop/web");
  EXPECT_EQ(read["heldBy"], nlohmann::json::array({"Pause"}));
  EXPECT_EQ(read["orders"][0]["until"], "1970-01-01T01:00:00.000Z");
  EXPECT_EQ(read["orders"][1]["until"], nullptr);
  EXPECT_EQ(read["orders"][1]["who"], "ann@host");
  EXPECT_EQ(nlohmann::json::parse(order_answer("shop/web", {}, {}).body)["heldBy"], nlohmann::json::array());
}

TEST(OrderAnswer, IsALineForAPersonWithWhoHoldsItAndHowThatEnds) {
  const SayOptions scale{.name = "shop/web", .kind = "Scale", .done = "scaled"};
  const auto text = [](const SayOptions& said, const std::vector<std::string>& held) {
    return order_text(said, order_answer("shop/web", {freeze(Freeze::all), kPause, kScale}, held).body);
  };
  EXPECT_EQ(text(scale, {}), "shop/web: scaled\n");
  EXPECT_EQ(text(scale, {"Pause"}),
            "shop/web: ordered, but nothing of it is done while it is paused by bob@host until "
            "1970-01-01T01:00:00.000Z (we look at it); `ballast resume shop/web` ends that, and takes back all that is "
            "ordered\n");
  EXPECT_EQ(text(scale, {"Annotation", "Freeze"}),
            "shop/web: ordered, but nothing of it is done while its document pauses it; take the annotation "
            "ballast.run/paused away to end that\n"
            "shop/web: ordered, but nothing of it is done while it is frozen by cyd@host; `ballast resume shop/web` "
            "ends that, and takes back all that is ordered\n");
  const SayOptions resume{.name = "shop/web", .take_back = true, .done = "steers again"};
  EXPECT_EQ(text(resume, {}), "shop/web: steers again\n");
  EXPECT_EQ(text(resume, {"Annotation"}),
            "shop/web: what was ordered is taken back, but nothing is done while its document pauses it; take the "
            "annotation ballast.run/paused away to end that\n");
}

TEST(OrderAnswer, OfAnotherDaemonIsTakenAsItIs) {
  const SayOptions scale{.name = "web", .kind = "Scale", .done = "scaled"};
  for (const char* answer : {"", "{", "[]", R"({"policy":"x"})", R"({"heldBy":"Pause"})", R"({"heldBy":[7]})"})
    EXPECT_EQ(order_text(scale, answer), "default/web: scaled\n") << answer;
  EXPECT_THAT(order_text(scale, R"({"heldBy":["Pause"],"orders":[3,{"kind":"Pause","who":7}]})"),
              testing::HasSubstr("while it is paused; `ballast resume"));
}

TEST(OrderRefusal, HasAStatusThatSaysWhatToDo) {
  EXPECT_EQ(order_refusal({Errc::denied, "no"}).status, 403);
  EXPECT_EQ(order_refusal({Errc::not_found, "no"}).status, 404);
  EXPECT_EQ(order_refusal({Errc::unavailable, "not yet"}).status, 503);
  EXPECT_EQ(order_refusal({Errc::invalid, "no"}).status, 400);
  EXPECT_EQ(order_refusal({Errc::unavailable, "not yet"}).body, "not yet\n");
}

}  // namespace
}  // namespace ballast
