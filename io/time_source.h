// The clocks, as a port: the daemon has a real one, the simulation a virtual one.
#pragma once

#include <coroutine>
#include <cstdint>

#include "core/time.h"

namespace ballast {

class TimeSource {
 public:
  virtual ~TimeSource() = default;
  /// Engine time: steady.
  [[nodiscard]] virtual TimePoint now() const = 0;
  /// What the wall clock shows, for schedules and for people; it may jump.
  [[nodiscard]] virtual WallTime wall() const = 0;
  /// Resumes `waiter` once at `when`, on the engine's thread. Returns a ticket for `forget`.
  virtual std::uint64_t resume_at(TimePoint when, std::coroutine_handle<> waiter) = 0;
  /// The waiter that was to be resumed at `when` is gone; it must not be resumed. Harmless after it was.
  virtual void forget(TimePoint when, std::uint64_t ticket) = 0;
};

/// `co_await Sleep(time, until)`. A task that is destroyed while it sleeps is forgotten by the clock.
class [[nodiscard]] Sleep {
 public:
  Sleep(TimeSource& time, TimePoint until) : time_(time), until_(until) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() {
    if (ticket_ != 0) time_.forget(until_, ticket_);
  }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) { ticket_ = time_.resume_at(until_, waiter); }
  void await_resume() noexcept { ticket_ = 0; }

 private:
  TimeSource& time_;
  TimePoint until_;
  std::uint64_t ticket_ = 0;  // tickets start at 1
};

}  // namespace ballast
