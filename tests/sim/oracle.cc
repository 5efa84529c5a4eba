#include "tests/sim/oracle.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace ballast::sim {
/// The other one starts, joins and comes to its full weight; what hinders that, and members that die meanwhile, make it
/// longer.
bool may_be_replaced(const World& world, const Promise& promise, Time well, Time t) {
  const Time starts = world.options().start_delay_max;
  Time needs = 150 + starts;
  for (const auto& [from, to] : promise.hindered) needs += std::max(0.0, std::min(to, t) - std::max(from, well));
  for (const Event& event : world.events())
    if (event.kind == Event::Kind::member_failed && event.at > well && event.at <= t) needs += 30 + starts;
  return t - well < needs;
}

namespace {

using Kind = Event::Kind;

std::string number(double value) {
  std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 3);
}

/// Whether what was delivered of one signal up to `t` allows a shrink; else why not.
std::string lacks_evidence(const World& world, const std::string& signal, const Promise& promise, Time started,
                           Time t) {
  std::vector<const Delivery*> of_signal;
  for (const Delivery& delivery : world.deliveries())
    if (delivery.signal == signal && delivery.at <= t) of_signal.push_back(&delivery);
  if (of_signal.empty()) return "never delivered";
  if (!of_signal.back()->valid) return "the newest answer was no value";
  if (t - of_signal.back()->measured > promise.stale_after + promise.interval) return "stale";
  // Walk back over new samples as long as they are close to each other.
  Time newest = of_signal.back()->measured;
  Time oldest = newest;
  int samples = 1;
  for (auto at = of_signal.rbegin(); at != of_signal.rend(); ++at) {
    const Delivery& delivery = **at;
    if (!delivery.valid || delivery.measured >= oldest) continue;
    if (delivery.measured <= started || oldest - delivery.measured > promise.stale_after + 1e-3) break;
    oldest = delivery.measured;
    ++samples;
  }
  if (samples < 3) return "only " + std::to_string(samples) + " samples";
  if (t - oldest + 1e-6 < promise.shrink_window) return "only " + number(t - oldest) + " s covered";
  return {};
}

Time last_start(const World& world, Time t) {
  Time started = 0;
  for (const Event& event : world.events())
    if (event.kind == Kind::controller_started && event.at <= t) started = event.at;
  return started;
}

/// How long what happens at `t` may have been on its way.
Time on_its_way(const Promise& promise, Time t) {
  for (const auto& [from, to] : promise.slow)
    if (t >= from && t < to + 5) return 4.5;
  return 0.1;
}

/// Whether at some time from which on it may have been on its way there was evidence; else why not.
std::string lacks_evidence_lately(const World& world, const std::string& signal, const Promise& promise, Time t) {
  std::string why;
  for (Time back = 0; back <= on_its_way(promise, t); back += 0.1) {
    why = lacks_evidence(world, signal, promise, last_start(world, t), t - back);
    if (why.empty()) return {};
  }
  return why;
}

void judge_shrink(const World& world, const Promise& promise, const Event& event, std::vector<Violation>& found) {
  if (!promise.may_shrink) found.push_back({"mode", event.at, "taken away, which is forbidden"});
  if (promise.signals.empty()) found.push_back({"I2", event.at, "taken away, and nothing is measured"});
  for (const auto& [from, to] : promise.journal_down)
    if (event.at > from + on_its_way(promise, event.at) && event.at < to)
      found.push_back({"log", event.at, "taken away while nothing could be written down"});
  for (const std::string& signal : promise.signals) {
    const std::string why = lacks_evidence_lately(world, signal, promise, event.at);
    if (!why.empty()) found.push_back({"I2", event.at, "shrink without evidence of " + signal + ": " + why});
  }
}

double peak_until(const Demand& demand, Time t) {
  double peak = std::max(demand.at(0), demand.at(t));
  for (const auto& [at, value] : demand.points)
    if (at <= t) peak = std::max(peak, value);
  return peak;
}

