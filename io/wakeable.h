// A sleep that somebody can end early. Pure: runs on any clock.
#pragma once

#include <coroutine>
#include <cstdint>

#include "io/time_source.h"

namespace ballast {

/// `if (co_await wakeable) … /* woken */ else … /* the time came */`. Waking never resumes at once but by the clock, as
/// soon as what runs now is done: it is safe in destructors and in the middle of anything.
class Wakeable {
 public:
  Wakeable(TimeSource& time, TimePoint until) : time_(time), until_(until) {}
  Wakeable(const Wakeable&) = delete;
  Wakeable& operator=(const Wakeable&) = delete;
  ~Wakeable() {
    if (ticket_ != 0) time_.forget(until_, ticket_);
  }

  void wake() {
    if (woken_) return;
    woken_ = true;
    if (ticket_ == 0) return;  // not asleep yet
    time_.forget(until_, ticket_);
    until_ = time_.now();
    ticket_ = time_.resume_at(until_, waiter_);
  }

  [[nodiscard]] bool await_ready() const noexcept { return woken_; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    ticket_ = time_.resume_at(until_, waiter);
  }
  bool await_resume() noexcept {
    ticket_ = 0;
    return woken_;
  }

 private:
  TimeSource& time_;
  TimePoint until_;
  std::coroutine_handle<> waiter_{};
  std::uint64_t ticket_ = 0;
  bool woken_ = false;
};

}  // namespace ballast
