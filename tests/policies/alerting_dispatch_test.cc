// Who is told what and when: groups, their times, and what is told of an alert that begins and ends at any moment.
#include <gtest/gtest.h>

#include "policies/alerting/dispatch.h"
#include "tests/policies/alerting_desk.h"

namespace ballast {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of these stories

TEST(Dispatch, WaitsForTheGroupAndTellsItTogether) {
  Desk desk;
  desk.open("web");
  desk.at(20);
  desk.open("api");
  EXPECT_EQ(desk.next(), 30);
  desk.at(29);
  EXPECT_TRUE(desk.take().empty());
  desk.at(30);
  const Attempt attempt = desk.one();
  EXPECT_EQ(attempt.receiver, "team");
  EXPECT_EQ(attempt.notification.group_key, "{}:{alertname=\"MaxedOut\"}");
  EXPECT_EQ(attempt.notification.group_labels, (LabelSet{{"alertname", "MaxedOut"}}));
  EXPECT_EQ(text(attempt.notification), "web+ api+") << "by begin";
  EXPECT_EQ(attempt.notification.repeat, hours{4});
  EXPECT_TRUE(desk.take().empty()) << "it is in flight";
  EXPECT_EQ(desk.next(), -1);
}

TEST(Dispatch, TellsOtherGroupsApart) {
  Desk desk;
  desk.open("web", "MaxedOut");
  desk.open("web", "ScaleFailed");
  desk.at(30);
  EXPECT_EQ(desk.take().size(), 2U);
}

TEST(Dispatch, TellsWhatChangedNoSoonerThanTheIntervalAfterTheLast) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  desk.at(40);
  desk.open("api");
  desk.at(50);
  desk.end(web);
  EXPECT_EQ(desk.next(), 330);
  desk.at(330);
  EXPECT_EQ(desk.told(), Texts{"api+ web-"}) << "firing ones first";
  EXPECT_EQ(desk.book.episodes.size(), 1U) << "what all were told to its end is forgotten";
}

TEST(Dispatch, RepeatsWhatFiresAfterTheRepeatInterval) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  const Attempt first = desk.one();
  desk.at(32);
  desk.settle(first);
  EXPECT_EQ(desk.next(), 32 + 4 * 3600);
  desk.at(32 + 4 * 3600);
  const Attempt again = desk.one();
  EXPECT_EQ(text(again.notification), "web+");
  EXPECT_NE(again.notification.key, first.notification.key);
  desk.settle(again);
  desk.end(web);
  EXPECT_EQ(desk.next(), 32 + 4 * 3600 + 300);
}

TEST(Dispatch, TellsWhatWasOverBeforeAnybodyCouldBeTold) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(3);
  desk.end(web);
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"web-"});
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Dispatch, TellsTheEndOfWhatEndedInFlight) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  const Attempt attempt = desk.one();
  EXPECT_EQ(text(attempt.notification), "web+");
  desk.at(31);
  desk.end(web);
  desk.at(35);
  desk.settle(attempt);
  EXPECT_EQ(desk.next(), 330) << "from when it was begun, as Alertmanager's ticks";
  desk.at(330);
  EXPECT_EQ(desk.told(), Texts{"web-"});
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Dispatch, OpensOnceAndEndsOnce) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  open_episode(desk.book, desk.routing, web, alert("MaxedOut", "web", desk.now), desk.now);
  EXPECT_EQ(desk.book.episodes.size(), 1U);
  desk.at(5);
  desk.end(web);
  const auto ended = desk.book.episodes.at(web).ends_at;
  desk.at(6);
  desk.end(web);
  EXPECT_EQ(desk.book.episodes.at(web).ends_at, ended);
  desk.end({"other", 1, desk.now});
  EXPECT_EQ(desk.book.episodes.size(), 1U);
}

TEST(Dispatch, S69_NeverEndsAnAlertBeforeItsBegin) {
  Desk desk;
  const EpisodeKey web = desk.open("web");
  end_episode(desk.book, desk.routing, web, wall(desk.now) - hours{1}, desk.now);
  EXPECT_EQ(desk.book.episodes.at(web).ends_at, wall(desk.now));
}

TEST(Dispatch, TellsOneThatRelaysAtOnceAllTogetherAndEachMinute) {
  Desk desk;
  desk.routing.receivers["team"].relays = true;
  desk.open("web", "MaxedOut");
  desk.open("api", "ScaleFailed");
  EXPECT_EQ(desk.told(), Texts{"api+ web+"});
  EXPECT_EQ(desk.next(), 60);
  desk.at(2);
  desk.open("db");
  EXPECT_EQ(desk.told(), Texts{"api+ web+ db+"});
}

