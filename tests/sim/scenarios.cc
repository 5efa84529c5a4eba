#include "tests/sim/scenarios.h"

#include <algorithm>
#include <cmath>

namespace ballast::sim {
namespace {

constexpr Time kQuiet = 420;
constexpr double kTarget = 7;

std::int32_t members_for(const Play& play, double exact) {
  return std::clamp(static_cast<std::int32_t>(std::min(std::ceil(exact - 1e-9), 1e6)), play.workload.min_replicas,
                    play.workload.max_replicas);
}

}  // namespace

Workload one_load() {
  Workload workload{.name = "sim/web", .target_kind = "sim", .target_name = "web", .document = 7};
  workload.max_replicas = 20;
  workload.interval = std::chrono::seconds{2};
  Signal load{.name = "load", .fingerprint = 100, .target_type = TargetType::average_value, .target_milli = 10'000};
  load.interval = std::chrono::seconds{2};
  load.stale_after = std::chrono::seconds{20};
  workload.signals = {load};
  return workload;
}

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

Play with_demand(std::uint64_t seed, std::vector<std::pair<Time, double>> points) {
  Play play = surge(seed);
  play.world.demand.points = std::move(points);
  return play;
}

void add_signal(Play& play, const char* name, Fingerprint fingerprint) {
  Signal copy = play.workload.signals.front();
  copy.name = name;
  copy.fingerprint = fingerprint;
  play.workload.signals.push_back(copy);
}

Service neighbour(std::uint64_t seed, const char* name) {
  Play play = surge(seed + 7);
  play.workload.name = std::string("sim/") + name;
  play.workload.target_name = name;
  return Service{play.workload, play.world};
}

Trouble source(Fault fault, Time from, Time to) {
  return {.target = Target::source, .fault = fault, .from = from, .to = to};
}

Trouble answers(int status, const char* body, Time from, Time to) {
  Trouble trouble = source(Fault::source_answers, from, to);
  trouble.status = status;
  trouble.body = body;
  return trouble;
}

Trouble of_port(Target target, Fault fault, Time from, Time to) {
  return {.target = target, .fault = fault, .from = from, .to = to};
}

std::int32_t least_for(const Play& play, Time t) {
  return members_for(play, play.world.demand.at(t) / (kTarget * 1.1));
}
std::int32_t most_for(const Play& play, Time t) { return members_for(play, play.world.demand.at(t) / kTarget); }

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> list = metric_scenarios();
    for (auto make : {restart_scenarios, network_scenarios, port_scenarios, sick_scenarios, overload_scenarios,
                      people_scenarios, alert_scenarios})
      for (const Scenario& scenario : make()) list.push_back(scenario);
    std::ranges::sort(list, {}, &Scenario::name);
    return list;
  }();
  return all;
}

}  // namespace ballast::sim
