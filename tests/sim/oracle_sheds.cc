// Judges what was refused, by what the world saw.
#include <algorithm>
#include <map>
#include <set>

#include "tests/sim/oracle.h"

namespace ballast::sim {
namespace {

using Kind = Event::Kind;

constexpr Time kLong = 150;
constexpr std::int32_t kFull = 100;  // the weight of who serves

/// Members in a pool as the events tell of them.
class Seen {
 public:
  Seen(const World& world, const Promise& promise)
      : world_(world), promise_(promise), told_(world.options().initial_members) {}
  /// Ejected, or replaced.
  [[nodiscard]] bool goes_sick(const Event& event) const {
    return event.sick_until >= 0 && may_be_replaced(world_, promise_, event.sick_until, event.at);
  }
  void take(const Event& event) {
    if (event.kind == Kind::scaled) told_ = event.after;
    if (event.kind == Kind::member_failed && serving_.contains(event.member)) ++lost_;
    if (event.kind == Kind::member_stopped || event.kind == Kind::member_failed) forget(event.member);
    if (event.kind == Kind::weight_changed) weigh(event);
    past_.push_back({event.at, lost_, static_cast<std::int32_t>(out_.size() + partly_.size())});
  }
  /// Those that are out for an outlier were told, too.
  [[nodiscard]] std::int32_t told_to_serve() const { return told_ - static_cast<std::int32_t>(drained_.size()); }
  /// Of `most` members, the fewest whose load was carried for some time since `from`. Those that serve carry a quarter
  /// more for others that are ejected, or have a part of the full weight.
  [[nodiscard]] std::int32_t fewest(std::int32_t most, Time from) const {
    std::int32_t fewest = most;
    for (std::size_t i = 0; i < past_.size(); ++i) {
      if (i + 1 < past_.size() && past_[i + 1].at < from) continue;
      const std::int32_t alive = most - past_[i].lost;
      fewest = std::min({fewest, alive, (alive - past_[i].out) * 5 / 4});
    }
    return fewest;
  }

 private:
  struct Away {
    Time at = 0;
    std::int32_t lost = 0;
    std::int32_t out = 0;
  };

  void weigh(const Event& event) {
    forget(event.member);
    if (event.after == 0) (goes_sick(event) ? out_ : drained_).insert(event.member);
    if (event.after <= 0) return;
    serving_.insert(event.member);
    if (event.after < kFull) partly_.insert(event.member);
    if (joined_.insert(event.member).second) lost_ = std::max(0, lost_ - 1);
  }
  void forget(const std::string& member) {
    drained_.erase(member);
    out_.erase(member);
    partly_.erase(member);
    serving_.erase(member);
  }

  const World& world_;
  const Promise& promise_;
  std::int32_t told_;
  std::int32_t lost_ = 0;  ///< served and failed, and nobody joined in their place
  std::set<std::string> joined_{};
  std::set<std::string> serving_{};
  std::set<std::string> drained_{};
  std::set<std::string> out_{};
  std::set<std::string> partly_{};  ///< have a part of the full weight: they begin slowly, or others are preferred
  std::vector<Away> past_{};
};

/// Since the oldest measurement that may count was made.
double most_lately(const Demand& demand, const Promise& promise, Time t) {
  double most = 0;
  for (Time back = 0; back <= promise.stale_after + 2 * promise.interval + 5; ++back)
    most = std::max(most, demand.at(t - back));
  return most;
}

/// So much that `members` carry is not refused, nor what fewer would carry at their targets.
double let_in(const Promise& promise, std::int32_t members) {
  return std::max(promise.let_in_per_member * members, promise.target_per_member * (members - 1));
}

bool is_within(const std::vector<std::pair<Time, Time>>& spans, Time t) {
  return std::ranges::any_of(spans, [&](const auto& span) { return t >= span.first && t < span.second; });
}

void judge_raise(const World& world, const Promise& promise, const Event& event, const Seen& seen,
                 std::vector<Violation>& found) {
  const auto complain = [&](const std::string& text) { found.push_back({"shed", event.at, text}); };
  if (event.after > promise.max_shed_percent) complain(std::to_string(event.after) + " % are refused");
  if (seen.told_to_serve() < promise.max_replicas)
    complain("refused while only " + std::to_string(seen.told_to_serve()) + " members were told to serve");
  const std::int32_t fewest = seen.fewest(promise.max_replicas, event.at - 2 * promise.interval - 5);
  if (most_lately(world.options().demand, promise, event.at) <= let_in(promise, fewest))
    complain("refused though there is room");
  for (const auto& [from, to] : promise.journal_down)
    if (event.at > from + 5 && event.at < to) complain("more is refused while nothing could be written down");
}

/// Refusing goes on though there is room.
void judge_length(const World& world, const Promise& promise, std::vector<Violation>& found) {
  Time since = -1;
  for (Time t = 0; t < world.now(); ++t) {
    const bool more = world.options().demand.at(t) > let_in(promise, promise.max_replicas);
    const bool needless = world.shed_at(t) > 0 && !more && !is_within(promise.pool_down, t);
    if (!needless) since = -1;
    if (needless && since < 0) since = t;
    if (!needless || t - since <= kLong) continue;
    found.push_back({"shed", t, "refused for long though there is room"});
    return;
  }
}

}  // namespace

std::vector<Violation> judge_sheds(const World& world, const Promise& promise) {
  std::vector<Violation> found;
  Seen seen(world, promise);
  std::int32_t refused = 0;
  for (const Event& event : world.events()) {
    seen.take(event);
    const bool leaves = event.kind == Kind::weight_changed && event.before > 0 && event.after == 0;
    if (leaves && refused > 0 && !seen.goes_sick(event))
      found.push_back({"shed", event.at, event.member + " was taken away while requests are refused"});
    if (event.kind != Kind::shed) continue;
    if (event.after > refused) judge_raise(world, promise, event, seen, found);
    refused = event.after;
  }
  judge_length(world, promise, found);
  return found;
}

}  // namespace ballast::sim
