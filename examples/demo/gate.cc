#include "examples/demo/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ballast_demo {

Gate unmeasured(std::string name, double limit, std::string text) {
  return {std::move(name), false, std::nullopt, limit, std::move(text)};
}

Gate at_most(std::string name, double value, double limit, std::string text) {
  return {std::move(name), value <= limit, value, limit, std::move(text)};
}

Gate at_least(std::string name, double value, double limit, std::string text) {
  return {std::move(name), value >= limit, value, limit, std::move(text)};
}

double seconds_between(std::int64_t from, std::int64_t to) { return static_cast<double>(to - from) / 1e6; }

std::string some_of(const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return "0";
  constexpr std::size_t kShown = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(ids.size(), kShown); ++i)
    list += (list.empty() ? "" : ", ") + std::to_string(ids[i]);
  return fmt::format("{} ({}{})", ids.size(), list, ids.size() > kShown ? ", ..." : "");
}

}  // namespace ballast_demo
