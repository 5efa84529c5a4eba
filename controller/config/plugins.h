// What the reader and the generators know of plug-ins. The tables are in controller/registry.cc.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/config/schema.h"
#include "core/config_node.h"
#include "core/field.h"
#include "core/workload.h"

namespace ballast {

/// Something of which one document at most may have each number: a port of the host, a backend.
struct Claim {
  std::string what{};  ///< `port`, `haproxy backend web at /run/haproxy/admin.sock`
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool operator==(const Claim&) const = default;
};

struct PluginEntry {
  std::string_view name{};
  std::string_view doc{};
  Schema (*schema)() = nullptr;
  /// All settings with defaults written out; what is wrong goes to the problems.
  ConfigNode (*read)(const ConfigNode& settings, const std::string& path, Problems& problems) = nullptr;
  /// As `read`, with secrets replaced, for what is shown to people.
  ConfigNode (*redact)(const ConfigNode& settings) = nullptr;
  /// Of settings that are good. Null: none.
  std::vector<Claim> (*claims)(const ConfigNode& settings) = nullptr;
  /// Of a probe: the scale target whose members it measures, those of its own policy. So it says nothing while there
  /// are none. Empty: it measures something else.
  std::string_view members_of{};
  /// Of a probe: why its values cannot be held against such a target, for people; empty: they can. Null: any will do.
  std::string (*misfit)(const ConfigNode& settings, TargetType target) = nullptr;
  /// Of a balancer that can refuse requests: what it takes for that, for itself alone. Null: it cannot.
  std::vector<Claim> (*shed_claims)(const ConfigNode& settings) = nullptr;
  /// Of a receiver: it groups and repeats alerts itself, so that it is told at once and again each minute.
  bool relays = false;
  /// Of an action: it is not wanted any more once the alert is over.
  bool while_firing = false;
  /// Of an action: the ScalingPolicy of its namespace that it changes. Null: none.
  std::string (*changes_policy)(const ConfigNode& settings) = nullptr;
};

/// Sorted.
std::vector<std::string_view> plugin_names(PluginKind kind);
/// Names that documents know and this version cannot do yet. Sorted.
std::vector<std::string_view> later_plugins(PluginKind kind);
/// Null: there is none.
const PluginEntry* find_plugin(PluginKind kind, std::string_view name);
std::string_view to_string(PluginKind kind);
/// Why a policy with this scale target (empty: a Monitor's none) cannot be measured by a probe, for people; empty: it
/// can.
std::string strange_members(const PluginEntry& probe, std::string_view scale_target);
/// Why the times of a probe's readings do not prove when they were measured, for people; empty when they do. Only what
/// proves its age may let a target shrink.
std::string undated(const PluginRef& probe, Duration stale_after);

}  // namespace ballast
