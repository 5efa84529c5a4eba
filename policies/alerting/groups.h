// The parts of dispatch (dispatch.h): which groups an alert belongs to, their times, and one notification of one group.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/alert.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

/// Of a receiver, by its route. One that relays is told at once and again each minute.
struct GroupTiming {
  Duration wait{};
  Duration interval{};
  Duration repeat{};
};
GroupTiming timing_of(const Routing& routing, const std::string& receiver);

/// The labels that a receiver's alerts are grouped by.
LabelSet group_labels(const Routing& routing, const std::string& receiver, const LabelSet& labels);
/// One for each receiver of the route, in its order.
std::vector<GroupKey> groups_of(const Routing& routing, const LabelSet& labels);

/// Who takes what the receiver of a group does not take; empty: nobody. Nobody stands in for a fallback.
std::string fallback_of(const Routing& routing, const GroupKey& name);
/// The group of what a group's fallback was told in its place; without a fallback it has no receiver.
GroupKey stand_in(const Routing& routing, const GroupKey& name);
inline bool is_stand_in(const GroupKey& name) { return !name.instead_of.empty(); }

/// `{alertname="MaxedOut",namespace="shop"}`.
std::string to_string(const LabelSet& labels);

/// What is the same on each try of a notification, and on no other: of its group, how many went before, and what it
/// says.
std::string key_of(const GroupKey& group, std::uint64_t sent, const Batch& batch);

/// The batch of a group as its receiver is told it. Firing alerts first, then by begin. A fallback hears it again after
/// the route's time, however often the group's own receiver wants to.
Attempt attempt_of(const AlertBook& book, const Routing& routing, const GroupKey& name, const AlertGroup& group);

/// After a failure: when, and at whom. 1 s doubled each time up to kPatienceWithReceiver, up to a fifth less so that
/// receivers are not asked in step; never before who is asked allows it, but at least each kLongestRetryAfter. What no
/// later try mends is tried again after the longest pause, since people mend settings. A fallback is asked at once
/// where no later try mends it, else once the patience is over, even while the receiver itself asks to be left alone;
/// then they are asked by turns.
void try_later(Batch& batch, const Routing& routing, const GroupKey& name, const Delivery& delivery, TimePoint now);

}  // namespace ballast
