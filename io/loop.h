// The daemon's one thread: clocks, signals and everything that waits. All of Ballast but blocking libraries runs here,
// so that nothing of ours needs a mutex.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/time.h"
#include "io/executor.h"
#include "io/time_source.h"

namespace ballast {

class Loop final : public TimeSource {
 public:
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// UTC when the loop was made plus steady time elapsed since. Any thread.
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] WallTime wall() const override;
  std::uint64_t resume_at(TimePoint when, std::coroutine_handle<> waiter) override;
  void forget(TimePoint when, std::uint64_t ticket) override;

  /// Moves engine time forward to `newest` if it is behind, so that it never runs below what is journaled. Call it
  /// before anything sleeps.
  void start_not_before(TimePoint newest);

  /// A thread for blocking work, and its queue: one piece at a time, in order, so that one slow system holds up none
  /// but itself. All of it runs; the executor's destructor waits for it. `done` runs on the loop's thread while `run()`
  /// does. The executor must not outlive the loop.
  [[nodiscard]] std::unique_ptr<Executor> make_executor();

  /// Runs `work` on the loop's thread, later, in order. Any thread.
  void post(std::function<void()> work);

  /// Runs until `stop()`. What escapes a callback or a task comes out here. May be called again.
  void run();
  /// `run()` returns after the callback that runs now. Any thread.
  void stop();

  /// SIGTERM and SIGINT call `stop`, SIGHUP calls `reload`, each time, on the loop's thread. Without this call the
  /// signals keep what they did. SIGPIPE is ignored from the loop's making on.
  void on_signals(std::function<void()> stop, std::function<void()> reload);

  /// `stepped` gets every step of the wall clock against the steady one by more than 2 s (a person, NTP, a suspended
  /// machine), within about a second of it; forward is positive. Engine time does not move with it.
  void on_wall_step(std::function<void(Duration step)> stepped);

  struct Core;
  [[nodiscard]] Core& core() { return *core_; }  ///< for io/asio.h

 private:
  std::unique_ptr<Core> core_;
};

[[nodiscard]] std::unique_ptr<Loop> make_loop();

}  // namespace ballast
