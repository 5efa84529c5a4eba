// Shifts weight from hot members of a pool to cool ones, in steps that do not swing. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/balancing.h"

namespace ballast {

/// A member's heat over the last interval (a time or a number of requests), and its share of the full weight until now.
struct Heat {
  std::optional<double> heat{};  ///< nothing: not enough is known, its share stays
  double share = 1;
};

/// The new shares, in the order of `members`; the largest is 1. Heat is compared with the median. Within a sixth of it
/// nothing moves: that much is noise. Beyond, a share moves by the square root of the ratio, which is half of the way
/// if heat goes with weight, and by a quarter at the most. So what overshoots is smaller than what it corrects. Worked
/// example: 50, 50 and 100 ms: the third one's share goes from 1 to 0.8 (the root of 1/2 is 0.71, bounded).
std::vector<double> balanced(const Balance& rules, std::span<const Heat> members);

}  // namespace ballast
