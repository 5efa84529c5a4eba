#include "controller/engine/state.h"

#include <algorithm>

namespace ballast {

std::optional<MemberId> MemberNames::id_of(std::string_view name) const {
  const auto found = ids_.find(name);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::string_view MemberNames::name_of(MemberId id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? std::string_view{} : std::string_view{found->second};
}

void MemberNames::add(const MemberName& member) {
  forget(member.id);
  if (const auto old = id_of(member.name)) forget(*old);
  names_.emplace(member.id, member.name);
  ids_.emplace(member.name, member.id);
  reserve(MemberId{static_cast<std::uint32_t>(member.id) + 1});
}

void MemberNames::forget(MemberId id) {
  const auto found = names_.find(id);
  if (found == names_.end()) return;
  ids_.erase(found->second);
  names_.erase(found);
}

void MemberNames::reserve(MemberId next) { next_ = std::max(next_, next); }

}  // namespace ballast
