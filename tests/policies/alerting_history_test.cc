// Laws of the dispatch of alerts, over random histories: nothing is lost, nothing is told out of order, next to nothing
// is told twice, and nothing stays behind. A failing seed is printed.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/policies/alerting_world.h"

namespace ballast {
namespace {

using namespace desk;  // NOLINT(google-build-using-namespace): the words of these stories

/// What one receiver was told of one episode.
struct Heard {
  bool firing = false;
  bool over = false;
  std::size_t first = 0;  ///< place of the notification
};
using Episode = std::pair<int, WallTime>;  // number of the alert, and its begin
using Ear = std::map<Episode, Heard>;

/// One run, and what is wrong with it.
class Verdict {
 public:
  explicit Verdict(const World& world) : world_(world) {
    for (const Taken& taken : world.taken())
      if (keys_.insert(taken.notification.key).second) hear(taken);
    for (const auto& [receiver, ear] : ears_) check_order(receiver, ear);
  }
  std::vector<std::string> wrong{};
  int notifications = 0;
  int repeated = 0;  ///< without news, and before their time

  /// Everything was told, and told as over, to one of `receivers`.
  void expect_told(const std::vector<std::string>& receivers) {
    for (const auto& [number, starts] : world_.opened())
      for (const Episode& episode : named(number, starts)) {
        const auto over = [&](const std::string& receiver) { return ears_[receiver][episode].over; };
        if (std::ranges::none_of(receivers, over)) wrong.push_back("lost: " + name_of(episode));
      }
  }

 private:
  static std::vector<Episode> named(int number, const std::vector<WallTime>& starts) {
    std::vector<Episode> result;
    for (const WallTime start : starts) result.emplace_back(number, start);
    return result;
  }
  static std::string name_of(const Episode& episode) {
    return "alert " + std::to_string(episode.first) + " of " +
           std::to_string(episode.second.time_since_epoch() / std::chrono::seconds{1} - 1'700'000'000);
  }

  void hear(const Taken& taken) {
    ++notifications;
    bool news = false;
    // A changed routing tells those of its groups anew.
    auto& [known, last] = groups_[{taken.stands_in ? taken.notification.receiver : taken.group_receiver,
                                   taken.notification.group_key, taken.routing}];
    for (const Alert& alert : taken.notification.alerts) {
      const Episode episode{std::stoi(alert.annotations.at("number")), alert.starts_at};
      Heard& here = known[episode];
      bool& told = alert.ends_at ? here.over : here.firing;
      news = news || !told;
      told = true;
      hear(taken.group_receiver, episode, alert.ends_at.has_value());
    }
    if (!news && last && taken.at - *last < taken.repeat) ++repeated;
    last = taken.at;
  }

  void hear(const std::string& receiver, const Episode& episode, bool over) {
    const auto [at, is_new] = ears_[receiver].try_emplace(episode);
    if (is_new) at->second.first = static_cast<std::size_t>(notifications);
    if (!over && at->second.over) wrong.push_back("fires after it was over: " + name_of(episode));
    (over ? at->second.over : at->second.firing) = true;
  }

  void check_order(const std::string& receiver, const Ear& ear) {
    for (auto next = ear.begin(); next != ear.end(); ++next) {
      const auto before = next == ear.begin() ? next : std::prev(next);
      if (before->first.first == next->first.first && before->second.first > next->second.first)
        wrong.push_back(receiver + " was told late: " + name_of(before->first));
    }
  }

  const World& world_;
  std::set<std::string> keys_{};
  std::map<std::tuple<std::string, std::string, std::uint64_t>, std::pair<Ear, std::optional<TimePoint>>> groups_{};
  std::map<std::string, Ear> ears_{};
};

struct Sum {
  std::size_t episodes = 0;
  int notifications = 0;
  int repeated = 0;
  int crashes = 0;
};

void expect_lawful(std::uint64_t seed, Odds odds, Sum& sum) {
  World world(seed, odds);
  world.run(hours{4});
  Verdict verdict(world);
  if (odds.rerouted > 0)
    verdict.expect_told({"team", "desk", "alertmanager"});  // whoever it was by then
  else
    for (const std::string& receiver : world.routing().root.receivers)
      if (world.routing().receivers.at(receiver).send_resolved) verdict.expect_told({receiver});
  for (const auto& [number, starts] : world.opened()) sum.episodes += starts.size();
  sum.notifications += verdict.notifications;
  sum.repeated += verdict.repeated;
  sum.crashes += world.crashes();
  EXPECT_TRUE(verdict.wrong.empty()) << "seed " << seed << ": " << verdict.wrong.size() << " wrong, as "
                                     << verdict.wrong.front();
  EXPECT_EQ(world.book(), AlertBook{}) << "seed " << seed << ": something stays in the book";
  EXPECT_EQ(world.rows(), AlertBook{}) << "seed " << seed << ": something stays in the store";
}

void expect_lawful(Odds odds, std::uint64_t seeds) {
  Sum sum;
  for (std::uint64_t seed = 1; seed <= seeds && !testing::Test::HasFailure(); ++seed) expect_lawful(seed, odds, sum);
  EXPECT_LE(100 * sum.repeated, sum.notifications);
  EXPECT_GT(sum.episodes, 400 * seeds) << "histories in which nothing happens test nothing";
  if (odds.crash > 0) {
    EXPECT_GT(sum.crashes, static_cast<int>(seeds));
  }
  testing::Test::RecordProperty("episodes", std::to_string(sum.episodes));
  testing::Test::RecordProperty("notifications", sum.notifications);
  testing::Test::RecordProperty("repeated", sum.repeated);
  testing::Test::RecordProperty("crashes", sum.crashes);
}

TEST(AlertHistory, LosesNothingWhenAllGoesWell) { expect_lawful({.failure = 0}, 3); }
TEST(AlertHistory, LosesNothingToReceiversThatFail) { expect_lawful({.failure = 5}, 4); }
TEST(AlertHistory, S68_LosesNothingToCrashes) { expect_lawful({.failure = 5, .crash = 100}, 6); }
TEST(AlertHistory, LosesNothingToPeopleWhoChangeTheRouting) { expect_lawful({.failure = 5, .rerouted = 60}, 4); }
TEST(AlertHistory, LosesNothingToAllOfThem) { expect_lawful({.failure = 3, .crash = 60, .rerouted = 30}, 8); }

}  // namespace
}  // namespace ballast
