// Named plays: each a failure that was seen in the field, so made that it hurts whoever mishandles it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/sim/notices.h"
#include "tests/sim/run.h"

namespace ballast::sim {

struct Scenario {
  std::string_view name{};   ///< begins with its number where it has one: `S13_one_of_two_missing`
  std::string_view about{};  ///< what happens, and what must be done about it
  Bug bug{};                 ///< whoever has it fails here
  Play (*make)(std::uint64_t seed) = nullptr;
};

/// All of them, by name.
const std::vector<Scenario>& scenarios();
/// The same by what fails: measurements, the process and its deployments, ports and disk, single members.
std::vector<Scenario> metric_scenarios();
std::vector<Scenario> restart_scenarios();
std::vector<Scenario> network_scenarios();
std::vector<Scenario> port_scenarios();
std::vector<Scenario> sick_scenarios();
/// Other owners and people; alerts.
std::vector<Scenario> people_scenarios();
std::vector<Scenario> alert_scenarios();
std::vector<Scenario> overload_scenarios();

/// One signal, 10 a member, asked and decided on every 2 s; at most 20 members, no `behavior`.
Workload one_load();
/// High load from 60 s to 300 s, then low; window 30 s, staleAfter 20 s, interval 2 s, a target of 7 a member.
Play surge(std::uint64_t seed);
/// `surge` with another shape of demand.
Play with_demand(std::uint64_t seed, std::vector<std::pair<Time, double>> points);
/// One more signal that measures the same.
void add_signal(Play& play, const char* name, Fingerprint fingerprint);
/// `surge` as one of several services of a controller.
Service neighbour(std::uint64_t seed, const char* name);
Trouble source(Fault fault, Time from, Time to);
/// An answer that holds no value.
Trouble answers(int status, const char* body, Time from, Time to);
Trouble of_port(Target target, Fault fault, Time from, Time to);
/// The fewest and the most members that the demand at `t` asks for; the tolerance is 0.1.
std::int32_t least_for(const Play& play, Time t);
std::int32_t most_for(const Play& play, Time t);

}  // namespace ballast::sim
