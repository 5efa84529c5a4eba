// Judges a run by what the world saw. It includes nothing of Ballast, so that no mistake can excuse itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace ballast::sim {

struct RateRule {
  bool percent = false;
  std::int32_t value = 0;
  Time period = 0;
};

/// What the documents promise, in the oracle's own terms.
struct Promise {
  std::int32_t min_replicas = 1;
  std::int32_t max_replicas = 1;
  Time interval = 5;
  Time shrink_window = 300;
  std::vector<std::string> signals{};  ///< with a target
  Time stale_after = 60;
  std::vector<RateRule> up_rules{};  ///< the most lenient one counts; empty: no limit
  std::vector<RateRule> down_rules{};
  bool may_raise = true;
  bool may_shrink = true;
  bool hands_off = false;        ///< nothing is touched
  double target_per_member = 0;  ///< of signal 0; 0: not known, and so nothing is said about how many it shall be
  /// Signal 0 is a ratio: it was measured over the members of a moment before, and is multiplied by those of now.
  bool by_ratio = false;
  double tolerance = 0.1;
  std::int32_t told_without_metrics = 0;  ///< so many may be told whatever the demand
  Time drain_timeout = 30;
  bool ejects = false;  ///< sick members, at most this share of the pool or one
  double max_ejected_percent = 0;
  bool one_may_be_ejected = true;
  bool chooses_members = true;
  double max_shed_percent = 0;   ///< of the requests may be refused
  double let_in_per_member = 0;  ///< so much load is never refused, but for a while after there was more
  std::vector<std::pair<Time, Time>> pool_down{};  ///< when the pool does not heed
  /// When nothing could be written down: nothing is taken away then.
  std::vector<std::pair<Time, Time>> journal_down{};
  /// When what was decided takes seconds to arrive.
  std::vector<std::pair<Time, Time>> slow{};
  /// A person's word that was given to a controller: nothing is touched while it is paused, and nobody comes or goes
  /// while it is frozen.
  struct Word {
    Time from = 0;
    Time to = 0;
    bool pause = true;
  };
  std::vector<Word> words{};
  /// When members could not be seen or told, or nothing be written down: what is not done yet waits.
  std::vector<std::pair<Time, Time>> hindered{};
};

/// Spans with no more than `gap` between one and the next as one, in their order.
std::vector<std::pair<Time, Time>> joined(std::vector<std::pair<Time, Time>> spans, Time gap = 0);
/// Whether what was known at `from` may be known to nobody at `t`: it could not be written down, and who knew it was
/// killed before it could.
bool may_be_forgotten(const World& world, const Promise& promise, Time from, Time t);

struct Violation {
  std::string invariant{};  ///< `I2`
  Time at = 0;
  std::string text{};
};

/// I1 bounds, I2 no shrink without evidence, I5 rates, `once`: nobody is told more than the highest demand so far
/// needs, `drain`: nothing leaves with work in flight before its deadline, `log`: nothing is taken away unwritten,
/// `word`: nothing is done against what a person said, `sick`: only sick members are ejected, and not too many.
std::vector<Violation> judge(const World& world, const Promise& promise);
/// Whether one that was sick until `well` may still be out, or have another one in its place, at `t`.
bool may_be_replaced(const World& world, const Promise& promise, Time well, Time t);
/// `shed`: requests are refused only by as many members as there can be, when there are too many of them, not more than
/// the document says, and not for long once there are fewer; and no member is taken away meanwhile.
std::vector<Violation> judge_sheds(const World& world, const Promise& promise);
/// I8: with faults over and demand constant for long enough, members are what the model says.
std::vector<Violation> judge_convergence(const World& world, const Promise& promise);

}  // namespace ballast::sim
