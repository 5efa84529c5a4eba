// The demo's picture of itself, as text.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "controller/cli/demo_lane.h"
#include "controller/cli/demo_place.h"

namespace ballast {

struct DemoPicture {
  double elapsed_seconds = 0;
  std::string act{};
  std::string explanation{};  ///< of the act
  double offered_per_second = 0;
  std::array<LaneView, kLanes> lanes{};
  bool fixed_plays = false;
  std::string deed{};      ///< what was done to the lanes last, in words
  std::string decision{};  ///< Ballast's last, in words
  std::string address{};   ///< of the daemon's interface
};

/// A block of lines for a terminal of `columns`; drawn again in its place, `lines_before` lines up.
std::string live_block(const DemoPicture& picture, int columns, int lines_before, bool colour);
/// How many lines `live_block` has.
int live_lines();

/// One line for a log.
std::string plain_line(const DemoPicture& picture);

}  // namespace ballast
