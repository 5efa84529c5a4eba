// What the reader says of a ScalingPolicy's spec.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/config/documents.h"

namespace ballast {

/// Problems of a spec, but for its scale target, which is another's test.
std::vector<std::string> policy_problems(std::string_view yaml, ScalingPolicySpec* out = nullptr);

}  // namespace ballast
