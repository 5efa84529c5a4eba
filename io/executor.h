// Where blocking work runs (SQLite, files, SMTP), with its result posted back to the engine's thread; inline in the
// simulation.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace ballast {

class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs `work` on some thread, in the order of submission, then `done` on the engine's thread. `work` and what it
  /// needs must own what they touch: the asker may be gone by then.
  virtual void run(std::function<void()> work, std::function<void()> done) = 0;
};

/// `T value = co_await OnExecutor<T>(executor, work);`. A destroyed waiter is not resumed; the work still ends.
template <class T>
class [[nodiscard]] OnExecutor {
 public:
  OnExecutor(Executor& executor, std::function<T()> work) : executor_(executor), state_(std::make_shared<State>()) {
    state_->work = std::move(work);
  }
  OnExecutor(const OnExecutor&) = delete;
  OnExecutor& operator=(const OnExecutor&) = delete;
  ~OnExecutor() { state_->waiter = nullptr; }
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    auto state = state_;
    executor_.run([state] { state->value.emplace(state->work()); },
                  [state] {
                    state->finished = true;
                    if (state->waiter) std::exchange(state->waiter, nullptr).resume();
                  });
    if (state->finished) return false;  // an inline executor has it already
    state->waiter = waiter;
    return true;
  }
  T await_resume() { return std::move(*state_->value); }

 private:
  struct State {
    std::function<T()> work{};
    std::optional<T> value{};
    std::coroutine_handle<> waiter{};
    bool finished = false;
  };
  Executor& executor_;
  std::shared_ptr<State> state_;
};

}  // namespace ballast
