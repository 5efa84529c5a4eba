#include "tests/sim/sim_clock.h"

#include <algorithm>

namespace ballast {

std::uint64_t SimClock::resume_at(TimePoint when, std::coroutine_handle<> waiter) {
  return sleepers_.add(when, waiter);
}

void SimClock::forget(TimePoint when, std::uint64_t ticket) { sleepers_.forget(when, ticket); }

void SimClock::run_while_sleepers(TimePoint end) {
  while (const auto next = sleepers_.take_due(end)) {
    now_ = std::max(now_, next->when);
    next->waiter.resume();
  }
}

void SimClock::run_until(TimePoint end) {
  run_while_sleepers(end);
  now_ = std::max(now_, end);
}

}  // namespace ballast
