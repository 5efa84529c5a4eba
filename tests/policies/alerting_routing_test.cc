// What stands while people change the routing, after a restart, and when there is more than there is room for.
#include <gtest/gtest.h>

#include "tests/policies/alerting_desk.h"

namespace ballast {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of these stories

TEST(Routing, TellsOtherReceiversAnewAndForgetsThoseThatAreGone) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  desk.end(web);
  desk.routing.root.receivers = {"boss"};
  desk.place();
  ASSERT_EQ(desk.book.groups.size(), 1U);
  desk.at(60);
  const Attempt attempt = desk.one();
  EXPECT_EQ(attempt.receiver, "boss");
  EXPECT_EQ(text(attempt.notification), "web-");
  desk.settle(attempt);
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Routing, TellsAnotherGroupingAnew) {
  Desk desk;
  desk.open("web", "MaxedOut");
  desk.open("web", "ScaleFailed");
  desk.at(30);
  EXPECT_EQ(desk.told().size(), 2U);
  desk.routing.root.group_by = {"policy"};
  desk.place();
  EXPECT_EQ(desk.book.groups.size(), 1U);
  desk.at(60);
  EXPECT_EQ(desk.told(), Texts{"web+ web+"});
}

TEST(Routing, ThatIsPlacedAgainChangesNothing) {
  Desk desk;
  desk.open("web");
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  const AlertBook before = desk.book;
  desk.at(40);
  desk.place();
  EXPECT_EQ(desk.book, before);
}

TEST(Routing, ThatDropsAReceiverInFlightLeavesNothingBehind) {
  for (const bool taken : {true, false}) {
    Desk desk;
    const EpisodeKey web = desk.open("web");
    desk.at(30);
    const Attempt attempt = desk.one();
    desk.routing.root.receivers = {"boss"};
    desk.place();
    desk.end(web);
    desk.at(60);
    EXPECT_EQ(desk.told(), Texts{"web-"});
    ASSERT_EQ(desk.book.groups.size(), 1U) << "that of the attempt";
    desk.settle(attempt, taken ? Delivery{} : failed(Errc::unavailable));
    EXPECT_EQ(desk.book, AlertBook{});
    EXPECT_EQ(desk.changes.groups, std::vector{attempt.group}) << "its row goes";
  }
}

TEST(Routing, ThatGoesToAndFroInFlightDoesNotMistakeAnAttemptForAnother) {
  Desk desk;
  desk.open("web");
  desk.at(30);
  const Attempt attempt = desk.one();
  desk.routing.root.receivers = {"boss"};
  desk.place();
  desk.routing.root.receivers = {"team"};
  desk.place();
  desk.open("api");
  desk.at(60);
  EXPECT_TRUE(desk.take().empty()) << "one attempt at a time for each group";
  desk.settle(attempt);
  desk.at(330);
  const Attempt next = desk.one();
  EXPECT_EQ(text(next.notification), "web+ api+");
  desk.settle(attempt, failed(Errc::bug));
  EXPECT_FALSE(desk.book.groups.empty());
}

TEST(Routing, SettlesWhatIsNotThere) {
  Desk desk;
  const AlertBook before = desk.book;
  settle(desk.book, desk.routing, {"team", "{}"}, {}, desk.now);
  EXPECT_EQ(desk.book, before);
  desk.open("web");
  desk.settle({.group = desk.book.groups.begin()->first});
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"web+"});
}

TEST(RestartOfAlerting, TriesTheSameAgainAndThenHasNothingToTell) {
  Desk desk;
  desk.open("web");
  desk.at(30);
  const Attempt lost = desk.one();
  desk.at(40);
  desk.restart();
  const Attempt again = desk.one();
  EXPECT_EQ(again.notification, lost.notification);
  desk.settle(again);
  desk.at(3600);
  EXPECT_EQ(desk.told(), Texts{}) << "placing it anew is no news";
  EXPECT_EQ(desk.next(), 40 + 4 * 3600);
}

TEST(RestartOfAlerting, TellsWhatHasARowButNoGroup) {
  Desk desk;
  desk.open("web");
  desk.book.groups.clear();
  desk.at(10);
  desk.restart();
  desk.at(40);
  EXPECT_EQ(desk.told(), Texts{"web+"});
}

