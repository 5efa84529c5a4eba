// A workload with what it takes to run it: its probes and its ports, made by the registry from the documents.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "controller/journal/frame.h"
#include "core/observation.h"
#include "core/ports.h"
#include "core/probe.h"
#include "core/workload.h"

namespace ballast {

/// The schedules whose windows are open, as places in `Workload::schedules`, and the tzdata that says so.
struct OpenWindows {
  std::vector<std::uint16_t> windows{};
  std::string tzdata{};
  bool operator==(const OpenWindows&) const = default;
};

/// Something on this host that only one may steer: a backend, or the numbers `first` to `last` of a kind, as ports.
/// Copies share the lock; it goes with the last of them.
struct HeldTarget {
  std::string what{};
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::shared_ptr<const void> lock{};
};
using Locks = std::vector<HeldTarget>;

struct BoundWorkload {
  Locks locks{};  ///< first, so that they go last: nobody else may have a target while a port of it lives here
  Workload workload{};
  DocumentText document{};                             ///< the texts that `workload.document` is the fingerprint of
  Orders orders{};                                     ///< what annotations of the documents ask
  std::function<OpenWindows(WallTime)> windows{};      ///< none: no schedules
  std::vector<CompiledProbe> probes{};                 ///< in the order of `workload.signals`
  std::unique_ptr<Scaler> scaler{};                    ///< none: nothing to scale
  std::vector<std::unique_ptr<Balancer>> balancers{};  ///< in the order of `workload.pools`
};

}  // namespace ballast
