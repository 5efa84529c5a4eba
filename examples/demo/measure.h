// What a lane did, computed from its logs alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "examples/demo/logs.h"

namespace ballast_demo {

/// What the checker is told about the play; everything else it reads.
struct Terms {
  double worker_rate = 20;  ///< requests a second that one worker serves
  std::int64_t base_workers = 4;
  std::int64_t objective_us = 250'000;
  double objective_share = 0.99;  ///< of the requests due within a second
};

struct ActMeasure {
  std::string name{};
  std::int64_t begin_us = 0;
  double rate_from = 0;
  double rate_to = 0;
  double seconds = 0;  ///< shorter than planned when the load was told to end
  std::int64_t requests = 0;
  std::int64_t failures = 0;
  double p50_ms = 0;  ///< of all requests, failed ones included; nearest rank
  double p95_ms = 0;
  double p99_ms = 0;
  std::int64_t seconds_judged = 0;  ///< seconds that begin in this act and in which requests were due
  std::int64_t seconds_met = 0;
  double worker_seconds = 0;
  std::int64_t workers_least = 0;  ///< that ran at one time
  std::int64_t workers_most = 0;
};

/// The requests due within one second after the start.
struct SecondMeasure {
  std::int64_t begin_us = 0;
  std::int64_t requests = 0;
  std::int64_t within = 0;  ///< answered well within the objective
  bool met = true;          ///< also when none was due
};

struct WorkerLife {
  std::string name{};
  std::int64_t pid = 0;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ready_us{};
  std::optional<std::int64_t> leaving_us{};  ///< told to stop, or stopped
  std::optional<std::int64_t> stopped_us{};
  std::int64_t served = 0;
};

struct CountAt {
  std::int64_t at_us = 0;
  std::int64_t running = 0;  ///< started and not leaving
};

/// How requests are accounted for; ids, in order.
struct Accounts {
  std::vector<std::int64_t> unlogged{};             ///< sent, but without exactly one line in the load's own log
  std::vector<std::int64_t> not_in_proxy{};         ///< without exactly one line in HAProxy's log
  std::vector<std::int64_t> not_served_once{};      ///< answered well, but not by exactly one line of the workers' log
  std::map<std::string, std::int64_t> by_server{};  ///< good answers by HAProxy's name of the server
};

/// A time in which a worker was sick, by its own log, and what HAProxy gave it.
struct Sickness {
  std::string worker{};
  std::string how{};  ///< fails, slow
  std::int64_t sick_us = 0;
  std::optional<std::int64_t> well_us{};
  std::optional<std::int64_t> last_given_us{};  ///< to the sick one
  std::int64_t given = 0;                       ///< to the sick one
  std::int64_t given_after = 0;                 ///< once it was well again
};

/// A failed request, and the server that HAProxy gave it to.
struct FailedRequest {
  std::int64_t id = 0;
  std::string server{};
  bool by_sick = false;  ///< given to a sick worker at most kEjectedWithin after it fell sick
};

/// The time until a sick worker must be out.
inline constexpr std::int64_t kEjectedWithinUs = 10'000'000;

/// From where the scheduled rate passes what the base workers serve to where it is back.
struct Surge {
  std::int64_t exceeded_us = 0;
  std::optional<std::int64_t> fell_us{};  ///< nothing: the load ended before
};

struct LaneMeasure {
  std::vector<ActMeasure> acts{};
  std::vector<SecondMeasure> seconds{};
  std::vector<WorkerLife> workers{};  ///< by start
  std::vector<CountAt> counts{};      ///< a step each time that a worker starts or leaves
  Accounts accounts{};
  std::int64_t failures = 0;
  double worker_seconds = 0;
  double late_p99_ms = 0;  ///< from due to sent: how well the load kept its own schedule
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  std::vector<Surge> surges{};  ///< in order
  double peak_rate = 0;
  std::vector<Sickness> sicknesses{};   ///< in order
  std::vector<FailedRequest> failed{};  ///< by id
};

LaneMeasure measure(const LaneLogs& logs, const Terms& terms);

/// The act of this name; null: there is none.
const ActMeasure* act_named(const LaneMeasure& lane, std::string_view name);

/// Workers that run at a time: started before or at it, and not leaving before or at it.
std::int64_t running_at(const LaneMeasure& lane, std::int64_t at_us);

}  // namespace ballast_demo
