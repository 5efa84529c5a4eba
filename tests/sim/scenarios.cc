#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr Time kQuiet = 420;

/// High load from 60 s to 300 s, then low; window 30 s, staleAfter 20 s: every outage below is longer than both.
Play surge(std::uint64_t seed) {
  Chance chance(seed);
  Play play;
  Workload& workload = play.workload;
  workload = Workload{.name = "sim/web", .target_kind = "sim", .target_name = "web", .document = 7};
  workload.min_replicas = 2;
  workload.max_replicas = 30;
  workload.interval = std::chrono::seconds{2};
  Signal load{.name = "load0", .fingerprint = 100, .target_type = TargetType::average_value, .target_milli = 7000};
  load.interval = std::chrono::seconds{2};
  load.stale_after = std::chrono::seconds{20};
  workload.signals = {load};
  workload.behavior = Behavior{};
  workload.behavior->scale_down.stabilization_window_seconds = 30;
  workload.pools = {Pool{.name = "pool", .fingerprint = 9, .drain_timeout = std::chrono::seconds{20}}};
  play.world.seed = seed;
  play.world.initial_members = 2;
  play.world.start_delay_max = chance.real(2, 15);
  play.world.finish_time = chance.real(3, 6);
  const double high = chance.real(90, 150);
  play.world.demand.points = {{0, 10}, {60, 10}, {70, high}, {300, high}, {310, 10}};
  play.quiet_from = kQuiet;
  play.length = kQuiet + 900;
  return play;
}

void add_signal(Play& play, const char* name, Fingerprint fingerprint) {
  Signal copy = play.workload.signals.front();
  copy.name = name;
  copy.fingerprint = fingerprint;
  play.workload.signals.push_back(copy);
}

/// The source lies or is silent for 100 s while load is high.
template <Fault kFault>
Play source_fails(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles.push_back({.target = Target::source, .fault = kFault, .signal = {}, .from = 120, .to = 220});
  return play;
}

Play one_of_two_missing(std::uint64_t seed) {
  Play play = surge(seed);
  add_signal(play, "load1", 101);
  // The other one says down.
  play.faults.troubles.push_back(
      {.target = Target::source, .fault = Fault::source_refuses, .signal = "load1", .from = 305, .to = 410});
  return play;
}

Play gap_then_back(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles.push_back(
      {.target = Target::source, .fault = Fault::source_times_out, .signal = {}, .from = 250, .to = 330});
  return play;
}

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
  play.faults.troubles.push_back(
      {.target = Target::source, .fault = Fault::source_empty, .signal = {}, .from = 120, .to = 220});
  return play;
}

template <Target kTarget, Fault kFault>
Play port_fails(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles.push_back({.target = kTarget, .fault = kFault, .signal = {}, .from = 65, .to = 90});
  play.faults.troubles.push_back({.target = kTarget, .fault = kFault, .signal = {}, .from = 335, .to = 360});
  return play;
}

Play disk_full_in_surge(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles.push_back(
      {.target = Target::disk, .fault = Fault::disk_full, .signal = {}, .from = 60, .to = 200});
  return play;
}

/// The source freezes as the load has fallen: what it goes on saying is no evidence for a shrink.
Play frozen_when_low(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles.push_back(
      {.target = Target::source, .fault = Fault::source_frozen, .signal = {}, .from = 314, .to = 400});
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

Play member_dies(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.failures = {100, 130, 131, 250};
  return play;
}

Play late_starts(std::uint64_t seed) {
  Play play = surge(seed);
  play.world.start_delay_min = 40;
  play.world.start_delay_max = 80;
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
  return play;
}

Play restart_without_history(std::uint64_t seed) {
  Play play = restart_at(seed, {305});
  play.faults.lose_disk = true;
  play.faults.troubles.push_back(
      {.target = Target::source, .fault = Fault::source_empty, .signal = {}, .from = 304, .to = 400});
  return play;
}

Play everything_slow(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles = {{.target = Target::source, .fault = Fault::source_slow, .signal = {}, .from = 30, .to = 400},
                          {.target = Target::scaler, .fault = Fault::slow, .signal = {}, .from = 30, .to = 400},
                          {.target = Target::balancer, .fault = Fault::slow, .signal = {}, .from = 30, .to = 400}};
  return play;
}

/// The load falls while nothing can be written down, and the controller dies of it, twice.
Play disk_full_and_killed(std::uint64_t seed) {
  Play play = restart_at(seed, {75, 345});
  play.faults.troubles.push_back(
      {.target = Target::disk, .fault = Fault::disk_full, .signal = {}, .from = 60, .to = 110});
  play.faults.troubles.push_back(
      {.target = Target::disk, .fault = Fault::disk_full, .signal = {}, .from = 320, .to = 400});
  return play;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"surge_and_calm", "nothing fails", surge},
      {"metric_outage", "S1: the source refuses while load is high", source_fails<Fault::source_refuses>},
      {"metric_timeout", "S55: the source hangs", source_fails<Fault::source_times_out>},
      {"empty_answers", "S2: answers without a value", source_fails<Fault::source_empty>},
      {"http_500", "S4: an error page", source_fails<Fault::source_500>},
      {"html_for_number", "a login page for a number", source_fails<Fault::source_html>},
      {"nan_answers", "S7: NaN", source_fails<Fault::source_nan>},
      {"infinite_answers", "S8: +Inf", source_fails<Fault::source_infinite>},
      {"frozen_metric", "S12: one sample, over and over", source_fails<Fault::source_frozen>},
      {"frozen_when_low", "S12: one sample, over and over, as the load has fallen", frozen_when_low},
      {"one_of_two_missing", "S13: one signal missing, the other good", one_of_two_missing},
      {"gap_then_back", "S6: back after an outage, load low by then", gap_then_back},
      {"restart_while_metrics_lie", "S18: kill -9 and nothing to measure", restart_while_metrics_lie},
      {"kill_in_scale_up", "kill -9 three times while it grows", kill_in_scale_up},
      {"kill_in_drain", "kill -9 three times while it shrinks", kill_in_drain},
      {"restart_within_rate", "S20: what a rate limit counts survives kill -9", restart_within_rate},
      {"scaler_refuses", "writes to the target fail", port_fails<Target::scaler, Fault::write_fails>},
      {"scale_reply_lost", "S63: done, but the answer is lost", port_fails<Target::scaler, Fault::reply_lost>},
      {"target_hidden", "the target cannot be observed", port_fails<Target::scaler, Fault::observe_fails>},
      {"balancer_refuses", "writes to the pool fail", port_fails<Target::balancer, Fault::write_fails>},
      {"pool_hidden", "the pool cannot be observed", port_fails<Target::balancer, Fault::observe_fails>},
      {"disk_full_in_surge", "the journal cannot be written", disk_full_in_surge},
      {"late_starts", "S23: workers need longer than several decisions", late_starts},
      {"crash_loop", "S20: no life is long enough to earn a shrink", crash_loop},
      {"restart_without_history", "S19: an empty disk and nothing to measure", restart_without_history},
      {"everything_slow", "S38: each call takes as long as a tick", everything_slow},
      {"weights_reply_lost", "done, but the balancer's answer is lost",
       port_fails<Target::balancer, Fault::reply_lost>},
      {"disk_full_and_killed", "nothing can be written down, and kill -9", disk_full_and_killed},
      {"member_dies", "members die under load", member_dies},
  };
  return all;
}

}  // namespace ballast::sim
