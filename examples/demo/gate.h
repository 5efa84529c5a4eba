// One thing that the demo has to show, with its value, its limit and a sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ballast_demo {

struct Gate {
  std::string name{};
  bool ok = false;
  std::optional<double> value{};  ///< nothing when it could not be measured, which is never ok
  double limit = 0;
  std::string text{};
};

Gate unmeasured(std::string name, double limit, std::string text);
Gate at_most(std::string name, double value, double limit, std::string text);
Gate at_least(std::string name, double value, double limit, std::string text);

double seconds_between(std::int64_t from, std::int64_t to);

/// `3 (17, 18, 90)`; of many only the first.
std::string some_of(const std::vector<std::int64_t>& ids);

}  // namespace ballast_demo
