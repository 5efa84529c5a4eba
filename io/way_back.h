// How a thread that is not ours hands what it found to the loop's thread, when it may outlive who asked.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "io/loop.h"

namespace ballast {

/// Held by a shared pointer from both sides: the asker ends it, whoever comes back later finds it ended.
class WayBack {
 public:
  explicit WayBack(Loop& loop) : loop_(&loop) {}
  /// Any thread. `work` runs on the loop's thread, later; it is dropped when the way has ended.
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr) loop_->post(std::move(work));
  }
  /// From here on nothing touches the loop. On the loop's thread.
  void end() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  std::mutex mutex_{};
  Loop* loop_;
};

}  // namespace ballast
