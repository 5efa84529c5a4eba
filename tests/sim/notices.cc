#include "tests/sim/notices.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

namespace ballast::sim {
namespace {

using Episode = std::pair<std::string, WallTime>;

/// Whether each firing that somebody was told of is over.
std::map<Episode, bool> told_over(const std::vector<Notice>& notices) {
  std::map<Episode, bool> over;
  for (const Notice& notice : notices) {
    bool& known = over[{notice.alert, notice.started}];
    known = known || notice.over;
  }
  return over;
}

/// The first word under each key, as a receiver that looks at keys has them.
std::vector<Notice> by_key(const std::vector<Notice>& notices) {
  std::vector<Notice> first;
  std::set<std::pair<std::string, Episode>> known;
  for (const Notice& notice : notices)
    if (known.insert({notice.key, {notice.alert, notice.started}}).second) first.push_back(notice);
  return first;
}

using State = std::pair<WallTime, bool>;
using States = std::map<std::string, State>;
/// The newest that was said of each alert, and when.
using Said = std::map<std::string, std::pair<State, Time>>;
/// Whether nobody may know any more what was said `from` on.
using Forgotten = std::function<bool(Time from, Time t)>;

/// What a word says last of each alert: it may name the firing that ended and the one that began.
void judge_word(const States& says, Time at, const Forgotten& forgotten, Said& newest, std::vector<Violation>& found) {
  for (const auto& [alert, state] : says) {
    const auto [known, first] = newest.try_emplace(alert, state, at);
    auto& [before, since] = known->second;
    if (!first && state < before && !forgotten(since, at)) found.push_back({"I6", at, alert + " went back"});
    if (state > before) known->second = {state, at};
  }
}

void judge_order(const std::vector<Notice>& notices, const Forgotten& forgotten, std::vector<Violation>& found) {
  Said newest;
  const std::vector<Notice> heard = by_key(notices);
  for (std::size_t i = 0; i < heard.size();) {
    States says;
    const Notice& first = heard[i];
    for (; i < heard.size() && heard[i].key == first.key && heard[i].at == first.at; ++i) {
      auto& state = says[heard[i].alert];
      state = std::max(state, {heard[i].started, heard[i].over});
    }
    judge_word(says, first.at, forgotten, newest, found);
  }
}

}  // namespace

std::vector<Violation> judge_notices(const Play& play, const Stage& stage,
                                     const std::set<std::pair<std::string, TimePoint>>& firing) {
  std::vector<Violation> found;
  if (play.faults.lose_disk || play.bugs.contains(Bug::forgets)) return found;  // nobody knows what was told
  if (!play.faults.wall_steps.empty()) return found;                            // people read the wall clock
  std::set<std::pair<std::string, TimePoint>> believed;
  for (const auto& [alert, is_over] : told_over(stage.notices))
    if (!is_over) believed.emplace(alert.first, TimePoint{alert.second.time_since_epoch()});
  const World& world = *stage.sites.front().world;
  const Promise promise = promise_of(play);
  const Forgotten forgotten = [&](Time from, Time t) { return may_be_forgotten(world, promise, from, t); };
  const auto complain = [&](const std::string& alert, const char* what) {
    found.push_back({"I6", stage.now(), alert + what});
  };
  // Its end was told, and is known to nobody any more: it fires again for whoever came next, until it ends once more.
  const auto end_forgotten = [&](const std::string& alert, TimePoint since) {
    return std::ranges::any_of(stage.notices, [&](const Notice& notice) {
      return notice.alert == alert && notice.over && notice.started.time_since_epoch() == since.time_since_epoch() &&
             forgotten(notice.at, stage.now());
    });
  };
  for (const auto& [alert, since] : firing)
    if (!believed.contains({alert, since}) && !end_forgotten(alert, since))
      complain(alert, " fires and nobody was told");
  for (const auto& [alert, since] : believed)
    if (!firing.contains({alert, since}) && !forgotten(seconds(since - kBegan), stage.now()))
      complain(alert, " is over and nobody was told");
  judge_order(stage.notices, forgotten, found);
  return found;
}

Expectation tells_of(std::string alert, std::size_t least, std::size_t most) {
  return [=](const Outcome& outcome, std::vector<Violation>& found) {
    std::size_t times = 0;
    for (const auto& [episode, over] : told_over(outcome.notices)) {
      if (episode.first != alert) continue;
      ++times;
      if (!over) found.push_back({"tells", outcome.ended, alert + " did not end"});
    }
    if (times < least || times > most)
      found.push_back({"tells", outcome.ended, "told of " + std::to_string(times) + " times of " + alert});
  };
}

Expectation says_nothing_twice() {
  return [](const Outcome& outcome, std::vector<Violation>& found) {
    std::set<std::tuple<std::string, WallTime, bool>> said;
    for (const Notice& notice : by_key(outcome.notices))
      if (!said.insert({notice.alert, notice.started, notice.over}).second)
        found.push_back({"tells", notice.at, notice.alert + " is told twice"});
  };
}

Expectation leaves_the_receiver_alone() {
  return [](const Outcome& outcome, std::vector<Violation>& found) {
    std::map<std::string, Time> not_before;
    for (const Knock& knock : outcome.knocks) {
      if (const auto at = not_before.find(knock.key); at != not_before.end() && knock.at < at->second - 1e-3)
        found.push_back({"tells", knock.at, "asked again before the receiver wanted it"});
      if (knock.retry_after) not_before[knock.key] = knock.at + *knock.retry_after;
    }
  };
}

}  // namespace ballast::sim
