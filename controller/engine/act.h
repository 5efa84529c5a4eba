// From a plan (by number) to what the ports are told (by name). Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/engine/observe.h"
#include "controller/engine/state.h"
#include "core/plan.h"
#include "core/ports.h"

namespace ballast {

/// Members that the scaler may stop, in the order of the plan.
std::vector<std::string> names_to_remove(const Plan& plan, const MemberNames& names);

/// Than its pool was seen to refuse.
bool refuses_more(const Shed& shed, const Views& views);

/// What `pool` shall hold. A member without a known address keeps its place when it has one and gets none else.
std::vector<WantedMember> wanted_members(const Plan& plan, PoolId pool, const MemberNames& names, const Views& views);

}  // namespace ballast
