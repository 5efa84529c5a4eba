// What is steered does not do what it is told, or nobody can write it down.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

template <Target kTarget, Fault kFault>
Play port_fails(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles = {of_port(kTarget, kFault, 65, 90), of_port(kTarget, kFault, 335, 360)};
  return play;
}

Play disk_full_in_surge(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles = {of_port(Target::disk, Fault::disk_full, 60, 200)};
  return play;
}

/// The load falls while nothing can be written down, and the controller dies of it, twice.
Play disk_full_and_killed(std::uint64_t seed) {
  Play play = surge(seed);
  Chance chance(seed + 1000);
  play.faults.kills = {75 + chance.real(0, 6), 345 + chance.real(0, 6)};
  play.faults.troubles = {of_port(Target::disk, Fault::disk_full, 60, 110),
                          of_port(Target::disk, Fault::disk_full, 320, 400)};
  return play;
}

/// One fewer each ten seconds, and no answer to any of it.
Play fewer_one_by_one(std::uint64_t seed) {
  Play play = surge(seed);
  play.workload.pools.clear();
  play.world.has_pool = false;
  play.world.chooses_members = false;
  play.workload.behavior->scale_down.policies = {{PolicyType::pods, 1, 10}};
  play.world.demand.points.back().second = 52;
  play.faults.troubles = {of_port(Target::scaler, Fault::reply_lost, 305, 480)};
  play.quiet_from = 480;
  play.expected = {turns_at_most(0)};
  return play;
}

}  // namespace

std::vector<Scenario> port_scenarios() {
  return {
      {"S61_fewer_one_by_one", "one fewer, and the answer is lost: told again, not one fewer again",
       Bug::repeats_decrease, fewer_one_by_one},
      {"S63_scale_reply_lost", "done, but the answer is lost: look, do not repeat", Bug::repeats_relative,
       port_fails<Target::scaler, Fault::reply_lost>},
      {"scaler_refuses", "writes to the target fail", Bug::lost_drain, port_fails<Target::scaler, Fault::write_fails>},
      {"target_hidden", "the target cannot be observed", Bug::lost_drain,
       port_fails<Target::scaler, Fault::observe_fails>},
      {"balancer_refuses", "writes to the pool fail", Bug::lost_drain,
       port_fails<Target::balancer, Fault::write_fails>},
      {"pool_hidden", "the pool cannot be observed", Bug::lost_drain,
       port_fails<Target::balancer, Fault::observe_fails>},
      {"weights_reply_lost", "done, but the balancer's answer is lost", Bug::lost_drain,
       port_fails<Target::balancer, Fault::reply_lost>},
      {"disk_full_in_surge", "the journal cannot be written: raises go on", Bug::lost_drain, disk_full_in_surge},
      {"disk_full_and_killed", "nothing can be written down, and kill -9", Bug::lost_drain, disk_full_and_killed},
  };
}

}  // namespace ballast::sim
