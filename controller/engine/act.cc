#include "controller/engine/act.h"

#include <algorithm>

namespace ballast {

std::vector<std::string> names_to_remove(const Plan& plan, const MemberNames& names) {
  std::vector<std::string> leaving;
  for (const MemberPlan& member : plan.members)
    if (member.fate == Fate::remove) leaving.emplace_back(names.name_of(member.id));
  return leaving;
}

bool refuses_more(const Shed& shed, const Views& views) {
  const auto& view = views.balancers[static_cast<std::size_t>(shed.pool)];
  return shed.percent > (view ? view->shed.value_or(0) : 0);
}

std::vector<WantedMember> wanted_members(const Plan& plan, PoolId pool, const MemberNames& names, const Views& views) {
  std::vector<WantedMember> wanted;
  for (const MemberPlan& member : plan.members) {
    const auto weight = std::ranges::find(member.weights, pool, &Weight::pool);
    if (weight == member.weights.end()) continue;
    WantedMember entry{.name = std::string{names.name_of(member.id)}, .weight = weight->weight};
    const auto& scaled = views.scaler->members;
    if (const auto at = std::ranges::find(scaled, entry.name, &ScaledMember::name); at != scaled.end())
      entry.address = at->address;
    wanted.push_back(std::move(entry));
  }
  return wanted;
}

}  // namespace ballast
