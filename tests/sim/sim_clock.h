// Virtual time for tests and the simulation.
#pragma once

#include <coroutine>
#include <cstdint>
#include <deque>

#include "core/time.h"
#include "io/sleepers.h"
#include "io/time_source.h"

namespace ballast {

/// Jumps from sleeper to sleeper; equal times keep their order. Engine and wall time begin together; `step_wall` parts
/// them.
class SimClock final : public TimeSource {
 public:
  explicit SimClock(TimePoint start = TimePoint{std::chrono::seconds{1'700'000'000}}) : now_(start) {}

  [[nodiscard]] TimePoint now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return WallTime{now_.time_since_epoch() + wall_offset_}; }
  std::uint64_t resume_at(TimePoint when, std::coroutine_handle<> waiter) override;
  void forget(TimePoint when, std::uint64_t ticket) override;

  /// Runs everything that is due up to and including `end`, then shows `end`.
  void run_until(TimePoint end);
  void run_for(Duration span) { run_until(now_ + span); }
  /// Runs until nobody sleeps or the next sleeper is after `end`; shows the time of the last one that ran.
  void run_while_sleepers(TimePoint end);
  void step_wall(Duration step) { wall_offset_ += step; }
  [[nodiscard]] std::size_t sleepers() const { return sleepers_.size(); }

 private:
  TimePoint now_;
  Duration wall_offset_{};
  Sleepers sleepers_{};
};

}  // namespace ballast
