// Where the numbers of a play come from: each source speaks the bytes of a real one, read by the real probe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "controller/engine/bound_workload.h"
#include "core/probe.h"
#include "core/workload.h"
#include "tests/sim/world.h"

namespace ballast::sim {

enum class Dialect : std::uint8_t {
  plain,            ///< `VALUE TIME`, the time at the source in microseconds of engine time; of the simulation alone
  mean,             ///< `VALUE TIME`: the mean over the last `kMeanWindow`, as a rate query gives it
  number,           ///< httpValue: the body is the number
  json,             ///< httpValue: `{"load": NUMBER}`
  prometheus,       ///< a vector of one series, over the last seconds
  haproxy,          ///< the column scur of HAProxy's statistics
  haproxy_counter,  ///< the column stot: a rate of two answers
  haproxy_servers,  ///< the column scur of each member
};

inline constexpr Time kMeanWindow = 60;

/// A workload and the world that it steers, beside others in one controller.
struct Service {
  Workload workload{};
  WorldOptions world{};
  std::vector<Dialect> dialects{};                 ///< in the order of the signals; those left out are plain
  bool refused = false;                            ///< its document cannot be bound
  bool shares = false;                             ///< the target of the first service, which has it
  std::function<OpenWindows(WallTime)> windows{};  ///< of its schedules
};

/// The dialect of a signal by its name.
Dialect dialect_of(const Service& service, const std::string& signal);

CompiledProbe probe_of(Dialect dialect, std::size_t service, const std::string& signal);

/// Whom a request asks for what.
struct Asked {
  std::size_t service = 0;
  std::string signal{};
};
Asked asked_by(const Request& request);

/// What a source says: one value (of a counter its total), or one of each member.
struct Said {
  double value = 0;
  std::vector<std::pair<std::string, double>> members{};
  TimePoint measured{};
};
/// The body that says so.
std::string body_of(Dialect dialect, const Said& said);

}  // namespace ballast::sim
