// What a scenario asks beyond the oracle's invariants: what the world may have seen, and what must have been said.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/reason.h"
#include "tests/sim/oracle.h"

namespace ballast::sim {

struct Outcome;
/// Adds what is wrong.
using Expectation = std::function<void(const Outcome&, std::vector<Violation>&)>;

/// At every moment of these the newest decision of a service has a step with this reason.
Expectation says(Reason reason, Time from, Time to, std::size_t service = 0);
/// Nobody is told another number, and nobody's weight is taken away.
Expectation holds(Time from, Time to, std::size_t service = 0);
/// The same, but more may be told.
Expectation does_not_shrink(Time from, Time to, std::size_t service = 0);
/// Nobody is told anything.
Expectation untouched(Time from, Time to, std::size_t service = 0);
/// No member changes its weight while somebody else holds it.
Expectation leaves_alone_what_others_hold(std::size_t service = 0);
/// People are told something that holds this text.
Expectation people_hear(std::string text);
/// The controller dies so often, at the most.
Expectation dies_at_most(std::size_t times);
/// So many are told to serve at this time.
Expectation serves(std::int32_t least, std::int32_t most, Time at, std::size_t service = 0);
/// The number told turns from falling to rising at most so often.
Expectation turns_at_most(int times, std::size_t service = 0);
/// A person reading along gets at most so many new sentences.
Expectation decides_at_most(std::size_t times, Time from, Time to, std::size_t service = 0);

/// Its sources answer, well or not, at least so often.
Expectation hears_every(Time span, Time from, Time to, std::size_t service = 0);

/// Whoever sickens, and stays so for longer, gets nothing any more within `limit`, and something again once it is well,
/// within `back`.
Expectation ejects_the_sick(Time limit, Time back, std::size_t service = 0);
/// At most so many members are ever started, but for those there are at first.
Expectation starts_at_most(int members, std::size_t service = 0);

/// Within this span of percent of the requests is refused all the time.
Expectation refuses(std::int32_t least, std::int32_t most, Time from, Time to, std::size_t service = 0);

/// Members told, less those that drain, just after `t`.
std::int32_t told_to_serve(const std::vector<Event>& events, std::int32_t initial, Time t);

}  // namespace ballast::sim
