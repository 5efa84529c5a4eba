// A. Measurements that are missing or wrong.
#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

// Every outage is longer than the window and staleAfter together, while the load is high.
constexpr Time kOut = 120;
constexpr Time kBack = 220;
// When a poll that failed has been decided upon.
constexpr Time kSeen = 6;
// Ten intervals.
constexpr Time kRecovered = 20;

/// What everybody owes who cannot measure: all stays as it is, it is said once, and nothing swings when it is over.
Play must_hold(Play play, Reason why, Time said_from = kOut + kSeen) {
  play.expected = {says(why, said_from, kBack),
                   says(Reason::no_usable_signal, said_from, kBack),
                   holds(kOut, kBack + kRecovered),
                   serves(least_for(play, kBack), most_for(play, kBack), kBack + kRecovered),
                   decides_at_most(6, kOut, kBack + kRecovered),
                   turns_at_most(0)};
  return play;
}

template <Fault kFault>
Play source_fails(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles.push_back(source(kFault, kOut, kBack));
  return play;
}

Play outage(std::uint64_t seed) { return must_hold(source_fails<Fault::source_refuses>(seed), Reason::signal_missing); }

/// What must be enough when nothing can be measured: told after a minute of it, and taken back by evidence alone.
Play outage_with_fallback(std::uint64_t seed) {
  Play play = surge(seed);
  play.workload.fallback = {std::chrono::seconds{60}, FallbackBehavior::at_least, 25};
  play.faults.troubles = {source(Fault::source_refuses, kOut, 240)};
  play.expected = {holds(kOut, 180),
                   does_not_shrink(kOut, 240 + 30),
                   says(Reason::fallback_current, 202, 240),
                   serves(25, 25, 205),
                   serves(least_for(play, 299), most_for(play, 299), 299),
                   turns_at_most(0)};
  return play;
}

/// Fewer than there are: it keeps what there is.
Play outage_with_low_fallback(std::uint64_t seed) {
  Play play = surge(seed);
  play.workload.fallback = {std::chrono::seconds{30}, FallbackBehavior::at_least, 5};
  play.faults.troubles = {source(Fault::source_refuses, kOut, kBack)};
  play.expected = {holds(kOut, kBack + kRecovered), says(Reason::fallback_current, 160, kBack), turns_at_most(0)};
  return play;
}

/// Three signals come and go for long or short, each for itself: in fallback is who was unknown for long, and only as
/// long as it is.
Play fallback_of_each(std::uint64_t seed) {
  constexpr std::int32_t kEnough = 27;
  Chance chance(seed + 3000);
  Play play = surge(seed);
  add_signal(play, "load1", 101);
  add_signal(play, "load2", 102);
  play.workload.fallback = {std::chrono::seconds{30}, FallbackBehavior::at_least, kEnough};
  constexpr Fault kSilent[] = {Fault::source_refuses, Fault::source_times_out, Fault::source_nan};
  for (const Signal& signal : play.workload.signals) {
    Time t = 80;
    while (t < 340) {
      const Time out = chance.one_in(3) ? chance.real(1, 20) : chance.real(75, 110);
      Trouble trouble = source(kSilent[chance.below(3)], t, std::min<Time>(400, t + out));
      trouble.signal = signal.name;
      play.faults.troubles.push_back(trouble);
      // Unknown from its first failure on, a poll and a deadline after it began; then rates allow two steps in 30 s.
      if (out >= 75 && t + out < 310) play.expected.push_back(serves(kEnough, kEnough, t + out - 1));
      t += out + chance.real(5, 60);
    }
  }
  play.expected.push_back(serves(2, 2, 400 + 100));
  return play;
}

Play null_and_empty(std::uint64_t seed) {
  Play play = surge(seed);
  add_signal(play, "load1", 101);
  play.dialects = {Dialect::json, Dialect::number};
  Trouble null = answers(200, R"({"service": "web", "load": null})", kOut, kBack);
  null.signal = "load0";
  Trouble empty = answers(200, "", kOut, kBack);
  empty.signal = "load1";
  play.faults.troubles = {null, empty};
  return must_hold(play, Reason::signal_invalid);
}

/// The program that measures dies of it, and finds the outage when it is back.
Play outage_and_restarts(std::uint64_t seed) {
  Play play = outage(seed);
  Chance chance(seed + 1000);
  play.faults.kills = {140 + chance.real(0, 6), 180 + chance.real(0, 6)};
  play.expected = {holds(kOut, kBack + kRecovered), turns_at_most(0),
                   serves(least_for(play, kBack), most_for(play, kBack), kBack + kRecovered)};
  return play;
}

