// A callback's value that a task waits for until a time: what a library says in a call, or not in time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/task.h"
#include "io/time_source.h"
#include "io/wakeable.h"

namespace ballast {

/// `Awaited<int> answer(time); ask(answer.callback()); if (co_await answer.by(until)) use(answer.take());`. Callbacks
/// come on the engine's thread; the first counts, and one that comes after the awaited was destroyed does nothing.
template <class T>
class Awaited {
 public:
  explicit Awaited(TimeSource& time) : time_(time) {}
  Awaited(const Awaited&) = delete;
  Awaited& operator=(const Awaited&) = delete;

  [[nodiscard]] std::function<void(T)> callback() const {
    return [state = state_](T value) {
      if (state->value) return;
      state->value.emplace(std::move(value));
      if (state->alarm != nullptr) state->alarm->wake();
    };
  }

  /// Whether the value is there, at `until` at the latest. May be asked again for a later time.
  [[nodiscard]] Task<bool> by(TimePoint until) {
    if (state_->value) co_return true;
    Wakeable alarm(time_, until);
    const Armed armed(*state_, alarm);
    co_await alarm;
    co_return state_->value.has_value();
  }
  T take() { return std::move(*state_->value); }

 private:
  struct State {
    std::optional<T> value{};
    Wakeable* alarm = nullptr;
  };
  /// A task may be destroyed while it waits: then there is nothing to wake.
  class Armed {
   public:
    Armed(State& state, Wakeable& alarm) : state_(state) { state_.alarm = &alarm; }
    Armed(const Armed&) = delete;
    Armed& operator=(const Armed&) = delete;
    ~Armed() { state_.alarm = nullptr; }

   private:
    State& state_;
  };
  TimeSource& time_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace ballast