TEST(RestartOfAlerting, ForgetsGroupsWithoutEpisodesAndWhatTheyDeliver) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  desk.take();
  desk.book.episodes.clear();
  desk.restart();
  EXPECT_EQ(desk.book, AlertBook{});
  EXPECT_EQ(desk.changes.groups.size(), 1U);

  desk.open("web");
  desk.at(60);
  desk.settle(desk.one(), failed(Errc::timeout));
  desk.open("api");
  desk.book.episodes.erase(desk.book.episodes.find({"web", web.alert, story::at(30)}));
  desk.restart();
  desk.at(90);
  EXPECT_EQ(desk.told(), Texts{}) << "nothing of what was tried is left to tell";
  EXPECT_EQ(desk.told(), Texts{"api+"});
  EXPECT_EQ(desk.book.groups.begin()->second.told.size(), 1U);
  EXPECT_EQ(desk.book.groups.begin()->second.told.begin()->second, Told::firing);
}

TEST(RestartOfAlerting, TellsOnlyTheReceiverThatWasNotTold) {
  Desk desk;
  desk.routing.root.receivers = {"team", "boss"};
  const EpisodeKey web = desk.open("web");
  desk.end(web);
  desk.at(30);
  for (const Attempt& attempt : desk.take())
    if (attempt.receiver == "team") desk.settle(attempt);
  desk.restart();
  EXPECT_EQ(desk.one().receiver, "boss");
}

TEST(Room, IsMadeByThoseThatAreOverAndNeverByWhatFires) {
  Desk desk;
  std::vector<EpisodeKey> all;
  for (std::size_t i = 0; i < kMaxEpisodes; ++i) all.push_back(desk.open(std::to_string(i)));
  desk.end(all[7]);
  const EpisodeKey late = desk.open("late");
  EXPECT_TRUE(desk.book.episodes.contains(late));
  EXPECT_FALSE(desk.book.episodes.contains(all[7]));
  EXPECT_EQ(desk.book.dropped, 1U);
  const EpisodeKey later = desk.open("later");
  EXPECT_EQ(desk.book.dropped, 1U);
  EXPECT_EQ(desk.book.episodes.size(), kMaxEpisodes + 1);
  desk.at(30);
  const Attempt attempt = desk.one();
  EXPECT_EQ(attempt.notification.alerts.size(), kMaxEpisodes + 1) << "who fires is told, however many there are";
  desk.settle(attempt);
  desk.end(later);
  desk.at(330);
  EXPECT_EQ(desk.one().notification.alerts.back().labels.at("policy"), "later");
}

TEST(Room, IsLeftToTenThousandThatAreOverWhileNobodyCanBeTold) {
  Desk desk;
  std::vector<EpisodeKey> all;
  for (std::size_t i = 0; i < 10'000; ++i) {
    all.push_back(desk.open(std::to_string(i)));
    desk.end(all.back());
  }
  desk.open("late");
  EXPECT_EQ(desk.book.dropped, 0U);
  EXPECT_EQ(desk.book.episodes.size(), 10'001U);
}

TEST(Room, IsMadeInFlightWithoutLeavingAGroup) {
  Desk desk;
  const EpisodeKey web = desk.open("web", "Web");
  desk.end(web);
  desk.at(30);
  const Attempt attempt = desk.one();
  for (std::size_t i = 0; i < kMaxEpisodes; ++i) desk.open(std::to_string(i));
  EXPECT_FALSE(desk.book.episodes.contains(web));
  EXPECT_EQ(desk.book.groups.size(), 2U);
  desk.settle(attempt);
  EXPECT_EQ(desk.book.groups.size(), 1U);
}

TEST(Changes, NameEachRowOnceHoweverManyEpisodesAGroupHas) {
  Desk desk;
  std::vector<EpisodeKey> all;
  std::size_t group_rows = 0;
  for (std::size_t i = 0; i < kMaxEpisodes; ++i) {
    all.push_back(desk.open(std::to_string(i)));
    group_rows += desk.changes.groups.size();
  }
  EXPECT_EQ(group_rows, 1U) << "a row as long as the group, written for each in it, would be quadratic";
  for (const EpisodeKey& key : all) {
    desk.end(key);
    group_rows += desk.changes.groups.size();
  }
  EXPECT_EQ(group_rows, 1U);
  desk.at(30);
  const Attempt attempt = desk.one();
  EXPECT_EQ(attempt.notification.alerts.size(), kMaxEpisodes);
  desk.settle(attempt);
  EXPECT_EQ(desk.changes.episodes.size(), kMaxEpisodes);
  EXPECT_EQ(desk.changes.groups.size(), 1U);
  EXPECT_EQ(desk.book, AlertBook{});
}

}  // namespace
}  // namespace ballast
