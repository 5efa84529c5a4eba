#include "controller/engine/observe.h"

#include <algorithm>

namespace ballast {
namespace {

class Numbers {
 public:
  Numbers(const MemberNames& known, std::vector<MemberName>& added) : known_(known), added_(added) {}
  MemberId of(const std::string& name) {
    if (const auto id = known_.id_of(name)) return *id;
    const auto at = std::ranges::find(added_, name, &MemberName::name);
    if (at != added_.end()) return at->id;
    const MemberId id{static_cast<std::uint32_t>(known_.next()) + static_cast<std::uint32_t>(added_.size())};
    added_.push_back({id, name});
    return id;
  }

 private:
  const MemberNames& known_;
  std::vector<MemberName>& added_;
};

Member& member_of(std::vector<Member>& members, MemberId id) {
  const auto at = std::ranges::find(members, id, &Member::id);
  if (at != members.end()) return *at;
  return members.emplace_back(Member{.id = id, .state = MemberState::gone});
}

}  // namespace

Observed join(const Views& views, const MemberNames& names) {
  Observed observed;
  for (std::size_t i = 0; i < views.balancers.size(); ++i)
    if (views.balancers[i] && views.balancers[i]->shed)
      observed.sheds.push_back({PoolId{static_cast<std::uint16_t>(i)}, *views.balancers[i]->shed});
  if (!views.scaler) return observed;  // without the scaler nothing about members can be told
  Numbers numbers(names, observed.new_members);
  observed.target = views.scaler->target;
  for (const ScaledMember& member : views.scaler->members)
    observed.members.push_back(
        Member{.id = numbers.of(member.name), .state = member.state, .since = member.since, .started = member.started});
  for (std::size_t i = 0; i < views.balancers.size(); ++i) {
    if (!views.balancers[i]) continue;
    for (const BalancedMember& place : views.balancers[i]->members)
      member_of(observed.members, numbers.of(place.name))
          .pools.push_back(PoolMember{PoolId{static_cast<std::uint16_t>(i)}, place.weight, place.in_flight,
                                      place.healthy, place.contested, place.counters});
  }
  std::ranges::sort(observed.members, {}, &Member::id);
  return observed;
}

Arrival by_number(const NamedArrival& arrival, const MemberNames& names, const std::vector<MemberName>& new_members) {
  Arrival result{.signal = arrival.signal, .at = arrival.at};
  if (!arrival.reading) {
    result.error = arrival.reading.error();
    return result;
  }
  Reading reading{arrival.reading->at, arrival.reading->window, {}};
  for (const NamedSample& sample : arrival.reading->samples) {
    MemberId id = kNoMember;
    if (const auto known = names.id_of(sample.member)) id = *known;
    for (const MemberName& member : new_members)
      if (member.name == sample.member) id = member.id;
    reading.samples.push_back({id, sample.value, sample.at, sample.window});
  }
  result.reading = std::move(reading);
  return result;
}

}  // namespace ballast
