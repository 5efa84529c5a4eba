// The one step that explains a decision in a line.
#pragma once

#include "core/plan.h"

namespace ballast {

/// The step that made `plan.replicas` what it is: the last hold, limit or change before the members' stage, or else the
/// proposal that counted. Null when nothing is to be said.
const Step* headline(const Plan& plan);

}  // namespace ballast
