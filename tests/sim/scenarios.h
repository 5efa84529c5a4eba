// Named plays: each a failure that was seen in the field, so made that it hurts whoever mishandles it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/sim/run.h"

namespace ballast::sim {

struct Scenario {
  std::string_view name{};
  std::string_view about{};
  Play (*make)(std::uint64_t seed) = nullptr;
};

const std::vector<Scenario>& scenarios();

}  // namespace ballast::sim
