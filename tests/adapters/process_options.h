// The tests of single settings, by key: one map per file, joined and compared with the definitions in
// process_options_test.cc.
#pragma once

#include <map>
#include <string>

#include "tests/adapters/process_rig.h"

namespace ballast {

using OptionTests = std::map<std::string, void (*)(ProcessRig&)>;

/// Of `ready` and `live`.
OptionTests check_options();

inline constexpr Duration kShort = std::chrono::milliseconds{100};

/// Workers that serve HTTP with the status that stands in `status`, and are ready when it is a good one.
ProcessTarget server(const ProcessRig& rig);
/// How long it takes until `good` holds.
Duration time_until(ProcessRig& rig, const ViewCheck& good);

}  // namespace ballast
