// Runs one task on a real loop to its end.
#pragma once

#include <optional>
#include <utility>

#include "core/task.h"
#include "io/loop.h"

namespace ballast {

template <class T>
Task<void> run_and_stop(Loop& loop, Task<T> task, std::optional<T>* out) {
  T value = co_await task;
  out->emplace(std::move(value));
  loop.stop();
}

template <class T>
T run_task(Loop& loop, Task<T> task) {
  std::optional<T> out;
  TaskGroup group;
  group.spawn(run_and_stop<T>(loop, std::move(task), &out));
  loop.run();
  return std::move(*out);
}

}  // namespace ballast
