// When an alert begins and ceases to fire: the state machine of Prometheus' alerting rules, except that what is unknown
// changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "core/alert.h"
#include "core/memory.h"
#include "core/time.h"

namespace ballast {

enum class Holds : std::uint8_t { no, yes, unknown };

/// What the test of a rule found now.
struct Judged {
  Holds holds = Holds::no;
  double value = 0;             ///< of the sample that it found
  MemberId member = kNoMember;  ///< whose it is
  bool operator==(const Judged&) const = default;
};

struct AlertTiming {
  Duration hold_for{};
  Duration keep_firing_for{};
};

/// One look at one alert. It fires once its test has held for `hold_for`; time in which nothing was known does not
/// count. It ends once the test has not held for `keep_firing_for`, counted in the same way from the first look that
/// found so; while nothing is known it goes on. What is between two looks is as the second found it. Example, `for` 1m:
/// holds at 0 s and 30 s, unknown at 60 s, holds at 90 s: 30 + 30 s, so that it fires then. Source:
/// prometheus/prometheus rules/alerting.go (`Eval`).
void look_at(std::uint64_t alert, const Judged& judged, const AlertTiming& timing, TimePoint now,
             std::vector<AlertMemory>& memory, std::vector<AlertTransition>& transitions);

}  // namespace ballast