/// Members that were sick until `t`, or lately.
int sick_lately(const World& world, const Promise& promise, Time t) {
  std::set<std::string> sick;
  for (const Event& event : world.events())
    if (event.kind == Kind::sickened && event.at <= t && may_be_replaced(world, promise, event.after, t))
      sick.insert(event.member);
  return static_cast<int>(sick.size());
}

/// What is asked for twice makes more than anybody ever needed.
void judge_once(const World& world, const Promise& promise, const Event& event, std::vector<Violation>& found) {
  if (event.after <= event.before || promise.target_per_member <= 0) return;
  double needed = std::ceil(peak_until(world.options().demand, event.at) / promise.target_per_member - 1e-9);
  if (promise.by_ratio) needed = std::ceil(needed * 1.1) + 1;
  const std::int32_t serving = event.after - event.draining;
  needed = std::max<double>(needed, std::max(promise.min_replicas, promise.told_without_metrics));
  // While one is out another one makes up for it, and one that still fails is replaced by one more. While nothing is
  // measured they are of all that there were.
  if (const int sick = promise.ejects ? sick_lately(world, promise, event.at) : 0; sick > 0)
    needed = std::max<double>(needed, world.options().initial_members) + 2 * sick;
  if (serving > needed)
    found.push_back({"once", event.at,
                     "told " + std::to_string(serving) + " where never more than " + number(needed) + " were needed"});
}

constexpr Time kDoubt = 3;

struct Change {
  Time at = 0;
  std::int32_t delta = 0;
  bool forgotten = false;  ///< perhaps: it was never written down, and the one who knew is dead
};

/// The most that `rules` allow a change to differ from what there was, by the HPA's definition.
void judge_rate(const std::vector<RateRule>& rules, const std::vector<Change>& changes, const Event& event, bool up,
                std::vector<Violation>& found) {
  if (rules.empty()) return;
  double allowed = up ? -1e18 : 1e18;
  for (const RateRule& rule : rules) {
    double start = event.before;
    for (const Change& change : changes) {
      // When exactly a change was confirmed, and so counts, nobody outside knows: in doubt for the controller.
      const bool same_way = (change.delta > 0) == up;
      const Time from = event.at - rule.period + (same_way ? kDoubt : -kDoubt);
      if (change.at > from && !(up && change.forgotten)) start -= change.delta;
    }
    const double share = static_cast<double>(rule.value) / 100.0;
    double bound = up ? start + rule.value : start - rule.value;
    if (rule.percent) bound = up ? std::ceil(start * (1 + share)) : std::trunc(start * (1 - share));
    allowed = up ? std::max(allowed, bound) : std::min(allowed, bound);
  }
  const bool broken = up ? event.after > std::max<double>(allowed, event.before)
                         : event.after < std::min<double>(allowed, event.before);
  if (broken)
    found.push_back({"I5", event.at,
                     std::to_string(event.before) + " to " + std::to_string(event.after) + " where rates allow " +
                         number(allowed)});
}

void judge_scaled(const World& world, const Promise& promise, const Event& event, const std::vector<Change>& changes,
                  std::vector<Violation>& found) {
  const std::int32_t serving = event.after - event.draining;
  const bool was_outside = event.before < promise.min_replicas || event.before > promise.max_replicas;
  if (event.after < promise.min_replicas || serving > promise.max_replicas)
    found.push_back(
        {"I1", event.at, "told " + std::to_string(event.after) + ", " + std::to_string(serving) + " to serve"});
  judge_once(world, promise, event, found);
  if (!promise.may_raise && event.after > event.before && !was_outside)
    found.push_back({"mode", event.at, "raised, which is forbidden"});
  if (was_outside || world.options().has_pool) return;
  judge_rate(event.after > event.before ? promise.up_rules : promise.down_rules, changes, event,
             event.after > event.before, found);
  if (event.after < event.before) judge_shrink(world, promise, event, found);
}

