// A load as a source sees it that averages over a minute.
#pragma once

#include <cmath>
#include <functional>

#include "tests/policies/story.h"

namespace ballast::story {

inline constexpr int kWindow = 60;

using Load = std::function<double(int)>;

/// What a source reads that averages over the last `kWindow` seconds.
inline double mean_of(const Load& load, int second) {
  double sum = 0;
  for (int s = second - kWindow; s < second; ++s) sum += load(s);
  return sum / kWindow;
}

inline void add_mean(Observation& o, double value) {
  const Duration window = std::chrono::seconds{kWindow};
  o.arrivals.push_back(
      Arrival{.signal = kLoad,
              .at = o.at,
              .reading = Reading{o.at, window, {Sample{.value = value, .at = o.at, .window = window}}}});
}

inline double wave(int second) { return 12 * std::sin(second * 0.9) + 8 * std::sin(second * 2.3); }

}  // namespace ballast::story
