// One tick of one workload as a pure function. The live loop, recovery, replay, explain and the simulation's digests
// all go through here, so that what is replayed is what ran.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "controller/engine/state.h"
#include "controller/journal/frame.h"
#include "core/observation.h"
#include "core/plan.h"
#include "core/workload.h"

namespace ballast {

/// Learns the new members' names, evaluates, reports, counts the tick.
Plan fold(const Workload& workload, WorkloadState& state, const std::vector<MemberName>& new_members,
          const Observation& observation);
/// A journaled tick again; its digest is for the caller to compare. The sequence becomes the frame's.
Plan fold(const Workload& workload, WorkloadState& state, const Frame& frame);

/// The same words for two plans: nothing new to tell a person.
Decision decision_of(const Plan& plan, const Orders& orders);

/// The frame of the tick just folded: what `fold` was given, and the digest of what came out of it.
Frame frame_of(const Workload& workload, const WorkloadState& state, std::vector<MemberName> new_members,
               Observation observation, const Plan& plan);
/// The full record of the tick just folded. Its `before` is what its first step found.
Record record_of(const Workload& workload, const WorkloadState& state, const Observation& observation,
                 const Plan& plan);
/// The same, when its decision is not the one `before` it. Holds the names of what its
/// steps are about, so that it can be read when document and frames are gone.
std::optional<Record> record_of(const Workload& workload, const WorkloadState& state,
                                const std::optional<Decision>& before, const Observation& observation,
                                const Plan& plan);

/// The document that a fingerprint names, compiled. Errors: not_found, invalid.
using Compile = std::function<Result<Workload>(Fingerprint)>;
/// State at the end of what the journal holds: the snapshot's parts, then its frames. A frame whose document cannot
/// be compiled any more is folded with `current`. A part that cannot be read starts empty.
WorkloadState restore(const Recovered& recovered, const Workload& current, const Compile& compile);

/// Adds to a state read late what was decided before it could be read, and is written nowhere: changes of replicas that
/// rate limits and cooldowns count. Numbers of members mean nothing between the two; ticks count as lost.
void add_unwritten(const Workload& workload, WorkloadState& state, const WorkloadState& unwritten);

}  // namespace ballast
