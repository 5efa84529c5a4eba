// Receivers that fail: when they are asked again, and when another one is.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/policies/alerting_desk.h"

namespace ballast {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of these stories

/// Goes to the next attempt and lets it end so. Who was asked, and when.
std::pair<std::string, int> next_fails(Desk& desk, const Delivery& delivery) {
  if (desk.next() > ballast::seconds(desk.now - story::kStart)) desk.at(static_cast<int>(std::ceil(desk.next())));
  const Attempt attempt = desk.one();
  desk.settle(attempt, delivery);
  return {attempt.receiver, static_cast<int>(ballast::seconds(desk.now - story::kStart))};
}

TEST(Retry, DoublesThePauseUpToFiveMinutesLessAFifth) {
  Desk desk;
  desk.open("web");
  desk.at(30);
  double before = 30;
  for (const double longest : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}) {
    desk.now = story::kStart + from_seconds(before);
    desk.settle(desk.one(), failed(Errc::unavailable));
    const double pause = desk.next() - before;
    EXPECT_LE(pause, longest);
    EXPECT_GE(pause, 0.8 * longest - 1e-6);
    before = desk.next();
  }
}

TEST(Retry, SaysTheSameUnderTheSameKeyUntilItIsTaken) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  const Attempt first = desk.one();
  desk.settle(first, failed(Errc::outcome_unknown));
  desk.end(web);
  desk.open("api");
  desk.at(32);
  const Attempt second = desk.one();
  EXPECT_EQ(second.notification, first.notification);
  desk.settle(second);
  desk.at(330);
  const Attempt third = desk.one();
  EXPECT_EQ(text(third.notification), "api+ web-");
  EXPECT_NE(third.notification.key, first.notification.key);
}

TEST(Retry, SaysTheSameUnderTheSameKeyThoughAnAlertFiresAnew) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.end(web);
  desk.at(30);
  const Attempt first = desk.one();
  EXPECT_EQ(text(first.notification), "web-");
  desk.at(31);
  open_episode(desk.book, desk.routing, web, alert("MaxedOut", "web", story::at(0)), desk.now);
  desk.routing.external_url = "http://elsewhere";
  desk.settle(first, failed(Errc::outcome_unknown));
  desk.at(33);
  const Attempt second = desk.one();
  EXPECT_EQ(second.notification, first.notification);
  desk.settle(second, failed(Errc::outcome_unknown));
  desk.end(web);
  desk.at(36);
  const Attempt third = desk.one();
  EXPECT_EQ(third.notification, first.notification) << "not with the new end either";
  desk.settle(third);
}

TEST(Retry, TellsThatItFiresAnewAfterWhatWasUnderWay) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.end(web);
  desk.at(30);
  const Attempt first = desk.one();
  open_episode(desk.book, desk.routing, web, alert("MaxedOut", "web", story::at(0)), desk.now);
  desk.settle(first, failed(Errc::outcome_unknown));
  desk.at(32);
  EXPECT_EQ(desk.told(), Texts{"web-"});
  desk.at(330);
  EXPECT_EQ(desk.told(), Texts{"web+"});
}

TEST(Retry, DoesNotTellTwiceWhatAReceiverTakesAfterALongOutage) {
  Desk desk;
  desk.open("web");
  desk.at(30);
  desk.settle(desk.one(), failed(Errc::unavailable));
  const int back = 5 * 3600;  // longer than the repeat interval
  desk.at(back);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  EXPECT_EQ(desk.told(), Texts{});
  EXPECT_EQ(desk.next(), back + 4 * 3600);
}

TEST(Retry, TellsAtOnceWhatChangedDuringAnOutage) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  desk.settle(desk.one(), failed(Errc::unavailable));
  desk.at(100);
  desk.end(web);
  desk.at(1000);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  EXPECT_EQ(desk.told(), Texts{"web-"});
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Retry, S67_LeavesAReceiverAloneForAsLongAsItAsks) {
  Desk desk;
  desk.open("web");
  desk.at(30);
  desk.settle(desk.one(), failed(Errc::rate_limited, std::chrono::seconds{600}));
  EXPECT_EQ(desk.next(), 630);
  desk.at(630);
  desk.settle(desk.one(), failed(Errc::rate_limited, std::chrono::seconds{-5}));
  EXPECT_GE(desk.next(), 630.8);
}

TEST(Retry, AsksAgainAfterAnHourWhoAsksForYears) {
  for (const Duration asked : {Duration{hours{24 * 3650}}, Duration::max()}) {
    Desk desk;
    desk.open("web");
    desk.at(30);
    desk.settle(desk.one(), failed(Errc::rate_limited, asked));
    EXPECT_EQ(desk.next(), 3630);
  }
}

