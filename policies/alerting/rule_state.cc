#include "policies/alerting/rule_state.h"

#include <algorithm>
#include <utility>

namespace ballast {
namespace {

void begin_to_fire(AlertMemory& known, const Judged& judged, const AlertTiming& timing, TimePoint now,
                   std::vector<AlertTransition>& transitions) {
  if (known.fired || now - known.since < timing.hold_for) return;
  known.fired = now;
  transitions.push_back({known.alert, true, now, now, judged.value, judged.member});
}

}  // namespace

void look_at(std::uint64_t alert, const Judged& judged, const AlertTiming& timing, TimePoint now,
             std::vector<AlertMemory>& memory, std::vector<AlertTransition>& transitions) {
  auto known = std::ranges::find(memory, alert, &AlertMemory::alert);
  if (known == memory.end()) {
    if (judged.holds != Holds::yes) return;
    known = memory.insert(known, {.alert = alert, .since = now, .looked = now});
  }
  const Duration passed = now - std::exchange(known->looked, now);
  switch (judged.holds) {
    case Holds::yes:
      known->ceased.reset();
      return begin_to_fire(*known, judged, timing, now, transitions);
    case Holds::unknown:
      known->since += passed;
      if (known->ceased) *known->ceased += passed;
      return;
    case Holds::no:
      if (known->fired && !known->ceased) known->ceased = now;
      if (known->fired && now - *known->ceased < timing.keep_firing_for) return;
      if (known->fired) transitions.push_back({alert, false, *known->fired, now, judged.value, judged.member});
      memory.erase(known);
  }
}

}  // namespace ballast
