// From a callback to a task: what io/ waits for ends in a call, and the task that waits may be gone by then.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace ballast {

/// `Completion<int> answer; ask(answer.callback()); int value = co_await answer;` on the loop's thread. The first call
/// counts, further ones do nothing; a call after the completion was destroyed neither.
template <class T>
class Completion {
 public:
  Completion() = default;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  ~Completion() { state_->waiter = nullptr; }

  [[nodiscard]] std::function<void(T)> callback() const {
    return [state = state_](T value) {
      if (state->value) return;
      state->value.emplace(std::move(value));
      // The last statement: what is resumed may destroy this very function.
      if (state->waiter) std::exchange(state->waiter, nullptr).resume();
    };
  }

  [[nodiscard]] bool await_ready() const noexcept { return state_->value.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { state_->waiter = waiter; }
  T await_resume() { return std::move(*state_->value); }

 private:
  struct State {
    std::optional<T> value{};
    std::coroutine_handle<> waiter{};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace ballast
