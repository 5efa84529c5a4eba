#include "policies/traffic/restart.h"

#include <algorithm>

#include "policies/traffic/places.h"

namespace ballast {
namespace {

bool is_left_to_do(const Order& order, const Member& member) {
  return member.state != MemberState::gone && member.state != MemberState::stopping && member.started < order.given;
}

}  // namespace

bool restart_is_done(const Order& order, const Observation& observation) {
  const bool seen = observation.target && (observation.target->desired == 0 || !observation.members.empty());
  return seen &&
         std::ranges::none_of(observation.members, [&](const Member& member) { return is_left_to_do(order, member); });
}

void restart_next(const Workload& workload, Memory& memory, const Observation& observation, const Need& need,
                  std::vector<Step>& steps) {
  const Order* order = find(observation.orders, OrderKind::restart);
  if (order == nullptr || !observation.target->chooses_members || !observation.journal_ok) return;
  const Member* oldest = nullptr;
  double left = 0;
  for (const Member& member : observation.members) {
    if (!is_left_to_do(*order, member)) continue;
    ++left;
    if (oldest == nullptr || member.started < oldest->started) oldest = &member;
  }
  const bool busy = std::ranges::any_of(memory.members, [](const MemberMemory& member) { return is_going(member); });
  if (oldest == nullptr || busy) return;
  if (need.replicas >= need.max_replicas || !may_replace(workload, observation)) {
    steps.push_back(
        Step{Stage::members, {}, 0, 0, Reason::restart_waits, {left, static_cast<double>(need.max_replicas)}});
    return;
  }
  const auto known = std::ranges::find(memory.members, oldest->id, &MemberMemory::id);
  if (known == memory.members.end()) return;
  known->replacing = true;
  steps.push_back(Step{Stage::members,
                       {Subject::Kind::member, static_cast<std::uint32_t>(oldest->id)},
                       0,
                       0,
                       Reason::restart_ordered,
                       {left - 1}});
}

}  // namespace ballast
