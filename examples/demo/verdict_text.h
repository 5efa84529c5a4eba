// A verdict as JSON for machines and as a side-by-side summary for people.
#pragma once

#include <string>

#include "examples/demo/gates.h"

namespace ballast_demo {

/// {ok, gates: [{name, ok, value, limit, text}], lanes: {ballast, hpa, keda, fixed: {…}}}; times in seconds after the
/// start of the lane's load.
std::string to_json(const Verdict& verdict, const Terms& terms);

/// All lanes act by act, and the gates.
std::string to_text(const Verdict& verdict, const Terms& terms);

}  // namespace ballast_demo
