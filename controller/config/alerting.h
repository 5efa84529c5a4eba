// The documents about alerts beside each other: the route and its receivers, ready to be made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/config/documents.h"
#include "core/alert.h"
#include "policies/alerting/dispatch.h"

namespace ballast {

struct CompiledReceiver {
  std::string name{};  ///< `namespace/name`
  PluginRef notifier{};
  bool operator==(const CompiledReceiver&) const = default;
};

struct CompiledAlerting {
  bool routed = false;  ///< there is a route; else nobody is told
  Routing routing{};
  std::vector<CompiledReceiver> receivers{};  ///< by name
  bool operator==(const CompiledAlerting&) const = default;
};

/// Of documents that passed `cross_check`.
CompiledAlerting compile_alerting(const std::vector<Document>& documents);

/// The rules of a Monitor, of which `workload` is the name. Signals by their place.
std::vector<AlertRule> compile_rules(const MonitorSpec& monitor, const std::string& workload);

/// What a rule does when it fires.
struct CompiledAction {
  std::uint64_t alert = 0;  ///< `AlertRule::fingerprint`
  std::string name{};       ///< its place among those of the rule, and its type: `0:restart`
  std::string workload{};
  std::string rule{};  ///< `AlertRule::alert`
  PluginRef plugin{};
  bool operator==(const CompiledAction&) const = default;
};
/// By rule, in the order of each.
std::vector<CompiledAction> compile_actions(const MonitorSpec& monitor, const std::string& workload);

/// What is wrong with it: a path of the document and why. Nothing: it is good.
using WrongPath = std::pair<std::string, std::string>;
std::optional<WrongPath> wrong_rule(const MonitorSpec& monitor);
/// `receivers` are those that are good and of the document's namespace.
std::optional<WrongPath> wrong_receiver(const AlertRouteSpec& route, const std::vector<std::string>& receivers);

}  // namespace ballast
