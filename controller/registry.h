// The one place that knows every plug-in: sorted tables of probes, scalers and balancers. A new one is one line in
// registry.cc; its name there is its key in a document.
#pragma once

#include <filesystem>
#include <vector>

#include "adapters/process/roster.h"
#include "adapters/receivers/receiver_host.h"
#include "controller/config/config.h"
#include "controller/config/documents.h"
#include "controller/engine/bound_workload.h"
#include "controller/orders/order_book.h"
#include "core/ports.h"
#include "core/probe.h"
#include "core/result.h"
#include "io/executor.h"
#include "io/fetcher.h"
#include "io/time_source.h"

namespace ballast {

/// What plug-ins are given of the host; outlives everything that is bound with it.
struct Environment {
  TimeSource& time;
  Fetcher& fetcher;
  Executor& executor;
  std::filesystem::path state_directory{};  ///< what must survive a restart; exists
  HostReserve host_reserve{};               ///< never given to workers
  const OrderBook* orders = nullptr;        ///< what people ordered; null: nothing
  Roster* roster = nullptr;                 ///< is told who the workers of this host are; null: nobody measures them
};

/// The probes of a workload, in the order of its signals. Errors: invalid, with the signal named.
Result<std::vector<CompiledProbe>> bind_probes(const CompiledWorkload& workload);

/// A workload with its probes and ports. Errors: those of the plug-ins, with the plug-in named.
Result<BoundWorkload> bind(std::shared_ptr<const CompiledWorkload> compiled, Environment& environment);

/// Somebody who can be told. Errors: those of the plug-in.
Result<std::unique_ptr<Notifier>> bind_notifier(const PluginRef& receiver, ReceiverHost& host);

/// What an orderly end of Ballast does to the members of a workload whose scaler is destroyed already: what its
/// document says, and nothing unless the policy is in force (mode Enforce, not paused). Returns how many were stopped.
/// Errors: the scaler's.
Task<Result<std::int32_t>> take_leave(CompiledWorkload workload, Environment& environment);

}  // namespace ballast