/// That a member is sick is found within a few intervals.
constexpr Time kNoticedWithin = 60;

/// A member that is sick may get nothing for a while: that takes nothing away which could be used. `out` are those in
/// that state, this one among them.
void judge_ejection(const Promise& promise, const Event& event, std::size_t out, std::size_t members,
                    std::vector<Violation>& found) {
  for (const auto& [from, to] : promise.journal_down)
    if (event.at > from + on_its_way(promise, event.at) && event.at < to)
      found.push_back({"log", event.at, "ejected while nothing could be written down"});
  const bool one = promise.one_may_be_ejected && out == 1;
  if (!one && 100.0 * static_cast<double>(out) > promise.max_ejected_percent * static_cast<double>(members))
    found.push_back({"sick", event.at, std::to_string(out) + " of " + std::to_string(members) + " are ejected"});
}

/// Of `members`, those that do not leave the pool at the same time.
std::size_t staying(const World& world, std::set<std::string> members, Time at) {
  for (const Event& event : world.events())
    if (event.kind == Kind::weight_changed && event.at == at && event.after < 0) members.erase(event.member);
  return members.size();
}

/// One that is or was sick goes without evidence: it is ejected, or another one stands in its place. What holds up a
/// replacement, others that are sick or that are to come, can be long: each may go late once.
bool is_excused(const World& world, const Promise& promise, const Event& event, std::set<std::string>& went_late) {
  if (event.sick_until < 0) return false;
  return may_be_replaced(world, promise, event.sick_until, event.at) || went_late.insert(event.member).second;
}

/// Not what ends something that was decided before, and nothing that bounds or sickness ask for.
bool begins_to_change(const World& world, const Promise& promise, const Event& event) {
  if (event.kind != Kind::scaled || event.before < promise.min_replicas || event.before > promise.max_replicas)
    return false;
  return event.after > event.before ? !promise.ejects : event.after < event.before && !world.options().has_pool;
}

/// What a person said counts at once, and over restarts. What is under way ends.
void judge_word(const World& world, const Promise& promise, const Event& event, bool begins,
                std::vector<Violation>& found) {
  for (const Promise::Word& word : promise.words) {
    const bool counts = event.at > word.from + on_its_way(promise, event.at) && event.at < word.to;
    if (!counts || (!word.pause && !begins) || may_be_forgotten(world, promise, word.from, event.at)) continue;
    found.push_back({"word", event.at, word.pause ? "touched while it is paused" : "changed while it is frozen"});
  }
}

std::int32_t draining(const std::map<std::string, Time>& since) { return static_cast<std::int32_t>(since.size()); }

}  // namespace

std::vector<std::pair<Time, Time>> joined(std::vector<std::pair<Time, Time>> spans, Time gap) {
  std::ranges::sort(spans);
  std::vector<std::pair<Time, Time>> result;
  for (const auto& span : spans) {
    if (!result.empty() && span.first <= result.back().second + gap)
      result.back().second = std::max(result.back().second, span.second);
    else
      result.push_back(span);
  }
  return result;
}

bool may_be_forgotten(const World& world, const Promise& promise, Time from, Time t) {
  constexpr Time kOnItsWay = 1;     // to the disk
  constexpr Time kRounding = 1e-3;  // who is started anew speaks at once
  // So long after the disk has room: alerts by themselves, what a workload remembers with its next tick.
  const Time written_again = std::max(5.0, promise.interval) + kOnItsWay;
  return std::ranges::any_of(joined(promise.journal_down, written_again), [&](const auto& down) {
    if (from < down.first - kOnItsWay || from >= down.second + written_again) return false;
    return std::ranges::any_of(world.events(), [&](const Event& event) {
      return event.kind == Kind::controller_killed && event.at > from && event.at <= t + kRounding &&
             event.at < down.second + written_again;
    });
  });
}

