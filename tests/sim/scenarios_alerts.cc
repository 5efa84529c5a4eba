// G. Whom alerts must reach, whatever becomes of receivers and of the controller.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr const char* kUnavailable = "sim/web MetricsUnavailable";

/// Nothing can be measured for so long that people are told, a minute after it began.
Play outage(std::uint64_t seed, Time from = 100, Time to = 230) {
  Play play = surge(seed);
  play.faults.troubles = {source(Fault::source_refuses, from, to)};
  return play;
}

Trouble asks_for_a_pause(Time pause, Time from, Time to) {
  Trouble trouble = of_port(Target::receiver, Fault::mishap, from, to);
  trouble.mishap.writes = Errc::rate_limited;
  trouble.mishap.retry_after = pause;
  return trouble;
}

/// The receiver has too much to do as the alert begins, and as it ends.
Play rate_limited(std::uint64_t seed) {
  Chance chance(seed + 1000);
  Play play = outage(seed);
  play.faults.troubles.push_back(asks_for_a_pause(chance.real(10, 50), 150, 300));
  play.expected = {tells_of(kUnavailable, 1, 1), leaves_the_receiver_alone()};
  return play;
}

/// What it asks for counts over restarts.
Play rate_limited_and_killed(std::uint64_t seed) {
  Play play = rate_limited(seed);
  Chance chance(seed + 2000);
  play.faults.kills = {166 + chance.real(0, 10), 180 + chance.real(0, 40), 240 + chance.real(0, 40)};
  return play;
}

/// Kills as the alert begins, is told, ends, is told again; a word takes a second to arrive.
Play killed_at_each_step(std::uint64_t seed) {
  Chance chance(seed + 1000);
  Play play = outage(seed);
  Trouble slow = of_port(Target::receiver, Fault::mishap, 0, 400);
  slow.mishap.takes = 1;
  play.faults.troubles.push_back(slow);
  for (const Time step : {162.0, 164.0, 166.0, 231.0, 233.0, 235.0})
    play.faults.kills.push_back(step + chance.real(0, 2));
  play.expected = {tells_of(kUnavailable, 1, 2)};  // who dies before it is written down begins anew
  return play;
}

/// It fires three times, and answers of the receiver get lost.
Play fires_again(std::uint64_t seed) {
  Chance chance(seed + 1000);
  Play play = surge(seed);
  for (const Time from : {75.0, 180.0, 285.0})
    play.faults.troubles.push_back(source(Fault::source_refuses, from, from + 75));
  play.faults.troubles.push_back(of_port(Target::receiver, Fault::reply_lost, 140 + chance.real(0, 10), 165));
  play.faults.kills = {160 + chance.real(0, 15), 265 + chance.real(0, 15)};
  play.expected = {tells_of(kUnavailable, 3, 3)};
  return play;
}

/// A value that goes to and fro over a threshold, and a controller that dies meanwhile.
Play flaps(std::uint64_t seed) {
  Chance chance(seed + 1000);
  Play play = surge(seed);
  play.world.demand.points = {{0, 60}, {60, 60}};
  for (Time t = 70; t < 300; t += 5)
    play.world.demand.points.emplace_back(t, play.world.demand.points.size() % 2 * 10 + 60);
  play.world.demand.points.emplace_back(310, 60);
  AlertRule rule{.alert = "Busy", .fingerprint = 4242, .threshold = 65};
  rule.keep_firing_for = std::chrono::seconds{30};
  play.workload.alerts = {rule};
  play.faults.kills = {120 + chance.real(0, 30), 220 + chance.real(0, 30)};
  play.expected = {tells_of("sim/web Busy of load0", 1, 1), says_nothing_twice()};
  return play;
}

}  // namespace

std::vector<Scenario> alert_scenarios() {
  return {
      {"S67_receiver_asks_for_a_pause", "429 with Retry-After: told later, not sooner than it asks, never dropped",
       Bug::drops_refused, rate_limited},
      {"S67_receiver_asks_and_kills", "the same, and the controller dies meanwhile", Bug::drops_refused,
       rate_limited_and_killed},
      {"S68_killed_at_each_step", "kill -9 as an alert begins, is told, ends and is told again",
       Bug::act_before_journal, killed_at_each_step},
      {"S69_fires_again", "three firings: each with its own begin and end, none before the other", Bug::forgets_begin,
       fires_again},
      {"S70_flapping", "to and fro over a threshold: one alert, told once", Bug::no_keep_firing, flaps},
  };
}

}  // namespace ballast::sim
