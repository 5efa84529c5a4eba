// Steps in words: the texts of core/reason.cc with their numbers and names put in.
#pragma once

#include <functional>
#include <string>

#include "core/plan.h"

namespace ballast {

/// What people call a step's subject: `in_flight`, `haproxy:web`, `web-7`.
using NameOf = std::function<std::string(const Subject&)>;

/// `in_flight is 96, 1.5 times what 8 replicas carry at a target of 8: propose 12`.
std::string sentence(const Step& step, const NameOf& name_of);

/// Four significant digits at most, all of those before the point, no exponent below 10^15: 96, 0.9375, 12346.
std::string number_text(double value);

}  // namespace ballast
