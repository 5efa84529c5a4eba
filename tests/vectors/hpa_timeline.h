// A timeline of the HPA as values: what group hpa_timeline writes, read once for all who play it.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "policies/scaling/hpa.h"

namespace ballast::vectors {

struct TimelineStep {
  HpaSpec spec{};  ///< in force at this step
  HpaSeen seen{};
  bool write_fails = false;
  nlohmann::json expected{};
};

struct Timeline {
  std::string id{};
  HpaController controller{};
  std::vector<TimelineStep> steps{};
};

/// Times are milliseconds after this.
inline constexpr TimePoint kTimelineStart{std::chrono::hours{24 * 365 * 50}};

/// Throws what nlohmann throws at a malformed vector.
Timeline read_timeline(const nlohmann::json& vector);

}  // namespace ballast::vectors
