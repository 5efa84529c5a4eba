// Some members of a pool answer worse than the others: they get nothing for a while, and no one is started for them.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

/// Ten members for a constant load, and an oracle that knows who is sick.
Play steady(std::uint64_t seed, std::int32_t members = 10) {
  Play play = with_demand(seed, {{0, 7.0 * members - 2}});
  play.world.initial_members = members;
  play.workload.pools.front().outlier_detection.emplace();
  play.quiet_from = 700;
  play.length = 1500;
  return play;
}

Play sick(std::uint64_t seed, Sickness how, Time lasts) {
  Play play = steady(seed);
  Chance chance(seed + 2000);
  const Time from = chance.real(60, 120);
  play.faults.sick = {{from, from + lasts, how}};
  return play;
}

Play one_fails(std::uint64_t seed) {
  Play play = sick(seed, Sickness::fails, 40);
  play.expected = {ejects_the_sick(8, 70), starts_at_most(0)};
  return play;
}

Play one_is_slow(std::uint64_t seed) {
  Play play = sick(seed, Sickness::slow, 60);
  play.workload.pools.front().outlier_detection->latency.request_volume = 2;
  play.expected = {ejects_the_sick(25, 120), starts_at_most(0)};
  return play;
}

/// It is back before it is well, again and again: each time it is out for longer.
Play one_fails_for_long(std::uint64_t seed) {
  Play play = sick(seed, Sickness::fails, 400);
  play.expected = {ejects_the_sick(8, 310), starts_at_most(0)};
  return play;
}

/// Nothing can be compared any more: a detector that finds everybody sick is wrong.
Play all_fail(std::uint64_t seed) {
  Play play = steady(seed);
  play.faults.sick = {{80, 200, Sickness::fails, 10}};
  play.expected = {starts_at_most(0)};
  return play;
}

Play members_flap(std::uint64_t seed) {
  Play play = steady(seed);
  for (int second = 0; second < 120; ++second)
    play.faults.sick.push_back({80.0 + second, 82.5 + second, Sickness::fails, 3});
  play.expected = {starts_at_most(0)};
  return play;
}

/// Half of a pool that has none to spare: another one comes before it goes.
Play one_of_two_fails(std::uint64_t seed) {
  Play play = steady(seed, 2);
  play.faults.sick = {{80, 400, Sickness::fails}};
  play.expected = {ejects_the_sick(90, 400)};
  return play;
}

Play killed_while_one_is_out(std::uint64_t seed) {
  Play play = sick(seed, Sickness::fails, 60);
  Chance chance(seed + 3000);
  play.faults.kills = {125 + chance.real(0, 10), 140 + chance.real(0, 20)};
  play.expected = {ejects_the_sick(15, 100), starts_at_most(0)};
  return play;
}

Play counters_reset_while_one_fails(std::uint64_t seed) {
  Play play = sick(seed, Sickness::fails, 60);
  for (int second = 70; second < 160; second += 15) play.faults.resets.push_back(second);
  play.expected = {ejects_the_sick(15, 100), starts_at_most(0)};
  return play;
}

}  // namespace

std::vector<Scenario> sick_scenarios() {
  return {
      {"sick_one_fails", "a member answers nothing but errors", Bug::ejects_never, one_fails},
      {"sick_one_is_slow", "a member takes ten times as long", Bug::ejects_never, one_is_slow},
      {"sick_for_long", "a member fails for minutes", Bug::ejects_never, one_fails_for_long},
      {"sick_all_fail", "all members fail at once", Bug::ejects_all, all_fail},
      {"sick_flapping", "members fail in turns, each for seconds", Bug::ejects_all, members_flap},
      {"sick_one_of_two", "a member fails that is needed", Bug::lost_drain, one_of_two_fails},
      {"sick_and_killed", "kill -9 while a member is out", Bug::ejects_never, killed_while_one_is_out},
      {"sick_and_reset", "counters begin anew while a member fails", Bug::ejects_never, counters_reset_while_one_fails},
  };
}

}  // namespace ballast::sim
