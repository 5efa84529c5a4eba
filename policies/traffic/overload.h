// How large a share of the requests is refused when there is too much for all members that there can be. Pure.
//
// What is measured behind a balancer is what it let through: with a share s refused, load / (1 - s) was offered. A
// measurement is a mean over a while, and requests that were let in stay for a while; so the share that counts lies
// between the smallest and the largest that were in force since it began. A raise takes the offered load for the
// smaller number that follows, a cut for the larger: nothing answers to its own echo, whatever the delay, and so
// nothing swings. Half of the way is gone at a time: the rest may be noise.
//
// Members that are still to come count for a raise, and not for a cut: nothing more is refused until they serve.
//
// Refusing harms people. So it takes evidence to begin and to go on: without any, it falls to nothing in a minute.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/balancing.h"
#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/scaling/demand.h"
#include "policies/traffic/ejection.h"

namespace ballast {

/// A pool at one look.
struct Crowd {
  std::optional<Demand> demand{};  ///< as measured, of what was let in; nothing: not known, or nobody steers this pool
  std::int32_t capacity = 0;       ///< members that serve, or will soon
  std::int32_t serving = 0;        ///< of them; with the ejected ones whose load the others carry
  bool full = false;               ///< there are as many as there can be: refusing is allowed
  bool may_raise = true;           ///< what is done is written down
  Duration echo{};                 ///< how long a request that was let in may be seen
};

/// What shall be refused from now on, and why. `numbers` are as the reason's line in the table says.
struct RefusedShare {
  std::int32_t percent = 0;
  Reason reason = Reason::none;  ///< none: nothing is refused, and nothing was
  std::array<double, 4> numbers{};
  bool operator==(const RefusedShare&) const = default;
};

/// `percent` is refused now. It begins when two measurements in a row ask for 5 % or more, goes up by at most 10 and
/// down by at most a third (or 5) per measurement. Worked example, utilizationAbove 76, 10 members that carry 1.25
/// times their targets (95 %), demand 13: offered 13 can be let in up to 9.5, which is 1 - 9.5 / 13 = 27 % refused.
/// With 27 % refused, 9.5 are measured: 9.5 / 0.73 = 13 are still offered.
RefusedShare refuse(const Overload& rules, ShedMemory& memory, const Crowd& crowd, std::int32_t percent, TimePoint now);

/// Fills `plan.sheds` for every pool that can be seen, after `remember_sheds`; a step while something is refused, or
/// should be. `demand` is what the signals measure, if they steer: nothing is refused for a policy that is paused or
/// does not enforce. A pool whose document does not refuse any more lets all in.
void plan_sheds(const Workload& workload, Memory& memory, const Observation& observation,
                const std::optional<Demand>& demand, const Need& need, Plan& plan);

}  // namespace ballast
