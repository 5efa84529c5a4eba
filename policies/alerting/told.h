// The parts of dispatch (dispatch.h): what was told of an episode, what is owed, and when it is forgotten.
#pragma once

#include <vector>

#include "core/alert.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

inline bool over(const Alert& alert) { return alert.ends_at.has_value(); }

/// What a group's receiver has still to be told of an episode. One that stands in is told the end of what it was told.
bool owes(const GroupKey& name, Told told, const Alert& alert);

/// The groups that an episode is in, or shall be, and those that stand in. Without a route they stay as they were:
/// nobody is told then, and nothing is forgotten.
std::vector<GroupKey> groups_with(const AlertBook& book, const Routing& routing, const EpisodeKey& key,
                                  const Alert& alert);

/// What a receiver that took this knows. That something is over, which fires again since, is no news to keep.
Told now_told(const AlertBook& book, const Batch::Entry& entry, Told before);

/// A group that nobody is in is gone, unless an attempt is still to be settled.
void drop_if_empty(AlertBook& book, const GroupKey& name);
void forget(AlertBook& book, const Routing& routing, const EpisodeKey& key, Changes& changes);
/// Once it is over and nobody has still to be told.
void forget_if_told(AlertBook& book, const Routing& routing, const EpisodeKey& key, Changes& changes);

}  // namespace ballast
