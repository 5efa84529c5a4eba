// A book that was read late, and what was told meanwhile.
#include <gtest/gtest.h>

#include "policies/alerting/resume.h"
#include "tests/policies/alerting_desk.h"

namespace ballast {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of these stories

TEST(Resumed, BookHasWhatWasKeptAndWhatHappenedSince) {
  Desk before;
  const EpisodeKey web = before.open("web");
  before.at(30);
  EXPECT_EQ(before.told(), Texts{"web+"});
  before.open("old");
  Desk now;
  now.at(100);
  now.open("api");
  now.at(130);
  EXPECT_EQ(now.told(), Texts{"api+"});
  now.book = resumed(before.book, now.book);
  now.place();
  EXPECT_EQ(now.book.episodes.size(), 3U);
  now.end(web);
  now.at(430);
  EXPECT_EQ(now.told(), Texts{"old+ api+ web-"}) << "one group, as ever";
}

TEST(Resumed, BookTellsNothingTwiceAndWhatFiresAnewAgain) {
  Desk before;
  const EpisodeKey web = before.open("web");
  const EpisodeKey api = before.open("api");
  before.at(30);
  EXPECT_EQ(before.told(), Texts{"api+ web+"});
  before.routing.root.receivers = {"team", "boss"};  // who keeps what is over
  before.end(api);
  before.at(330);
  before.told();
  Desk now;
  now.at(400);
  // What the workloads remember fires, with the begin that it had.
  for (const auto& [key, name] : {std::pair{web, "web"}, std::pair{api, "api"}})
    open_episode(now.book, now.routing, key, alert("MaxedOut", name, key.started), now.now);
  now.book = resumed(before.book, now.book);
  now.place();
  now.at(640);
  EXPECT_EQ(now.told(), Texts{"api+ web+"}) << "api was told to be over";
  now.at(1000);
  EXPECT_EQ(now.told(), Texts{});
}

TEST(Resumed, GroupGoesOnWithWhatIsUnderWay) {
  Desk before;
  before.open("web");
  before.at(30);
  before.settle(before.one(), failed(Errc::unavailable));
  Desk now;
  now.at(100);
  now.open("api");
  now.at(130);
  const Attempt attempt = now.one();
  now.book = resumed(before.book, now.book);
  now.place();
  EXPECT_TRUE(now.take().empty()) << "it is in flight";
  now.settle(attempt);
  now.at(430);
  EXPECT_EQ(now.told(), Texts{"web+ api+"});
}

TEST(EndedMeanwhile, IsWhatAKnownWorkloadDoesNotHaveOrHasAnew) {
  Desk before;
  const EpisodeKey web = before.open("web");
  const EpisodeKey api = before.open("api");
  const EpisodeKey unknown = before.open("unknown");
  before.end(before.open("over"));
  Desk now;
  now.at(100);
  now.open("api");
  EXPECT_EQ(ended_meanwhile(before.book, now.book, {"web", "over"}), (std::vector{api, web}));
  now.at(0);
  now.open("web");
  EXPECT_EQ(ended_meanwhile(before.book, now.book, {"web", "unknown"}), (std::vector{api, unknown}));
}

}  // namespace
}  // namespace ballast
