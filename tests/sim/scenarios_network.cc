// E. Networks and resources.
#include "tests/sim/canary.h"
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr Time kOut = 120;
constexpr Time kBack = 220;

Play must_hold(Play play, Reason why) {
  play.expected = {says(why, kOut + 10, kBack),
                   says(Reason::no_usable_signal, kOut + 10, kBack),
                   holds(kOut, kBack + 20),
                   serves(least_for(play, kBack), most_for(play, kBack), kBack + 20),
                   decides_at_most(6, kOut, kBack + 20),
                   turns_at_most(0)};
  return play;
}

Play source_is(std::uint64_t seed, Fault fault) {
  Play play = surge(seed);
  play.dialects = {Dialect::number};
  play.faults.troubles = {source(fault, kOut, kBack)};
  return play;
}
Play nameless(std::uint64_t seed) { return must_hold(source_is(seed, Fault::source_nameless), Reason::signal_missing); }
Play hangs(std::uint64_t seed) { return must_hold(source_is(seed, Fault::source_times_out), Reason::signal_missing); }
Play drips(std::uint64_t seed) { return must_hold(source_is(seed, Fault::source_drips), Reason::signal_missing); }
Play huge(std::uint64_t seed) { return must_hold(source_is(seed, Fault::source_huge), Reason::signal_invalid); }

/// Six services whose sources hang, beside one that has a surge to follow.
Play one_slow_source(std::uint64_t seed) {
  Play play = surge(seed);
  constexpr const char* kNames[] = {"a", "b", "c", "d", "e", "f"};
  for (const char* name : kNames) {
    play.others.push_back(neighbour(seed, name));
    Trouble hang = source(Fault::source_times_out, 1, 400);
    hang.service = play.others.size();
    play.faults.troubles.push_back(hang);
  }
  play.expected = {hears_every(2.1, 10, 400), turns_at_most(0), serves(least_for(play, 290), most_for(play, 290), 290)};
  return play;
}

Play everything_slow(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles = {source(Fault::source_slow, 30, 400), of_port(Target::scaler, Fault::slow, 30, 400),
                          of_port(Target::balancer, Fault::slow, 30, 400)};
  return play;
}

/// Sources say what they were asked with, in each way in which they can fail.
Play secrets_come_back(std::uint64_t seed) {
  Play play = surge(seed);
  add_signal(play, "load1", 101);
  add_signal(play, "load2", 102);
  play.dialects = {Dialect::prometheus, Dialect::json, Dialect::number};
  const std::string error =
      R"({"status": "error", "errorType": "unauthorized", "error": "no such token: )" + std::string(kCanary) + "\"}";
  const std::string value = R"({"load": ")" + std::string(kCanary) + "\"}";
  play.faults.troubles = {
      answers(401, error.c_str(), kOut, 140), answers(200, error.c_str(), 140, 160),
      answers(200, value.c_str(), 160, 180),  source(Fault::source_500, 180, 200),
      source(Fault::source_html, 200, kBack), of_port(Target::receiver, Fault::write_fails, 150, 300)};
  play.faults.kills = {kOut + Chance(seed + 1000).real(0, 100)};
  play.expected = {tells_of("sim/web MetricsUnavailable", 1, 2), people_hear("***")};
  return play;
}

}  // namespace

std::vector<Scenario> network_scenarios() {
  return {
      {"S38_everything_slow", "each call takes as long as a tick", Bug::lost_drain, everything_slow},
      {"S54_name_not_found", "no such name, a silent name server, no such name: hold", Bug::unknown_is_zero, nameless},
      {"S55_source_hangs", "no answer at all: hold", Bug::unknown_is_zero, hangs},
      {"S55_slow_drip", "a byte a second: the deadline ends it, what came is no value", Bug::reads_what_came, drips},
      {"S56_one_slow_source", "six services whose sources hang: the seventh is served as ever", Bug::slow_blocks_all,
       one_slow_source},
      {"S60_secrets_come_back", "answers that repeat what was shown: it stands nowhere", Bug::leaks_secret,
       secrets_come_back},
      {"S57_huge_answers", "more bytes than may be read: what came is no value", Bug::reads_what_came, huge},
  };
}

}  // namespace ballast::sim
