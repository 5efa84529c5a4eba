// What the demo has to show, each as a gate with its value, its limit and a sentence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "examples/demo/logs.h"
#include "examples/demo/measure.h"

namespace ballast_demo {

struct Gate {
  std::string name{};
  bool ok = false;
  std::optional<double> value{};  ///< nothing when it could not be measured, which is never ok
  double limit = 0;
  std::string text{};
};

struct Verdict {
  bool ok = false;  ///< every gate is
  std::vector<Gate> gates{};
  LaneMeasure ballast{};
  LaneMeasure fixed{};
};

/// The names of the gates, in their order:
/// `logs` all could be read, both lanes had the same arrivals; `base` began with the base workers, ready;
/// `reaction` the first new worker started within 3 s after the load exceeded what the base serves;
/// `recovery` the objective is met again, five seconds in a row, within 15 s after that, or 2 s after the last needed
/// worker was ready, which then had to be started within 8 s; `kept` the objective before and after that;
/// `failures` none; `accounted` every request is in the load's log and in HAProxy's exactly once; `served_once` by one
/// worker; `no_early_shrink` no worker left while the load was high; `returned` the base workers are left at the end;
/// `fixed_fails` a pool of the base size, beside it, misses the objective for most of the time that the load is high.
Verdict judge(const LaneLogs& ballast, const LaneLogs& fixed, const Terms& terms);

/// When the objective was met again after the load exceeded the base: the first second from which five in a row are
/// met. Nothing when there is none before the load fell.
std::optional<std::int64_t> recovered_at(const LaneMeasure& lane);

/// When the last step down to the base was made; nothing when more, or fewer, are left at the end.
std::optional<std::int64_t> returned_at(const LaneMeasure& lane, const Terms& terms);

}  // namespace ballast_demo
