// The coroutine type of Ballast: lazy, single-threaded, resumes its awaiter. Needs only <coroutine>, so that
// the simulation runs the same code as the daemon without Asio.
//
// Rules (house style): arguments by value; a statement with co_await holds no brace-built temporary and no
// capturing lambda (g++ 12 destroys those twice); every wait has a deadline.
#pragma once

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace ballast {

template <class T>
class Task;

namespace detail {

struct FinalAwaiter {
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
    return self.promise().awaiter;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> awaiter = std::noop_coroutine();
  std::exception_ptr failure{};
  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() { failure = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value{};
  Task<T> get_return_object();
  void return_value(T result) { value.emplace(std::move(result)); }
  T take() {
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const {}
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace detail

/// A computation that starts when awaited and gives one `T`. It owns its frame: destroying it cancels the work,
/// and everything it was waiting for forgets it.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (frame_) frame_.destroy();
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    frame_.promise().awaiter = awaiter;
    return frame_;
  }
  T await_resume() { return frame_.promise().take(); }

  /// Runs until the first wait; for the owner of a root task only.
  void start() { frame_.resume(); }
  [[nodiscard]] bool done() const { return frame_.done(); }
  /// The result of a finished root task; rethrows what escaped it.
  T result() { return frame_.promise().take(); }

 private:
  std::coroutine_handle<promise_type> frame_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() {
  return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
}
inline Task<void> detail::Promise<void>::get_return_object() {
  return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)};
}

/// Owns root tasks. Destroying the group cancels what still runs.
class TaskGroup {
 public:
  void spawn(Task<void> task) {
    // Not each time: many that live long would all be looked at for each.
    if (++spawned_ > std::max(kFew, alive_)) {
      reap();
      alive_ = tasks_.size();
      spawned_ = 1;
    }
    tasks_.push_back(std::move(task));
    // The vector may grow while the task spawns others: the handle, not its place, is what runs.
    tasks_.back().start();
  }
  /// Forgets finished tasks; rethrows what escaped one of them, which is a bug.
  void reap() {
    for (std::size_t i = 0; i < tasks_.size();) {
      if (!tasks_[i].done()) {
        ++i;
        continue;
      }
      Task<void> finished = std::move(tasks_[i]);
      if (i + 1 != tasks_.size()) tasks_[i] = std::move(tasks_.back());
      tasks_.pop_back();
      finished.result();
    }
  }
  [[nodiscard]] bool idle() {
    reap();
    return tasks_.empty();
  }
  void clear() { tasks_.clear(); }

 private:
  static constexpr std::size_t kFew = 16;
  std::vector<Task<void>> tasks_{};
  std::size_t alive_ = 0;    ///< at the last reaping
  std::size_t spawned_ = 0;  ///< since then
};

}  // namespace ballast
