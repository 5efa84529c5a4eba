// B. Restarts, rollouts, what a process must not forget and what must not stop it.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

Play restart_at(std::uint64_t seed, std::initializer_list<Time> kills) {
  Play play = surge(seed);
  Chance chance(seed + 1000);
  for (const Time kill : kills) play.faults.kills.push_back(kill + chance.real(0, 6));
  return play;
}
Play kill_in_scale_up(std::uint64_t seed) { return restart_at(seed, {66, 74, 82}); }
Play kill_in_drain(std::uint64_t seed) { return restart_at(seed, {338, 344, 350}); }
Play restart_while_metrics_lie(std::uint64_t seed) {
  Play play = restart_at(seed, {150});
  play.faults.troubles = {source(Fault::source_empty, 120, 220)};
  play.expected = {holds(120, 240)};
  return play;
}

/// As the load has been low for most of the window: it counts from the start.
Play restart_as_load_falls(std::uint64_t seed) {
  Play play = restart_at(seed, {322});
  const Time started = play.faults.kills.front();
  play.expected = {does_not_shrink(300, started + 30), turns_at_most(0), serves(2, 2, started + 30 + 10 + 20 + 20)};
  return play;
}

Play restart_without_history(std::uint64_t seed) {
  Play play = restart_at(seed, {305});
  play.faults.lose_disk = true;
  play.faults.troubles = {source(Fault::source_empty, 304, 400)};
  play.expected = {holds(300, 400), says(Reason::no_usable_signal, 320, 400)};
  return play;
}

/// A target like a Deployment, three more a minute at most, and a controller that dies in between.
Play restart_within_rate(std::uint64_t seed) {
  Play play = restart_at(seed, {80, 95});
  play.workload.pools.clear();
  play.workload.behavior->scale_up.policies = {{PolicyType::pods, 3, 60}};
  play.world.has_pool = false;
  play.world.chooses_members = false;
  return play;
}

/// No life is long enough to earn a shrink.
Play crash_loop(std::uint64_t seed) {
  Play play = surge(seed);
  Chance chance(seed + 2000);
  Time t = 311;
  while (t < 410) {
    play.faults.kills.push_back(t);
    t += chance.real(5, 28);
  }
  play.expected = {does_not_shrink(300, 410)};
  return play;
}

/// A raise waits for its window, which is longer than any life: what was proposed before a restart counts.
Play churn(std::uint64_t seed) {
  Play play = surge(seed);
  Chance chance(seed + 2000);
  play.workload.behavior->scale_up.stabilization_window_seconds = 30;
  for (Time t = 62; t < 300; t += chance.real(7, 14)) play.faults.kills.push_back(t);
  play.faults.power_stays = true;
  play.expected = {holds(60, 88), serves(least_for(play, 200), most_for(play, 200), 200), turns_at_most(0)};
  return play;
}

/// What a port, a probe or a receiver throws is the trouble of its own service, and over with it.
Play something_throws(std::uint64_t seed) {
  Play play = surge(seed);
  constexpr const char* kNames[] = {"probe", "target", "pool"};
  constexpr Target kTargets[] = {Target::source, Target::scaler, Target::balancer};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    play.others.push_back(neighbour(seed, kNames[i]));
    Trouble trouble = of_port(kTargets[i], Fault::mishap, 65, 200);
    trouble.service = i + 1;
    trouble.mishap.throws_looking = true;
    play.faults.troubles.push_back(trouble);
    if (kTargets[i] == Target::source) continue;
    trouble.from = 200;
    trouble.to = 400;
    trouble.mishap = Mishap{.throws_writing = true};
    play.faults.troubles.push_back(trouble);
  }
  Trouble receiver = of_port(Target::receiver, Fault::mishap, 65, 250);
  receiver.mishap.throws_writing = true;
  play.faults.troubles.push_back(receiver);
  play.expected = {dies_at_most(0),
                   hears_every(2.1, 10, 400),
                   turns_at_most(0),
                   serves(least_for(play, 290), most_for(play, 290), 290),
                   people_hear("an index past the end"),
                   says(Reason::target_unknown, 75, 200, 2),
                   tells_of("sim/target ScaleFailed", 1, 2)};
  return play;
}

Play late_starts(std::uint64_t seed) {
  Play play = surge(seed);
  play.world.start_delay_min = 40;
  play.world.start_delay_max = 80;
  play.expected = {turns_at_most(0)};
  return play;
}

