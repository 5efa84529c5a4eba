// When requests are due: acts with a rate each, turned into arrivals by a seed. The same acts, spacing and seed give
// the same arrivals on every machine, so that two lanes can be given the same load.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ballast_demo {

/// A part of the play; its rate goes in a straight line from `rate_from` to `rate_to` requests a second.
struct Act {
  std::string name{};
  std::int64_t length_us = 0;
  double rate_from = 0;
  double rate_to = 0;
};

/// `hold:60s:300` or `ramp:5s:50-300`; nothing when it is no such text.
std::optional<Act> parse_act(std::string_view text);

enum class Spacing { poisson, even };

struct Arrival {
  std::int64_t at_us = 0;  ///< since the first act began
  std::size_t act = 0;
};

/// All arrivals in the order of time. Arrivals are where the integral of the rate reaches the next threshold: each
/// whole number when even, sums of Exp(1) when Poisson (time change of a unit Poisson process; Lewis and Shedler 1979).
/// Even at 50/s: 20 ms, 40 ms, 60 ms, ...
std::vector<Arrival> arrivals(std::span<const Act> acts, Spacing spacing, std::uint64_t seed);

}  // namespace ballast_demo