TEST(Retry, AsksWhoRefusesAgainAfterTheLongestPause) {
  for (const Errc code : {Errc::invalid, Errc::denied, Errc::not_found}) {
    Desk desk;
    desk.open("web");
    desk.at(30);
    desk.settle(desk.one(), failed(code));
    EXPECT_EQ(desk.next(), 330) << to_string(code);
  }
}

TEST(Fallback, IsAskedAtOnceForWhatTheReceiverRefuses) {
  Desk desk = with_fallback();
  EXPECT_EQ(next_fails(desk, failed(Errc::denied)), std::pair(std::string("team"), 30));
  const Attempt other = desk.one();
  EXPECT_EQ(other.receiver, "boss");
  EXPECT_EQ(other.notification.receiver, "boss");
  EXPECT_EQ(other.group.receiver, "team");
  desk.settle(other);
  EXPECT_EQ(desk.next(), 30 + 4 * 3600);
  desk.at(30 + 4 * 3600);
  EXPECT_EQ(desk.one().receiver, "team") << "each notification begins with its own";
}

TEST(Fallback, IsAskedOnceTheReceiverFailedForFiveMinutesThenByTurns) {
  Desk desk = with_fallback();
  std::vector<std::string> asked;
  int first_of_boss = 0;
  for (int i = 0; i < 16; ++i) {
    const auto [who, when] = next_fails(desk, failed(Errc::unavailable));
    if (who == "boss" && first_of_boss == 0) first_of_boss = when;
    if (first_of_boss != 0) asked.push_back(who);
  }
  EXPECT_EQ(first_of_boss, 330);
  ASSERT_GE(asked.size(), 4U);
  for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_NE(asked[i], asked[i - 1]);
}

TEST(Fallback, S67_IsAskedAfterFiveMinutesThoughTheReceiverAsksForAnHour) {
  Desk desk = with_fallback();
  next_fails(desk, failed(Errc::rate_limited, hours{1}));
  EXPECT_EQ(desk.next(), 330);
  EXPECT_EQ(next_fails(desk, failed(Errc::unavailable)), std::pair(std::string("boss"), 330));
  const auto [who, when] = next_fails(desk, failed(Errc::unavailable));
  EXPECT_EQ(who, "boss") << "the receiver is still left alone";
  EXPECT_GT(when, 330);
  while (desk.next() < 3630) EXPECT_EQ(next_fails(desk, failed(Errc::unavailable)).first, "boss");
  EXPECT_EQ(next_fails(desk, {}).first, "team");
}

TEST(Fallback, IsLeftAloneForAsLongAsItAsks) {
  Desk desk = with_fallback();
  next_fails(desk, failed(Errc::denied));
  EXPECT_EQ(next_fails(desk, failed(Errc::rate_limited, hours{1})), std::pair(std::string("boss"), 30));
  int asked_again = 0;
  while (asked_again == 0) {
    const auto [who, when] = next_fails(desk, failed(Errc::denied));
    if (who == "boss") asked_again = when;
  }
  EXPECT_GE(asked_again, 3630);
}

TEST(Fallback, IsAskedAgainByItselfWhileItMayStillComeBack) {
  Desk desk = with_fallback();
  next_fails(desk, failed(Errc::invalid));
  EXPECT_EQ(next_fails(desk, failed(Errc::unavailable)), std::pair(std::string("boss"), 30));
  const auto [who, when] = next_fails(desk, failed(Errc::unavailable));
  EXPECT_EQ(who, "boss");
  EXPECT_LE(when, 32);
}

TEST(Fallback, NeverMakesTwoThatRefuseABusyLoop) {
  Desk desk = with_fallback();
  int attempts = 0;
  for (; desk.now < story::at(3600); ++attempts) next_fails(desk, failed(Errc::denied));
  EXPECT_LT(attempts, 50);
  EXPECT_GT(attempts, 20);
}

TEST(Fallback, ThatIsTakenAwayLeavesTheReceiver) {
  Desk desk = with_fallback();
  next_fails(desk, failed(Errc::denied));
  desk.routing.receivers["team"].fallback.clear();
  desk.place();
  EXPECT_EQ(next_fails(desk, failed(Errc::rate_limited, std::chrono::seconds{900})),
            std::pair(std::string("team"), 30));
  EXPECT_EQ(desk.next(), 930);
}

}  // namespace
}  // namespace ballast