Play member_dies(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.failures = {100, 130, 131, 250};
  return play;
}

/// A target like a Deployment, steered by how busy its members are.
Play busy_deployment(std::uint64_t seed, TargetType type, std::vector<std::pair<Time, double>> points) {
  Play play = with_demand(seed, std::move(points));
  play.workload.pools.clear();
  play.world.has_pool = false;
  play.world.chooses_members = false;
  play.workload.signals.front().target_type = type;
  play.workload.signals.front().target_milli = 70'000;
  return play;
}

/// In a rollout a quarter more members exist, and the load rises: those of the new version are no reason for more.
Play rollout(std::uint64_t seed) {
  const std::int32_t members = Chance(seed).between(9, 15);
  const std::int32_t more = members / 3;
  const double low = 7 * members - 3.5;
  const double high = 7 * (members + more) - 3.5;
  Play play = busy_deployment(seed, TargetType::value,
                              {{0, 10}, {60, 10}, {70, low}, {190, low}, {191, high}, {340, high}, {350, 10}});
  play.dialects = {Dialect::number};
  play.faults.rollouts = {{180, 240}};
  // One that members who started late had it ask for too much may go before the rollout: that is the one turn.
  play.expected = {serves(members + members / 3, members + members / 3, 230), does_not_shrink(170, 340),
                   turns_at_most(1)};
  return play;
}

/// Members that start use more than they will ever carry.
Play start_burst(std::uint64_t seed) {
  const std::int32_t members = Chance(seed).between(9, 15);
  const double high = 7 * members - 3.5;
  Play play = busy_deployment(seed, TargetType::utilization, {{0, 10}, {60, 10}, {61, high}, {300, high}, {310, 10}});
  play.dialects = {Dialect::haproxy_servers};
  play.world.start_delay_min = 8;
  play.world.start_delay_max = 25;
  play.expected = {serves(members - 1, members, 150), turns_at_most(0)};
  return play;
}

/// Two good documents around one that cannot be used.
Play bad_document(std::uint64_t seed) {
  Play play = surge(seed);
  play.others = {neighbour(seed, "bad"), neighbour(seed, "good")};
  play.others[0].refused = true;
  for (const std::size_t service : {std::size_t{0}, std::size_t{2}}) play.expected.push_back(turns_at_most(0, service));
  play.expected.push_back(serves(least_for(play, 290), most_for(play, 290), 290));
  play.expected.push_back(says(Reason::within_tolerance, 200, 290, 2));
  return play;
}

}  // namespace

std::vector<Scenario> restart_scenarios() {
  return {
      {"S18_restart_as_the_load_falls", "no shrink until a full window after the start", Bug::old_evidence,
       restart_as_load_falls},
      {"S18_restart_while_metrics_lie", "kill -9 and nothing to measure: hold", Bug::starts_at_min,
       restart_while_metrics_lie},
      {"S19_restart_without_history", "an empty disk and nothing to measure: hold", Bug::starts_at_min,
       restart_without_history},
      {"S20_restart_within_rate", "what a rate limit counts survives kill -9", Bug::forgets, restart_within_rate},
      {"S20_crash_loop", "no life is long enough to earn a shrink", Bug::old_evidence, crash_loop},
      {"S20_restart_churn", "no life is as long as a window: what was proposed before counts", Bug::forgets_proposals,
       churn},
      {"S21_rollout_surge", "members of a rollout are there while the load rises: not multiplied", Bug::surge_counts,
       rollout},
      {"S23_start_up_burst", "members that start burn more than they will carry: not counted as load",
       Bug::starting_counts, start_burst},
      {"S23_late_starts", "members need longer than several decisions: asked for once", Bug::lost_drain, late_starts},
      {"S27_bad_document", "one document cannot be used: the others are served", Bug::bad_document_stops, bad_document},
      {"S59_something_throws", "a probe, a target, a pool and a receiver throw: only they are in trouble",
       Bug::throw_ends_all, something_throws},
      {"kill_in_scale_up", "kill -9 three times while it grows", Bug::act_before_journal, kill_in_scale_up},
      {"kill_in_drain", "kill -9 three times while it shrinks", Bug::lost_drain, kill_in_drain},
      {"member_dies", "members die under load", Bug::lost_drain, member_dies},
  };
}

}  // namespace ballast::sim
