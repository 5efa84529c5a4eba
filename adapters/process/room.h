// Whether the host has room for one more worker: a port and memory. Pure, but for what is asked through `is_free`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/process/ports.h"

namespace ballast {

/// The lowest port of the range that no worker has and nobody else listens on; those that others have are added to
/// `occupied`.
std::optional<std::uint16_t> lowest_free_port(PortRange range, const std::set<std::uint16_t>& taken,
                                              const std::function<bool(std::uint16_t)>& is_free,
                                              std::set<std::uint16_t>& occupied);

/// What is known of memory when workers shall start. All in bytes.
struct MemoryNeeds {
  std::int64_t available = 0;            ///< MemAvailable
  std::int64_t reserve = 0;              ///< of the host
  std::int64_t per_worker = 0;           ///< what one more will need
  std::vector<std::int64_t> starting{};  ///< what each worker that has just started uses so far: it will need more
};
/// How many more workers leave the reserve whole: at least 0; without a reserve as many as you like.
std::int64_t workers_that_fit(const MemoryNeeds& needs);

/// The value in the middle, 0 of none.
std::int64_t median(std::vector<std::int64_t> values);

}  // namespace ballast
