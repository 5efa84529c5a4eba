// Members that answer worse than the others get nothing for a while: counts what each of them answered from look to
// look, ejects outliers within Envoy's limits, and lets the ejected return slowly.
//
// A member that must not be ejected, because the others could not carry the load, is replaced: another one is started
// first. Without a journal nobody is ejected, and never one that a person holds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

/// How many members the load asks for, as far as it is known, how many shall serve, and the most that there may be.
struct Need {
  std::optional<std::int32_t> members{};
  std::int32_t replicas = 0;
  std::int32_t max_replicas = 0;
};

/// What members can carry beyond their target while one of them is out. Targets are written with room above them; to
/// start a worker for half a minute costs more than to use it.
inline constexpr double kHeadroom = 1.25;

/// For every pool with `outlierDetection` or `balance`, after `remember_members`. A step for each member that is out or
/// returns.
void judge_members(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                   std::vector<Step>& steps);

/// After a restart: who is seen with weight was not ejected, whatever an old log says, or has returned since.
void keep_only_visible_ejections(const Workload& workload, Memory& memory, const Observation& observation);

/// Whether it is why a member is out, or is still in though it looks sick.
bool is_ejection(Reason reason);

bool is_ejected(const MemberMemory& member);
const PlaceMemory* find_place(const MemberMemory& member, Fingerprint pool);

/// Members that would serve and stay out at `now`.
std::int32_t count_ejected(const Workload& workload, const Memory& memory, TimePoint now);

/// `asked` where the members that are not ejected can carry it, else as many more as are ejected: lost capacity.
std::int32_t with_lost_capacity(const Workload& workload, const Memory& memory, TimePoint now, std::int32_t current,
                                std::int32_t asked, std::vector<Step>& steps);

/// The weight of a member that is not ejected: its full one, or the part that its slow start has reached.
std::int32_t weight_now(const Pool& pool, const PlaceMemory* place, TimePoint now);

/// Envoy's share of the full weight at a time after the start. Worked example: 30 s, aggression 1, 10 %: 0.1 at first,
/// 0.5 after 15 s, 1 from 30 s on.
double slow_start_share(const SlowStart& rules, Duration since);

/// Members that begin in a pool with `slowStart` begin slowly from `now` on.
void begin_slowly(const Pool& pool, MemberMemory& member, TimePoint now);

}  // namespace ballast
