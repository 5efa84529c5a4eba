// What is remembered of the members of pools: who is out and for how long, what capacity that costs, who begins slowly.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

/// What members can carry beyond their target while one of them is out. Targets are written with room above them; to
/// start a worker for half a minute costs more than to use it.
inline constexpr double kHeadroom = 1.25;

/// As it was seen in a pool; null: not there.
const PoolMember* in_pool(const Member& member, PoolId pool);
/// Whether a pool could not be observed.
bool is_hidden(const Observation& observation, PoolId pool);

/// What is remembered of it in a pool; the first makes it.
PlaceMemory& place_of(MemberMemory& member, Fingerprint pool);
/// The same of a pool in a dry run: nothing follows from it.
PlaceMemory& tried_place_of(MemberMemory& member, Fingerprint pool);
const PlaceMemory* find_place(const MemberMemory& member, Fingerprint pool);

/// Whether the time out of an ejected one is over.
bool is_due(const OutlierDetection& rules, const PlaceMemory& place, TimePoint now);

/// After a restart: who is seen with weight was not ejected, whatever an old log says, or has returned since.
void keep_only_visible_ejections(const Workload& workload, Memory& memory, const Observation& observation);

/// Whether it is why a member is out, or is still in though it looks sick.
bool is_ejection(Reason reason);

/// Whether it is one of those that exist beyond those that shall serve: it retires, or another one takes its place.
bool is_going(const MemberMemory& member);
bool is_ejected(const MemberMemory& member);
/// It is in again; what it did before stays known.
void end_ejection(PlaceMemory& place);

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
