// The table of what rules can do: the only place that knows settings and actions.
#pragma once

#include <memory>
#include <span>

#include "adapters/receivers/receiver_host.h"
#include "controller/actions/restart.h"
#include "controller/config/alerting.h"
#include "controller/config/plugins.h"
#include "core/ports.h"
#include "core/result.h"

namespace ballast {

/// What actions are given of the host; outlives them.
struct ActionHost {
  ReceiverHost& receivers;
  RestartDesk& restarts;
};

struct ActionEntry : PluginEntry {
  Result<std::unique_ptr<Notifier>> (*make)(const CompiledAction& action, ActionHost& host) = nullptr;
};
/// Sorted by name.
std::span<const ActionEntry> action_entries();

/// Whoever does what a rule asks for. Errors: those of the plug-in.
Result<std::unique_ptr<Notifier>> bind_action(const CompiledAction& action, ActionHost& host);

}  // namespace ballast