std::vector<Violation> judge(const World& world, const Promise& promise) {
  std::vector<Violation> found;
  std::vector<Change> changes;
  std::map<std::string, Time> drained_since;
  std::map<std::string, std::int32_t> pool;  // weights
  std::set<std::string> ejected;
  std::set<std::string> went_late;
  std::int32_t told = world.options().initial_members;
  std::string died;
  for (const Event& event : world.events()) {
    if (event.kind == Kind::member_failed) died = event.member;  // and so leaves its pool
    const bool moved = event.kind == Kind::weight_changed && event.at > 0 && event.member != died;
    if (event.kind == Kind::scaled || moved)
      judge_word(world, promise, event, begins_to_change(world, promise, event), found);
    if (promise.hands_off && (event.kind == Kind::scaled || moved))
      found.push_back({"mode", event.at, "touched, which is forbidden"});
    switch (event.kind) {
      case Kind::scaled:
        judge_scaled(world, promise, event, changes, found);
        changes.push_back({event.at, event.after - event.before});
        told = event.after;
        break;
      case Kind::weight_changed:
        pool[event.member] = event.after;
        if (event.after < 0) pool.erase(event.member);
        if (event.after == 0 && event.before > 0) {
          std::vector<Violation> of_shrink;
          // A maximum alone may take members away: a person wrote it.
          if (told - draining(drained_since) <= promise.max_replicas) judge_shrink(world, promise, event, of_shrink);
          if (!of_shrink.empty() && promise.ejects && is_excused(world, promise, event, went_late)) {
            // Well for so long it goes because another one stands in its place: it is not one of those that are out.
            if (event.at - event.sick_until < kNoticedWithin) ejected.insert(event.member);
            judge_ejection(promise, event, staying(world, ejected, event.at), pool.size(), found);
          } else {
            found.insert(found.end(), of_shrink.begin(), of_shrink.end());
          }
          drained_since[event.member] = event.at;
        }
        if (event.after > 0) drained_since.erase(event.member);
        if (event.after != 0) ejected.erase(event.member);
        break;
      case Kind::meddled:  // somebody else's doing
        if (event.member.empty()) told = event.after;
        if (!event.member.empty()) pool[event.member] = event.after;
        break;
      case Kind::member_failed:
      case Kind::member_stopped:
        drained_since.erase(event.member);
        ejected.erase(event.member);
        pool.erase(event.member);
        break;
      case Kind::request_lost: {
        const auto since = drained_since.find(event.member);
        const bool deadline = since != drained_since.end() && event.at - since->second + 1e-6 >= promise.drain_timeout;
        if (!deadline) found.push_back({"drain", event.at, event.member + " left with work in flight"});
        break;
      }
      case Kind::controller_killed:
        // What it raised unwritten nobody remembers; only a full disk excuses that.
        for (Change& change : changes)
          change.forgotten |= change.delta > 0 && std::ranges::any_of(promise.journal_down, [&](const auto& down) {
                                return change.at >= down.first && change.at < down.second + 1;
                              });
        break;
      default:
        break;
    }
  }
  return found;
}

std::vector<Violation> judge_convergence(const World& world, const Promise& promise) {
  if (promise.target_per_member <= 0 || !promise.may_raise || !promise.may_shrink || promise.hands_off) return {};
  const double load = world.load();
  const auto serving = static_cast<double>(world.serving());
  const double ratio = load / (promise.target_per_member * std::max(1.0, serving));
  const auto model = std::clamp<double>(std::ceil(load / promise.target_per_member - 1e-9), promise.min_replicas,
                                        promise.max_replicas);
  if (serving == model) return {};
  // Values are told in thousandths.
  const double unit = 1e-3 / (promise.target_per_member * std::max(1.0, serving)) + 1e-9;
  const bool tolerated = ratio >= 1 - promise.tolerance - unit && ratio <= 1 + promise.tolerance + unit &&
                         serving >= promise.min_replicas && serving <= promise.max_replicas;
  if (tolerated) return {};
  return {{"I8", world.now(), number(serving) + " serve where " + number(model) + " are needed"}};
}

}  // namespace ballast::sim
