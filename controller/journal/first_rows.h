// Rows of the last run that a part of the daemon begins with: read however long that takes, and waited for, but not for
// ever. A disk that cannot be read must not leave a surge unanswered. On the engine's thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/journal/journal.h"
#include "core/task.h"
#include "core/time.h"
#include "io/time_source.h"

namespace ballast {

class FirstRows {
 public:
  using Rows = std::vector<std::pair<std::string, std::string>>;
  /// All rows whose key begins with `prefix`. `time` and `journal` outlive this.
  FirstRows(TimeSource& time, Journal& journal, std::string_view prefix);

  /// Tries until they can be read, with pauses that grow. `failed` is told once why they cannot. Call it once.
  Task<Rows> read(std::function<void(const std::string& why)> failed);
  [[nodiscard]] bool is_read() const { return read_; }
  /// Nothing shall be done before they are read. No more after 20 s, or when nobody shall wait any more.
  [[nodiscard]] bool is_waited_for() const;
  /// Returns once they are not waited for.
  Task<void> awaited();
  void wait_no_more() { patient_ = false; }

 private:
  TimeSource& time_;
  Journal& journal_;
  std::string prefix_;
  TimePoint began_;
  bool read_ = false;
  bool patient_ = true;
};

}  // namespace ballast