Play error_pages(std::uint64_t seed) {
  Play play = surge(seed);
  play.dialects = {Dialect::number};
  play.faults.troubles = {answers(404, "0", kOut, 150), answers(503, "0", 150, 180), answers(302, "0", 180, 200),
                          answers(401, "0", 200, kBack)};
  return must_hold(play, Reason::signal_missing);
}

/// Back after a gap, it averages over samples that it does not have; so long the load is not low.
Play gap_then_back(std::uint64_t seed) {
  Play play = surge(seed);
  Trouble partial = source(Fault::source_partial, 220, 246);
  partial.by = 0.3;
  play.faults.troubles = {source(Fault::source_times_out, kOut, 220), partial};
  play.expected = {holds(kOut, 300), says(Reason::evidence_missing, 220 + kSeen, 246), turns_at_most(0)};
  return play;
}

Play gap_while_load_falls(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles = {source(Fault::source_times_out, 250, 330)};
  play.expected = {does_not_shrink(250, 360), turns_at_most(0)};
  return play;
}

Play not_a_number(std::uint64_t seed) {
  Play play = surge(seed);
  add_signal(play, "load1", 101);
  play.dialects = {Dialect::number, Dialect::json};
  Trouble text = answers(200, "NaN\n", kOut, kBack);
  text.signal = "load0";
  Trouble json = answers(200, R"({"load": "NaN"})", kOut, kBack);
  json.signal = "load1";
  play.faults.troubles = {text, json};
  return must_hold(play, Reason::signal_invalid);
}

Play infinite(std::uint64_t seed) {
  Play play = surge(seed);
  play.dialects = {Dialect::number};
  play.faults.troubles = {answers(200, "+Inf\n", kOut, 170), answers(200, "-Inf\n", 170, 200),
                          answers(200, "1e999\n", 200, kBack)};
  return must_hold(play, Reason::signal_invalid);
}

/// More than 32 bits of tenths hold.
Play huge_backlog(std::uint64_t seed) {
  const double high = Chance(seed).real(2.2e8, 4e9);
  Play play = with_demand(seed, {{0, 10}, {60, 10}, {70, high}, {200, high}, {210, 10}});
  play.dialects = {Dialect::number};
  play.expected = {serves(30, 30, 150), does_not_shrink(60, 210), turns_at_most(0)};
  return play;
}

/// More than 64 bits of thousandths hold; and, when it is over, a source that overshoots below zero.
Play beyond_64_bits(std::uint64_t seed) {
  const double high = Chance(seed).real(9.3e15, 1e19);
  Play play = with_demand(seed, {{0, 10}, {60, 10}, {70, high}, {200, high}, {210, 10}});
  play.dialects = {Dialect::json};
  Trouble negative = source(Fault::source_partial, 260, 380);
  negative.by = -0.3;
  play.faults.troubles = {negative};
  play.expected = {serves(30, 30, 150), does_not_shrink(60, 210), serves(2, 2, 380), turns_at_most(0)};
  return play;
}

/// A counter that begins at 0 again: no rate for one poll, and no rate that nobody saw.
Play counter_resets(std::uint64_t seed) {
  const double high = 7 * Chance(seed).between(13, 20) - 3.5;
  Play play = with_demand(seed, {{0, 10}, {60, 10}, {70, high}, {300, high}, {310, 10}});
  play.dialects = {Dialect::haproxy_counter};
  play.faults.resets = {130.5, 133, 200, 250.7};
  play.expected = {holds(kOut, 300), serves(least_for(play, 290), most_for(play, 290), 290), turns_at_most(0)};
  return play;
}

Play frozen(std::uint64_t seed) {
  Play play = must_hold(source_fails<Fault::source_frozen>(seed), Reason::signal_frozen, kOut + 20 + kSeen);
  return play;
}

/// The source freezes as the load has fallen: what it goes on saying is no evidence for a shrink.
Play frozen_when_low(std::uint64_t seed) {
  Play play = surge(seed);
  play.faults.troubles = {source(Fault::source_frozen, 308, 400)};
  play.expected = {does_not_shrink(300, 400), says(Reason::signal_frozen, 308 + 20 + kSeen, 400)};
  return play;
}

/// What it says is true, and too old, as of a pipeline that lags.
Play lagging(std::uint64_t seed) {
  Play play = surge(seed);
  Trouble lags = source(Fault::source_lags, 110, 290);
  lags.by = 100;
  play.faults.troubles = {lags};
  play.expected = {holds(110, 290), turns_at_most(0)};
  return play;
}

