// Who sleeps until when: the part of a clock that the real one and the virtual one share. Pure; no clock is read.
#pragma once

#include <coroutine>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "core/time.h"

namespace ballast {

/// Sleepers in the order of their times; equal times keep the order in which they were added.
class Sleepers {
 public:
  struct Awake {
    TimePoint when{};
    std::coroutine_handle<> waiter{};
  };

  /// Returns a ticket, 1 and up, that is never reused.
  std::uint64_t add(TimePoint when, std::coroutine_handle<> waiter) {
    const std::uint64_t ticket = ++last_ticket_;
    by_time_.emplace(std::pair{when, ticket}, waiter);
    return ticket;
  }
  /// Harmless for a ticket that was taken already.
  void forget(TimePoint when, std::uint64_t ticket) { by_time_.erase(std::pair{when, ticket}); }
  [[nodiscard]] std::optional<TimePoint> next() const {
    if (by_time_.empty()) return std::nullopt;
    return by_time_.begin()->first.first;
  }
  /// The first sleeper whose time is at or before `now`.
  std::optional<Awake> take_due(TimePoint now) {
    if (by_time_.empty() || by_time_.begin()->first.first > now) return std::nullopt;
    const auto first = by_time_.extract(by_time_.begin());
    return Awake{first.key().first, first.mapped()};
  }
  [[nodiscard]] std::size_t size() const { return by_time_.size(); }

 private:
  std::map<std::pair<TimePoint, std::uint64_t>, std::coroutine_handle<>> by_time_{};
  std::uint64_t last_ticket_ = 0;
};

}  // namespace ballast
