#include "tests/sim/blows.h"

#include <algorithm>

namespace ballast::sim {

std::vector<Blow> blows_of(const FaultPlan& faults) {
  std::vector<Blow> blows;
  for (const Trouble& trouble : faults.troubles) {
    if (trouble.target != Target::disk) continue;
    blows.push_back({trouble.from, BlowKind::disk_changes});
    blows.push_back({trouble.to, BlowKind::disk_changes});
  }
  for (const Time t : faults.kills) blows.push_back({t, BlowKind::kill});
  for (const Time t : faults.failures) blows.push_back({t, BlowKind::member_fails});
  for (const Time t : faults.resets) blows.push_back({t, BlowKind::counters_reset});
  for (const auto& [t, by] : faults.wall_steps) blows.push_back({t, BlowKind::wall_steps, by});
  for (std::size_t i = 0; i < faults.sick.size(); ++i) blows.push_back({faults.sick[i].from, BlowKind::sickens, 0, i});
  for (std::size_t i = 0; i < faults.words.size(); ++i) blows.push_back({faults.words[i].from, BlowKind::says, 0, i});
  for (std::size_t i = 0; i < faults.hands.size(); ++i) blows.push_back({faults.hands[i].at, BlowKind::meddles, 0, i});
  std::ranges::sort(blows);
  return blows;
}

}  // namespace ballast::sim
