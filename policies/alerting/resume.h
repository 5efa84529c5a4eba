// A book of the last run that could be read only after this run had begun one of its own.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "policies/alerting/dispatch.h"

namespace ballast {

/// What `kept` has firing and is over: its workload is one of `known`, whose alerts all stand in `since`, or its alert
/// fires anew there. In the order of the book.
std::vector<EpisodeKey> ended_meanwhile(const AlertBook& kept, const AlertBook& since,
                                        const std::set<std::string>& known);

/// Both in one. What happened `since` is newer; what was told before stays told. Of two notifications that a group was
/// delivering that of `since` goes on, it may be under way; what the other said is told anew. Then place the episodes.
AlertBook resumed(AlertBook kept, AlertBook since);

}  // namespace ballast
