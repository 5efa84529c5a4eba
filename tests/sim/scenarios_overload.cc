// More load than all members that there can be carry: a share of the requests is refused, and no longer than needed.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

/// At most ten members, and load for thirteen from 70 s to 300 s: of 91, the 66.5 that they carry up to 95 % of their
/// targets are let in; 27 % are refused.
Play crowded(std::uint64_t seed) {
  Play play = with_demand(seed, {{0, 10}, {60, 10}, {70, 91}, {300, 91}, {310, 10}});
  play.workload.max_replicas = 10;
  play.workload.pools.front().overload = Overload{.utilization_above = 76};  // of 1.25 times their targets
  return play;
}

Play too_much(std::uint64_t seed) {
  Play play = crowded(seed);
  play.expected = {refuses(0, 0, 0, 70), refuses(20, 30, 170, 300), says(Reason::overloaded, 170, 300),
                   serves(10, 10, 299), refuses(0, 0, 360, 400)};
  return play;
}

Play too_much_and_killed(std::uint64_t seed) {
  Play play = crowded(seed);
  Chance chance(seed + 4000);
  play.faults.kills = {chance.real(90, 130), chance.real(190, 210)};
  play.faults.restart_after = chance.real(0, 8);
  play.expected = {refuses(15, 30, 225, 300), serves(10, 10, 299), refuses(0, 0, 360, 400)};
  return play;
}

/// What is refused on no evidence harms people.
Play too_much_and_unmeasured(std::uint64_t seed) {
  Play play = crowded(seed);
  play.faults.troubles = {source(Fault::source_refuses, 180, 280)};
  play.expected = {refuses(0, 0, 255, 279), serves(10, 10, 279), refuses(0, 0, 400, 420)};
  return play;
}

Play too_much_and_the_disk_is_full(std::uint64_t seed) {
  Play play = crowded(seed);
  play.faults.troubles = {of_port(Target::disk, Fault::disk_full, 75, 200)};
  play.expected = {refuses(0, 0, 90, 199), refuses(20, 30, 250, 300), refuses(0, 0, 360, 400)};
  return play;
}

/// So much is refused that four members seem to do.
Play more_than_half(std::uint64_t seed) {
  Play play = crowded(seed);
  play.workload.pools.front().overload = Overload{.utilization_above = 36, .max_percent = 70};
  play.expected = {refuses(50, 67, 180, 300), serves(10, 10, 299), refuses(0, 0, 380, 420)};
  return play;
}

}  // namespace

std::vector<Scenario> overload_scenarios() {
  return {
      {"overload_is_refused", "more than all members carry: a share is refused, and no longer than needed",
       Bug::sheds_below_max, too_much},
      {"overload_and_killed", "kill -9 while requests are refused", Bug::sheds_below_max, too_much_and_killed},
      {"overload_unmeasured", "the source falls silent while requests are refused", Bug::sheds_below_max,
       too_much_and_unmeasured},
      {"overload_unwritten", "nothing can be written down: nothing more is refused", Bug::sheds_below_max,
       too_much_and_the_disk_is_full},
      {"overload_by_half", "far fewer members than there are would do for what is let in", Bug::trusts_let_in,
       more_than_half},
  };
}

}  // namespace ballast::sim
