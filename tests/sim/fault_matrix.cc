#include "tests/sim/fault_matrix.h"

#include <algorithm>
#include <utility>

#include "tests/sim/scenarios.h"

namespace ballast::sim {
namespace {

constexpr Time kQuiet = 300;

/// When the fault lasts, in each phase.
std::vector<std::pair<Time, Time>> spans_of(Phase phase) {
  switch (phase) {
    case Phase::start:
      return {{0, 50}};
    case Phase::steady:
      return {{140, 215}};
    case Phase::surge:
      return {{62, 105}, {242, 285}};
  }
  return {};
}

AlertRule rule(const char* name, Fingerprint fingerprint, AlertTest test, double threshold) {
  return {.alert = name, .fingerprint = fingerprint, .test = test, .threshold = threshold};
}

/// Something changes in each phase, and people are told of it.
Play life() {
  Play play = with_demand(
      1, {{0, 10}, {60, 10}, {70, 100}, {150, 100}, {160, 104}, {200, 104}, {210, 100}, {240, 100}, {250, 10}});
  play.workload.max_replicas = 20;
  play.workload.behavior->scale_down.stabilization_window_seconds = 20;
  play.world.start_delay_max = 6;
  add_signal(play, "load1", 101);
  play.dialects = {Dialect::prometheus, Dialect::json};
  play.workload.alerts = {rule("Low", 501, AlertTest::below, 20), rule("High", 502, AlertTest::above, 102)};
  return play;
}

}  // namespace

Kind kind_of(std::string_view name, Trouble trouble, Time lasts) {
  const auto add = [trouble = std::move(trouble)](Play& play, Time from, Time to) {
    Trouble& added = play.faults.troubles.emplace_back(trouble);
    added.from = from;
    added.to = to;
  };
  return {.name = name, .add = add, .lasts = lasts};
}

std::vector<Kind> kinds_of(At channel) {
  switch (channel) {
    case At::prometheus:
    case At::probe:
      return source_kinds(channel);
    case At::target:
    case At::pool:
      return port_kinds(channel);
    case At::journal:
      return journal_kinds();
    case At::receiver:
      return receiver_kinds();
  }
  return {};
}

Play cell(const Kind& kind, Phase phase) {
  Play play = life();
  for (const auto& [from, to] : spans_of(phase)) kind.add(play, from, to);
  if (phase == Phase::start) play.faults.kills.push_back(15);
  std::ranges::sort(play.faults.kills);
  play.quiet_from = std::max(kQuiet, spans_of(phase).back().second + kind.lasts);
  play.length = play.quiet_from + 900;
  return play;
}

}  // namespace ballast::sim
