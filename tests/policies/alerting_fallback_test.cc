// What a fallback is owed: the end of what it was told, once, in order, and the same again not too often.
#include <gtest/gtest.h>

#include "tests/policies/alerting_desk.h"

namespace ballast {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of these stories

using Words = std::vector<std::pair<std::string, std::string>>;

/// Delivers what is due: who was told what.
Words tell(Desk& desk, bool team_is_well) {
  Words told;
  for (auto next = next_due(desk.book, desk.routing); next && *next <= desk.now;
       next = next_due(desk.book, desk.routing))
    for (const Attempt& attempt : desk.take()) {
      const bool taken = attempt.receiver == "boss" || team_is_well;
      if (taken) told.emplace_back(attempt.receiver, text(attempt.notification));
      desk.settle(attempt, taken ? Delivery{} : failed(Errc::denied));
    }
  return told;
}
TEST(Fallback, IsToldThatItIsOverOnceTheReceiverIsWellAgain) {
  Desk desk = with_fallback();
  desk.open("api");
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+ api+"}}));
  desk.at(100);
  const auto first = desk.book.episodes.begin()->first;
  desk.end(first);
  desk.at(330);
  EXPECT_EQ(tell(desk, true), (Words{{"boss", "api-"}, {"team", "web+ api-"}}));
  EXPECT_EQ(desk.book.episodes.size(), 1U);
  desk.at(4000);
  desk.end(desk.book.episodes.begin()->first);
  EXPECT_EQ(tell(desk, true), (Words{{"boss", "web-"}, {"team", "web-"}}));
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Fallback, IsToldOnceThatItIsOverWhileTheReceiverIsStillAway) {
  Desk desk = with_fallback();
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.at(400);
  desk.end(desk.book.episodes.begin()->first);
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web-"}}));
  desk.at(4000);
  EXPECT_EQ(tell(desk, false), Words{});
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Fallback, IsToldTheEndAfterWhatIsUnderWaySaysThatItFires) {
  Desk desk = with_fallback();
  const EpisodeKey web = desk.book.episodes.begin()->first;
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.open("api");
  desk.at(330);
  const Attempt attempt = desk.one();
  EXPECT_EQ(text(attempt.notification), "web+ api+");
  desk.end(web);
  desk.at(700);
  EXPECT_EQ(tell(desk, false), Words{}) << "boss may have to hear that yet";
  desk.settle(attempt, failed(Errc::denied));
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+ api+"}, {"boss", "web-"}}));
}

TEST(Fallback, IsNotToldTheEndOfAFiringAfterTheBeginOfTheNext) {
  Desk desk = with_fallback();
  const EpisodeKey first = desk.book.episodes.begin()->first;
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.at(100);
  desk.open("api");
  desk.at(330);
  const Attempt attempt = desk.one();  // api, and that web fires
  desk.end(first);
  desk.open("web");
  desk.settle(attempt);
  desk.at(700);
  const std::vector<Attempt> both = desk.take();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(text(both[0].notification), "web-");
  desk.settle(both[1], failed(Errc::denied));
  EXPECT_TRUE(desk.take().empty()) << "boss is told one thing after the other";
  desk.settle(both[0], failed(Errc::unavailable));
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "api+ web+ web-"}}));
  desk.at(1100);
  EXPECT_EQ(tell(desk, false), Words{}) << "it knows";
  EXPECT_EQ(desk.book.episodes.size(), 2U);
}

TEST(Fallback, IsOwedNoEndOnceItHeardOfTheNextFiring) {
  Desk desk = with_fallback();
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.at(400);
  desk.end(desk.book.episodes.begin()->first);
  std::vector<Attempt> both = desk.take();
  ASSERT_EQ(both.size(), 2U);
  desk.settle(both[0], failed(Errc::unavailable));
  desk.settle(both[1]);
  EXPECT_EQ(desk.book.episodes.size(), 1U) << "boss is owed the end";
  desk.open("web");
  desk.at(700);
  both = desk.take();
  ASSERT_EQ(both.size(), 2U);
  desk.settle(both[0], failed(Errc::unavailable));
  desk.settle(both[1], failed(Errc::denied));
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.at(1100);
  EXPECT_EQ(tell(desk, false), Words{});
  EXPECT_EQ(desk.book.episodes.size(), 1U) << "the next one alone";
}

TEST(Fallback, IsNotToldTheEndOfWhatItWasNotToldOrDoesNotWantToHear) {
  for (const bool wanted : {true, false}) {
    Desk desk = with_fallback();
    desk.routing.receivers["boss"].send_resolved = wanted;
    EXPECT_EQ(tell(desk, wanted), (Words{{wanted ? "team" : "boss", "web+"}}));
    desk.at(400);
    desk.end(desk.book.episodes.begin()->first);
    EXPECT_EQ(tell(desk, true), (Words{{"team", "web-"}}));
    EXPECT_EQ(desk.book, AlertBook{});
  }
}

TEST(Fallback, IsNotToldTheEndOfWhatFiresAnewAndIsToldOnceItEnds) {
  Desk desk = with_fallback();
  const EpisodeKey web = desk.book.episodes.begin()->first;
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.at(60);
  desk.end(web);
  desk.at(70);
  open_episode(desk.book, desk.routing, web, alert("MaxedOut", "web", story::at(0)), desk.now);
  desk.at(400);
  EXPECT_EQ(tell(desk, true), (Words{{"team", "web+"}}));
  desk.at(800);
  desk.end(web);
  EXPECT_EQ(tell(desk, true), (Words{{"boss", "web-"}, {"team", "web-"}}));
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Fallback, OfOneThatRelaysIsToldAgainAfterTheRepeatIntervalNotEachMinute) {
  Desk desk = with_fallback();
  desk.routing.receivers["team"].relays = true;
  desk.book = {};
  desk.open("web");
  int told = 0;
  int asked = 0;
  for (int second = 30; second < 30 + 9 * 3600; second += 10) {
    desk.at(second);
    for (const Attempt& attempt : desk.take()) {
      const bool boss = attempt.receiver == "boss";
      if (boss) {
        EXPECT_EQ(attempt.notification.repeat, hours{4});
      }
      ++(boss ? told : asked);
      desk.settle(attempt, boss ? Delivery{} : failed(Errc::denied));
    }
  }
  EXPECT_EQ(told, 3) << "at once, and each four hours";
  EXPECT_GT(asked, 9 * 50) << "it forgets what it is not told again";
  desk.open("api");
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+ api+"}})) << "news is told at once";
}

TEST(Fallback, IsStillOwedTheEndAfterARestart) {
  Desk desk = with_fallback();
  EXPECT_EQ(tell(desk, false), (Words{{"boss", "web+"}}));
  desk.restart();
  desk.at(400);
  desk.end(desk.book.episodes.begin()->first);
  desk.restart();
  EXPECT_EQ(tell(desk, true), (Words{{"boss", "web-"}, {"team", "web-"}}));
  EXPECT_EQ(desk.book, AlertBook{});
}

}  // namespace
}  // namespace ballast
