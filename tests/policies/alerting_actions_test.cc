// What rules do when they fire: once for each firing, tried until it is done, and not longer than it is wanted.
#include <gmock/gmock.h>

#include "policies/alerting/actions.h"

namespace ballast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr TimePoint kNow{1'000'000s};
const EpisodeKey kEpisode{"shop/monitor:jobs", 7, TimePoint{500s}};
const ActionRules kRules{{7, {{"0:restart", true}, {"1:webhook", false}}}};
const ActionKey kRestart{kEpisode, "0:restart"};
const ActionKey kWebhook{kEpisode, "1:webhook"};
const Delivery kFailed{.failure = Error{Errc::unavailable, "not now"}};

using Episodes = std::map<EpisodeKey, Alert>;
Alert alert(bool over = false) {
  Alert alert{.labels = {{"alertname", "Stuck"}}};
  if (over) alert.ends_at = WallTime{9s};
  return alert;
}
Episodes firing() { return {{kEpisode, alert()}}; }
Episodes over() { return {{kEpisode, alert(true)}}; }
ActionBook wanted() {
  ActionBook book;
  want_actions(book, kRules, firing(), kNow);
  return book;
}

TEST(Actions, AreWantedOnceByAnAlertThatFires) {
  ActionBook book;
  EXPECT_THAT(want_actions(book, kRules, over(), kNow), IsEmpty());
  EXPECT_THAT(want_actions(book, {}, firing(), kNow), IsEmpty());
  EXPECT_THAT(want_actions(book, kRules, firing(), kNow), ElementsAre(kRestart, kWebhook));
  EXPECT_THAT(want_actions(book, kRules, firing(), kNow + 1h), IsEmpty());
  EXPECT_THAT(due_actions(book, kNow, 8), ElementsAre(kRestart, kWebhook));
  EXPECT_EQ(next_action(book), kNow);
}

TEST(Actions, AreNotDoneAgainWhileTheirAlertFires) {
  ActionBook book = wanted();
  EXPECT_TRUE(settle_action(book, kRestart, {}, kNow));
  EXPECT_TRUE(settle_action(book, kWebhook, {}, kNow));
  EXPECT_THAT(want_actions(book, kRules, firing(), kNow + 24h), IsEmpty());
  EXPECT_THAT(due_actions(book, kNow + 24h, 8), IsEmpty());
  EXPECT_EQ(next_action(book), std::nullopt);
  want_actions(book, {}, firing(), kNow);
  EXPECT_THAT(want_actions(book, kRules, firing(), kNow), IsEmpty()) << "a document went and came back";
  EXPECT_THAT(want_actions(book, kRules, over(), kNow), SizeIs(2));
  EXPECT_THAT(book, IsEmpty());
}

TEST(Actions, AreDoneAgainWhenItFiresAgain) {
  ActionBook book = wanted();
  settle_action(book, kWebhook, {}, kNow);
  Episodes episodes = over();
  const EpisodeKey again{kEpisode.workload, kEpisode.alert, kEpisode.started + 1h};
  episodes.emplace(again, alert());
  want_actions(book, kRules, episodes, kNow + 1h);
  EXPECT_THAT(due_actions(book, kNow + 1h, 8),
              ElementsAre(ActionKey{again, "0:restart"}, ActionKey{again, "1:webhook"}));
  EXPECT_NE(key_of({again, "1:webhook"}), key_of(kWebhook));
  EXPECT_NE(key_of(kRestart), key_of(kWebhook));
}

TEST(Actions, ThatAreOnlyForAFiringAlertGoWithItAndTheOthersAreStillDone) {
  ActionBook book = wanted();
  EXPECT_THAT(want_actions(book, kRules, over(), kNow), ElementsAre(kRestart));
  EXPECT_THAT(due_actions(book, kNow, 8), ElementsAre(kWebhook));
  EXPECT_THAT(want_actions(book, kRules, {}, kNow), IsEmpty()) << "the alert is forgotten already";
  settle_action(book, kWebhook, {}, kNow);
  want_actions(book, kRules, {}, kNow);
  EXPECT_THAT(book, IsEmpty());
}