/// The other one says down.
Play one_of_two_missing(std::uint64_t seed) {
  Play play = surge(seed);
  add_signal(play, "load1", 101);
  Trouble missing = source(Fault::source_refuses, 305, 410);
  missing.signal = "load1";
  play.faults.troubles = {missing};
  play.expected = {does_not_shrink(300, 410), says(Reason::hold_unknown_signal, 310 + kSeen, 410), turns_at_most(0)};
  return play;
}

/// Members idle because they wait for something else, as callers queue: what they use is low, what callers see is not.
/// Then the view of callers goes dark, too.
Play idle_while_callers_wait(std::uint64_t seed) {
  const double high = 7 * Chance(seed).between(11, 14) - 3.5;
  Play play =
      with_demand(seed, {{0, 10}, {60, 10}, {70, high}, {140, high}, {150, high + 42}, {300, high + 42}, {310, 10}});
  add_signal(play, "waiting", 101);
  play.workload.behavior->scale_up.policies = {{PolicyType::pods, 2, 15}};
  Trouble idle = source(Fault::source_partial, kOut, 300);
  idle.signal = "load0";
  idle.by = 0.2;
  Trouble dark = source(Fault::source_refuses, 230, 290);
  dark.signal = "waiting";
  play.faults.troubles = {idle, dark};
  play.expected = {does_not_shrink(60, 300), serves(least_for(play, 225), most_for(play, 225), 225),
                   says(Reason::hold_unknown_signal, 240, 288), turns_at_most(0)};
  return play;
}

}  // namespace

std::vector<Scenario> metric_scenarios() {
  return {
      {"surge_and_calm", "nothing fails", Bug::lost_drain, surge},
      {"S01_adapter_outage_returns_nothing", "the source refuses: hold, MetricsUnavailable", Bug::unknown_is_zero,
       outage},
      {"S01_outage_with_fallback", "the source refuses for long: raised by fallback alone, lowered by evidence",
       Bug::fallback_sticks, outage_with_fallback},
      {"S02_null_and_empty_answers", "null, an empty body: unknown, hold", Bug::empty_is_zero, null_and_empty},
      {"S03_outage_and_restarts", "an outage, and the controller dies in it twice: hold", Bug::starts_at_min,
       outage_and_restarts},
      {"S04_error_pages_that_hold_a_number", "404, 503, 302, 401 with a 0 in them: unknown, hold", Bug::non_2xx_is_zero,
       error_pages},
      {"S05_fallback_below_what_there_is", "fallback asks for fewer than there are: hold", Bug::fallback_lowers,
       outage_with_low_fallback},
      {"S05_fallback_of_each_signal", "three signals fail and return in all combinations: at least the fallback's",
       Bug::failing_masks_others, fallback_of_each},
      {"S06_averages_over_a_gap", "back after an outage, too low for a while: no shrink before the window is covered",
       Bug::no_evidence, gap_then_back},
      {"S06_gap_while_the_load_falls", "back after an outage, the load low by then: the window counts from then",
       Bug::no_evidence, gap_while_load_falls},
      {"S07_nan_answers", "NaN as text and in JSON: unknown, hold", Bug::nan_is_zero, not_a_number},
      {"S08_infinite_answers", "+Inf, -Inf, 1e999: unknown, hold", Bug::inf_overflows, infinite},
      {"S09_backlog_beyond_32_bits", "more than 214,748,364: to maxReplicas, and stay", Bug::milli_overflows,
       huge_backlog},
      {"S10_value_beyond_64_bits", "more than 9.2e15, then negative: to maxReplicas, then to minReplicas, not beyond",
       Bug::milli_overflows, beyond_64_bits},
      {"S11_counter_resets", "a counter restarts: no spike, no dip", Bug::no_reset_in_rate, counter_resets},
      {"S12_frozen_metric", "one sample, over and over: it is called frozen, hold", Bug::frozen_is_fresh, frozen},
      {"S12_frozen_when_low", "one sample, over and over, as the load has fallen: no shrink", Bug::frozen_is_fresh,
       frozen_when_low},
      {"lagging_metric", "each sample is older than staleAfter: it is no evidence", Bug::stale_is_fresh, lagging},
      {"S13_one_of_two_missing", "one signal missing, the other says down: hold", Bug::failing_masks_others,
       one_of_two_missing},
      {"S14_idle_while_callers_wait", "low use, callers wait, then nobody knows: no shrink, more by the rates",
       Bug::first_decides, idle_while_callers_wait},
      {"html_for_number", "a login page for a number", Bug::unknown_is_zero, source_fails<Fault::source_html>},
  };
}

}  // namespace ballast::sim
