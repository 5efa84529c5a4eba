// What the demo has to show.
#pragma once

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "examples/demo/gate.h"
#include "examples/demo/logs.h"
#include "examples/demo/measure.h"

namespace ballast_demo {

struct Verdict {
  bool ok = false;  ///< every gate is
  std::vector<Gate> gates{};
  LaneMeasure ballast{};
  LaneMeasure hpa{};
  LaneMeasure keda{};
  LaneMeasure fixed{};
};

/// The four lanes with their names, as they are shown.
std::array<std::pair<std::string_view, const LaneMeasure*>, 4> lanes_of(const Verdict& verdict);

/// The names of the gates, in their order. Where no lane is named it is Ballast's.
/// - `logs` all could be read, all lanes had the same arrivals (the fixed one those of the first acts); `not_starved`
///   every load sent 99 % of its requests at most 50 ms late: else the machine was judged; `base` every lane began with
///   the base workers, ready.
/// - The first surge: `reaction` the first new worker started within 3 s after the load exceeded what the base serves;
///   `recovery` the objective is met again, five seconds in a row, within 15 s after that, or 2 s after the last needed
///   worker was ready, which then had to be started within 8 s; `no_early_shrink` no worker left before that, nor later
///   so that too few were left while the load was high.
/// - `kept` the objective outside overload, recovery and 10 s from each sickness on; `accounted` every request is in
/// the
///   load's log and in HAProxy's exactly once; `served_once` by one worker.
/// - `ejected` each sick worker got nothing any more 10 s after it fell sick, and something once it was well;
///   `failures` none but those that a sick worker caused before that.
/// - `no_lie_shrink` no worker left while the metrics lied; `keda_shrinks` KEDA's lane came below what the load needs;
///   `rivals_steer` that lane and the HPA's grew under the first surge.
/// - `untouched` no worker left from the kill of the daemon to 10 s after its restart; `acts_after_kill` it started the
///   first new one within 3 s; `recovery_after_kill` the objective is met again within 10 s.
/// - `told` of both alerts that must be, people were told, by webhook and mail, when they began and when they were
/// over;
///   never two things under one key. `told_over_kill` the alert that was open at the kill was told as over after it.
/// - `returned` the base workers are left at the end; `fixed_fails` a pool of the base size, beside it, misses the
///   objective for most of the time that its load is high; `duration` the whole took less than six minutes.
Verdict judge(const PlayLogs& play, const Terms& terms);

}  // namespace ballast_demo