TEST(Actions, OfAnAlertOfTheLastRunWaitUntilItIsKnownToFireStill) {
  ActionBook book = wanted();
  hold_back(book, kRules, kEpisode.started, kNow + 1min);
  EXPECT_THAT(due_actions(book, kNow, 8), ElementsAre(kRestart, kWebhook)) << "it began in this run";
  hold_back(book, kRules, kNow, kNow + 1min);
  EXPECT_THAT(due_actions(book, kNow, 8), ElementsAre(kWebhook));
  EXPECT_THAT(due_actions(book, kNow + 1min, 8), SizeIs(2));
}

TEST(Actions, ThatNoRuleHasAnyMoreAreNotDone) {
  ActionBook book = wanted();
  EXPECT_THAT(want_actions(book, {{7, {{"1:webhook", false}}}}, firing(), kNow), ElementsAre(kRestart));
  EXPECT_THAT(due_actions(book, kNow, 8), ElementsAre(kWebhook));
}

TEST(Actions, InFlightWaitForTheirOutcomeWhateverComes) {
  ActionBook book = wanted();
  book.at(kRestart).in_flight = true;
  EXPECT_THAT(due_actions(book, kNow, 8), ElementsAre(kWebhook));
  EXPECT_THAT(due_actions(book, kNow, 1), IsEmpty()) << "one is in flight";
  want_actions(book, {}, {}, kNow);
  ASSERT_TRUE(book.contains(kRestart));
  EXPECT_TRUE(settle_action(book, kRestart, kFailed, kNow));
  want_actions(book, {}, {}, kNow);
  EXPECT_FALSE(book.contains(kRestart));
  EXPECT_TRUE(settle_action(book, kRestart, kFailed, kNow)) << "nobody knows it any more";
}

TEST(Actions, AreTriedAgainEverMoreRarelyAndGivenUpAfterADay) {
  ActionBook book = wanted();
  TimePoint now = kNow;
  int tries = 0;
  while (settle_action(book, kWebhook, kFailed, now)) {
    ++tries;
    const TimePoint next = book.at(kWebhook).batch.next_try;
    EXPECT_GT(next, now);
    EXPECT_LE(next, now + kPatienceWithReceiver);
    EXPECT_THAT(due_actions(book, next - std::chrono::microseconds{1}, 8), ElementsAre(kRestart));
    EXPECT_EQ(book.at(kWebhook).batch.key, key_of(kWebhook)) << "each try is one of the same";
    now = next;
  }
  EXPECT_GE(now, kNow + kPatienceWithAction);
  EXPECT_GT(tries, 288);
  EXPECT_THAT(due_actions(book, now + 1h, 8), ElementsAre(kRestart));
  EXPECT_THAT(want_actions(book, kRules, firing(), now), IsEmpty()) << "for this firing it is over";
}

TEST(Actions, AreTriedWhenWhoeverDoesThemAllowsIt) {
  ActionBook book = wanted();
  settle_action(book, kRestart, {.failure = Error{Errc::rate_limited, "later"}, .retry_after = 50min}, kNow);
  EXPECT_EQ(book.at(kRestart).batch.next_try, kNow + 50min);
}

TEST(Actions, AreBounded) {
  ActionBook book;
  Episodes episodes;
  for (int i = 0; i < 6000; ++i)
    episodes.emplace(EpisodeKey{"shop/monitor:jobs", 7, TimePoint{std::chrono::seconds{i}}}, alert());
  want_actions(book, kRules, episodes, kNow);
  EXPECT_EQ(book.size(), kMaxActions);
  EXPECT_THAT(due_actions(book, kNow, 8), SizeIs(8));
}

TEST(Actions, AreToldOfTheAlertAsItBegan) {
  ActionBook book = wanted();
  const Notification told = notification_of(kWebhook, book.at(kWebhook));
  EXPECT_EQ(told.receiver, "shop/monitor:jobs 1:webhook");
  EXPECT_EQ(told.key, key_of(kWebhook));
  ASSERT_THAT(told.alerts, SizeIs(1));
  EXPECT_EQ(told.alerts[0].labels.at("alertname"), "Stuck");
  EXPECT_TRUE(told.firing());
}

}  // namespace
}  // namespace ballast
