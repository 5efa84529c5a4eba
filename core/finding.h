// What a detector says of a series: not what to do about it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/time.h"

namespace ballast {

enum class FindingKind : std::uint8_t { surge, drop };
constexpr auto enum_names(FindingKind) { return std::array<std::string_view, 2>{"Surge", "Drop"}; }

/// Samples in a row that the series so far did not let expect.
struct Finding {
  FindingKind kind = FindingKind::surge;
  double score = 0;       ///< distance of the newest sample to what was expected, in usual distances
  double confidence = 0;  ///< 0 to 1: grows with the score, the samples that agree, and the history it rests on
  TimePoint since{};      ///< of the first of these samples
  double expected_low = 0;
  double expected_high = 0;
  double value = 0;  ///< of the newest
  bool operator==(const Finding&) const = default;
};

}  // namespace ballast
