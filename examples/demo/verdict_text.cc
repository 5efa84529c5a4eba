#include "examples/demo/verdict_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ballast_demo {
namespace {

/// `50/s` or `50-300/s`
std::string rate_text(const ActMeasure& act) {
  return act.rate_from == act.rate_to ? fmt::format("{:.0f}/s", act.rate_from)
                                      : fmt::format("{:.0f}-{:.0f}/s", act.rate_from, act.rate_to);
}

std::string workers_text(const ActMeasure& act) {
  return act.workers_least == act.workers_most ? fmt::format("{}", act.workers_most)
                                               : fmt::format("{}..{}", act.workers_least, act.workers_most);
}

std::string_view title_of(std::string_view lane) {
  if (lane == "ballast") return "Ballast";
  if (lane == "hpa") return "HPA";
  return lane == "keda" ? "KEDA" : "fixed";
}

std::string lane_row(std::string_view lane, const ActMeasure& act) {
  return fmt::format("  {:17} {:>8} {:>7} {:>7.0f} {:>7.0f} {:>5}/{:<5} {:>7}\n", title_of(lane), act.requests,
                     act.failures, act.p50_ms, act.p99_ms, act.seconds_met, act.seconds_judged, workers_text(act));
}

/// An act in all lanes that play it.
std::string act_rows(const Verdict& verdict, std::size_t index) {
  const auto& act = verdict.ballast.acts[index];
  auto text = fmt::format("{} {} for {:.0f} s\n", act.name, rate_text(act), act.seconds);
  for (const auto& [name, lane] : lanes_of(verdict))
    if (index < lane->acts.size()) text += lane_row(name, lane->acts[index]);
  return text;
}

}  // namespace

std::string to_text(const Verdict& verdict, const Terms& terms) {
  auto text = fmt::format("{:19} {:>8} {:>7} {:>7} {:>7} {:>11} {:>7}\n", "", "requests", "failed", "p50 ms", "p99 ms",
                          "s met", "workers");
  for (std::size_t i = 0; i < verdict.ballast.acts.size(); ++i) text += act_rows(verdict, i);
  text += "worker-seconds:";
  for (const auto& [name, lane] : lanes_of(verdict))
    text += fmt::format(" {} {:.0f}", title_of(name), lane->worker_seconds);
  text += fmt::format("\n\n(s met: seconds in which {:.0f} % of the requests were answered well within {} ms)\n\n",
                      terms.objective_share * 100, terms.objective_us / 1000);
  for (const auto& gate : verdict.gates)
    text += fmt::format("{} {:20} {}\n", gate.ok ? "ok  " : "FAIL", gate.name, gate.text);
  text += verdict.ok ? "\nok\n" : "\nnot ok\n";
  return text;
}

}  // namespace ballast_demo