TEST(Dispatch, TellsNobodyTheEndWhereItIsNotWanted) {
  Desk desk;
  desk.routing.receivers["team"].send_resolved = false;
  const EpisodeKey web = desk.open("web");
  const EpisodeKey api = desk.open("api");
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"api+ web+"});
  desk.at(100);
  desk.end(web);
  desk.at(330);
  EXPECT_EQ(desk.told(), Texts{}) << "that one ended is no reason to page for the other again";
  EXPECT_FALSE(desk.book.episodes.contains(web)) << "and nobody waits for it";
  EXPECT_EQ(desk.next(), 30 + 4 * 3600);
  desk.end(api);
  desk.at(660);
  EXPECT_EQ(desk.told(), Texts{});
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Dispatch, ForgetsWhatEndedUnwantedlyWhileAnotherBegins) {
  Desk desk;
  desk.routing.receivers["team"].send_resolved = false;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  desk.end(web);
  desk.open("api");
  desk.at(330);
  EXPECT_EQ(desk.told(), Texts{"api+"});
  EXPECT_EQ(desk.book.episodes.size(), 1U);
}

TEST(Dispatch, KeepsWhatIsBeingDeliveredThoughItEndsUnwantedly) {
  Desk desk;
  desk.routing.receivers["team"].send_resolved = false;
  const EpisodeKey web = desk.open("web");
  desk.at(30);
  desk.settle(desk.one(), failed(Errc::unavailable));
  desk.end(web);
  desk.at(40);
  desk.settle(desk.one(), failed(Errc::unavailable));
  desk.at(50);
  EXPECT_EQ(desk.told(), Texts{"web+"});
  desk.at(330);
  EXPECT_EQ(desk.told(), Texts{});
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Dispatch, ForgetsAtOnceWhatNobodyIsTold) {
  Desk desk;
  desk.routing.root.receivers.clear();
  const EpisodeKey web = desk.open("web");
  const EpisodeKey api = desk.open("api");
  EXPECT_EQ(desk.next(), -1);
  desk.end(web);
  EXPECT_EQ(desk.book.episodes.size(), 1U);
  desk.routing = routing();
  desk.place();
  desk.at(30);
  EXPECT_EQ(desk.told(), Texts{"api+"}) << "what still fires is told once somebody is";
  desk.end(api);
}

TEST(Dispatch, WaitsForTheSlowestOfSeveralReceivers) {
  Desk desk;
  desk.routing.root.receivers = {"team", "boss"};
  const EpisodeKey web = desk.open("web");
  desk.end(web);
  desk.at(30);
  std::vector<Attempt> both = desk.take();
  ASSERT_EQ(both.size(), 2U);
  desk.settle(both[0]);
  desk.settle(both[1], failed(Errc::timeout));
  EXPECT_EQ(desk.book.episodes.size(), 1U);
  desk.at(32);
  const Attempt again = desk.one();
  EXPECT_EQ(again.receiver, both[1].receiver);
  desk.settle(again);
  EXPECT_EQ(desk.book, AlertBook{});
}

TEST(Dispatch, KeepsGroupsApartWhoseLabelsHaveOddBytes) {
  Desk desk;
  desk.routing.root.group_by = {"a", "b"};
  const std::vector<LabelSet> odd{
      {{"a", "1\",b=\"2"}},     {{"a", "1"}, {"b", "2"}},      {{"a", "x\ny"}},
      {{"a", "x\\ny"}},         {{"a", std::string(1, '\0')}}, {{"a", ""}},
      {{"a", "\\"}, {"b", ""}}, {{"a", "\\\\"}, {"b", ""}},    {{"a", "\xff\xfe"}},
  };
  for (std::size_t i = 0; i < odd.size(); ++i)
    open_episode(desk.book, desk.routing, {"w", i, desk.now}, {.labels = odd[i]}, desk.now);
  EXPECT_EQ(desk.book.groups.size(), odd.size());
  desk.at(30);
  for (const Attempt& attempt : desk.take()) EXPECT_EQ(attempt.notification.alerts.size(), 1U);
}

TEST(Dispatch, GroupsByAllLabelsOrByNone) {
  Desk desk;
  desk.routing.root.group_by = {"..."};
  desk.open("web");
  desk.open("api");
  EXPECT_EQ(desk.book.groups.size(), 2U);
  desk.routing.root.group_by = {};
  desk.place();
  ASSERT_EQ(desk.book.groups.size(), 1U);
  EXPECT_EQ(desk.book.groups.begin()->first.group, "{}");
  EXPECT_TRUE(desk.book.groups.begin()->second.labels.empty());
}

}  // namespace
}  // namespace ballast
