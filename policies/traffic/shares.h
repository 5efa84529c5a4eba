// Which share of the requests each pool refuses, and refused lately: a measurement tells of a while, so what was
// refused in it counts until it is over. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/memory.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"
#include "policies/scaling/demand.h"

namespace ballast {

/// Percent.
struct Shares {
  std::int32_t least = 0;
  std::int32_t most = 0;
  bool operator==(const Shares&) const = default;
};

/// How long a request that was let in may be seen after it came.
Duration echo_of(const Workload& workload);

/// Null: nothing is remembered of it.
ShedMemory* find_shed(Memory& memory, Fingerprint pool);
const ShedMemory* find_shed(const Memory& memory, Fingerprint pool);

/// What a pool is seen to refuse; nothing: it is not seen, or does not tell.
std::optional<std::int32_t> seen_share(const Observation& observation, PoolId pool);

void note_share(ShedMemory& memory, TimePoint now, std::int32_t percent);
/// Of those that were in force at `from` or later.
Shares shares_since(const std::vector<ShedChange>& past, TimePoint from);

/// The share of such a pool is Ballast's, whoever set it. Of others it is what Ballast is known to have told them: they
/// may have a variable in common with a pool that refuses.
bool refuses_in_earnest(const Workload& workload, const Pool& pool);

/// Takes what is seen to be refused into memory, and forgets what no measurement tells of any more. What is remembered
/// of a pool that is not there goes to the one that refuses as much and is not known to refuse: its settings changed.
void remember_sheds(const Workload& workload, Memory& memory, const Observation& observation);

/// What a pool refuses of what Ballast told it, as far as that is known: as seen, or where it is not seen as
/// remembered.
std::int32_t refused_share(const Workload& workload, const Memory& memory, const Observation& observation, PoolId pool);

/// `proposal`, or more where it does not count those that were refused while it was measured: as many as carry all that
/// were offered at least. Nothing beyond `current` is asked for while there are as many as there can be.
std::optional<std::int32_t> with_refused(const Workload& workload, const Memory& memory, const Observation& observation,
                                         const std::optional<Demand>& demand, std::int32_t current,
                                         std::optional<std::int32_t> proposal, std::int32_t max_replicas,
                                         std::vector<Step>& steps);

/// As many as all that were offered ask for at most: that they are refused makes the load no smaller for those who
/// judge whether the others carry it without one.
std::optional<std::int32_t> offered_at_most(const Workload& workload, const Memory& memory,
                                            const std::optional<Demand>& demand, std::optional<std::int32_t> proposal);

struct RefusedLately {
  const ShedMemory* pool = nullptr;
  std::int32_t most = 0;  ///< percent
};
/// The first pool of which something was refused while the load that counts now was measured.
std::optional<RefusedLately> refused_lately(const Workload& workload, const Memory& memory, TimePoint now);

/// `current` where `proposal` asks for fewer though a part of the load was refused while it was measured: what was let
/// in is no reason to have fewer. Stabilization takes it for a proposal, so that fewer are earned anew.
std::optional<std::int32_t> unless_refusing(const Workload& workload, const Memory& memory, TimePoint now,
                                            std::int32_t current, std::optional<std::int32_t> proposal,
                                            std::vector<Step>& steps);

}  // namespace ballast
