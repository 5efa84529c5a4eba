// The parts of dispatch (dispatch.h): what a fallback was told in the place of a receiver. It is a group of its own, so
// that the fallback is told the end of that too, whoever is told by then.
#pragma once

#include "policies/alerting/dispatch.h"

namespace ballast {

/// The fallback of a group took its batch: it is owed the end of that.
void note_stand_in(AlertBook& book, const Routing& routing, const GroupKey& name, const Batch& batch, TimePoint now,
                   Changes& changes);
/// The fallback was told all that a batch says, and not so long ago that it would be told again.
bool fallback_knows(const AlertBook& book, const Routing& routing, const GroupKey& name, const Batch& batch,
                    TimePoint now);

/// Not now: a fallback is not told the end of what a batch under way may still tell it to fire, nor two things at once.
bool waits_for_other(const AlertBook& book, const Routing& routing, const GroupKey& name, const AlertGroup& group);

}  // namespace ballast
