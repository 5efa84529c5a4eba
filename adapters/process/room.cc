#include "adapters/process/room.h"

#include <algorithm>
#include <limits>

namespace ballast {

std::optional<std::uint16_t> lowest_free_port(PortRange range, const std::set<std::uint16_t>& taken,
                                              const std::function<bool(std::uint16_t)>& is_free,
                                              std::set<std::uint16_t>& occupied) {
  for (std::uint32_t at = range.first; at <= range.last; ++at) {
    const auto port = static_cast<std::uint16_t>(at);
    if (taken.contains(port)) continue;
    if (is_free(port)) return port;
    occupied.insert(port);
  }
  return std::nullopt;
}

std::int64_t workers_that_fit(const MemoryNeeds& needs) {
  if (needs.reserve <= 0) return std::numeric_limits<std::int64_t>::max();
  std::int64_t room = needs.available - needs.reserve;
  for (const std::int64_t used : needs.starting) room -= std::max<std::int64_t>(0, needs.per_worker - used);
  if (room < 0) return 0;
  // Nothing is known of what a worker needs: one at a time, and look again.
  return needs.per_worker > 0 ? room / needs.per_worker : (needs.starting.empty() ? 1 : 0);
}

std::int64_t median(std::vector<std::int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace ballast
