// I6: whether people were told what they had to be, by what the receiver wrote down.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/run.h"

namespace ballast::sim {

/// At the end: who was told that something is wrong, and not that it is over, is told of what is wrong now, `firing`.
/// Keys are looked at as receivers do. An alert that fires anew has a later begin, and none ends before it began.
std::vector<Violation> judge_notices(const Play& play, const Stage& stage,
                                     const std::set<std::pair<std::string, TimePoint>>& firing);

/// People are told of so many firings of an alert, of the begin and the end of each, and one after the other.
Expectation tells_of(std::string alert, std::size_t least, std::size_t most);
/// Nothing is said twice under another key.
Expectation says_nothing_twice();
/// No word is repeated sooner than the receiver asked for.
Expectation leaves_the_receiver_alone();

}  // namespace ballast::sim
