// C. Others at the same target: hands of people, what they say meanwhile, and second owners.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

using What = FaultPlan::Meddling::What;

/// A target like a Deployment is told another number, too few and then too many. Back it goes by the rates.
Play told_by_hand(std::uint64_t seed) {
  Chance chance(seed + 1000);
  Play play = surge(seed);
  play.workload.pools.clear();
  play.world.has_pool = false;
  play.world.chooses_members = false;
  play.workload.behavior->scale_up.policies = {{PolicyType::pods, 3, 10}};
  play.workload.behavior->scale_down.policies = {{PolicyType::pods, 3, 10}};
  const Time fewer = 150 + chance.real(0, 4);
  const Time more = 220 + chance.real(0, 4);
  play.faults.hands = {{fewer, What::tells, chance.between(2, 6)}, {more, What::tells, chance.between(24, 30)}};
  const auto most_tolerated = static_cast<std::int32_t>(play.world.demand.at(299) / (7 * 0.9));
  play.expected = {serves(least_for(play, 215), most_for(play, 215), 215),
                   serves(least_for(play, 299), most_tolerated, 299), says(Reason::scale_up_limit, 158, 162)};
  return play;
}

/// Members that somebody took out of the pool are theirs: people are told, and nobody makes up for it by force.
Play taken_out_by_hand(std::uint64_t seed) {
  Chance chance(seed + 1000);
  Play play = surge(seed);
  const Time taken = 90 + chance.real(0, 4);
  for (const Time later : {0.0, 3.0, 20.0}) play.faults.hands.push_back({taken + later, What::takes_out});
  play.faults.hands.push_back({425, What::gives_back});
  play.quiet_from = 440;
  play.expected = {says(Reason::member_contested, 100, 425), leaves_alone_what_others_hold(),
                   tells_of("sim/web MemberContested", 1, 1)};
  return play;
}

/// Each call takes as long as a tick, so that what is said comes in the middle of one.
Play paused_within_a_tick(std::uint64_t seed) {
  constexpr Time kUnderWay = 1.95;  // one call
  Chance chance(seed + 1000);
  Play play = surge(seed);
  play.faults.troubles = {of_port(Target::scaler, Fault::slow, 30, 400),
                          of_port(Target::balancer, Fault::slow, 30, 400)};
  for (Time t = 62; t < 130; t += chance.real(9, 14)) {
    const Time to = t + 8;
    play.faults.words.push_back({t, to, true});
    play.expected.push_back(untouched(t + kUnderWay, to));
  }
  return play;
}

/// Another policy of the same target, and one that only watches it.
Play two_owners(std::uint64_t seed) {
  Play play = surge(seed);
  for (const char* name : {"second", "watcher"}) {
    Service other = neighbour(seed, name);
    other.world = play.world;
    other.shares = true;
    other.workload.signals.front().target_milli = 3500;
    play.others.push_back(other);
  }
  play.others[1].workload.mode = Mode::dry_run;
  play.faults.kills = {150};
  play.expected = {people_hear("steered by sim/web"), says(Reason::mode_forbids, 200, 290, 2), turns_at_most(0),
                   serves(least_for(play, 290), most_for(play, 290), 290)};
  return play;
}

}  // namespace

std::vector<Scenario> people_scenarios() {
  return {
      {"S24_told_by_hand", "somebody tells the target another number: seen, and back by the rates",
       Bug::believes_itself, told_by_hand},
      {"S24_taken_out_by_hand", "somebody takes members out of the pool: theirs, and people are told",
       Bug::fights_people, taken_out_by_hand},
      {"S25_paused_within_a_tick", "a pause in the middle of a tick: what was decided is not done", Bug::hears_late,
       paused_within_a_tick},
      {"S28_two_owners", "two policies of one target: one holds and names the owner, one in DryRun stands beside it",
       Bug::ignores_owner, two_owners},
  };
}

}  // namespace ballast::sim
