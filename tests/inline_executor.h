// An executor for tests: what it is given runs at once, on the caller's thread.
#pragma once

#include <functional>

#include "io/executor.h"

namespace ballast {

class InlineExecutor final : public Executor {
 public:
  void run(std::function<void()> work, std::function<void()> done) override {
    work();
    done();
  }
};

}  // namespace ballast
