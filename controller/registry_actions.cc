#include "controller/registry_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "adapters/receivers/webhook.h"
#include "controller/plugin.h"

namespace ballast {
namespace {

std::string restarted_policy(const ConfigNode& settings) {
  return settings_of<RestartAction>(settings).scaling_policy_ref.name;
}
Result<std::unique_ptr<Notifier>> make_restart(const CompiledAction& action, ActionHost& host) {
  const auto spec = settings_of<RestartAction>(action.plugin.settings);
  return make_restart_action(
      spec, fmt::format("{}/{}", action.workload.substr(0, action.workload.find('/')), spec.scaling_policy_ref.name),
      fmt::format("rule {} of {}", action.rule, action.workload), host.restarts);
}
template <class T, Result<std::unique_ptr<Notifier>> (*kMake)(T spec, ReceiverHost& host)>
Result<std::unique_ptr<Notifier>> make_telling(const CompiledAction& action, ActionHost& host) {
  return kMake(settings_of<T>(action.plugin.settings), host.receivers);
}
/// An action that changes a policy, while its alert fires.
constexpr PluginEntry changing(PluginEntry entry, std::string (*policy)(const ConfigNode&)) {
  entry.while_firing = true;
  entry.changes_policy = policy;
  return entry;
}
constexpr std::array kActions{
    ActionEntry{changing(plugin<RestartAction>("restart", "Replaces the members of a policy, one after the other."),
                         restarted_policy),
                make_restart},
    ActionEntry{plugin<WebhookReceiver>("webhook",
                                        "A POST of Alertmanager's webhook body with this one alert, tried "
                                        "for a day until it is taken."),
                make_telling<WebhookReceiver, make_webhook_notifier>},
};
static_assert(std::ranges::is_sorted(kActions, {}, &ActionEntry::name));

}  // namespace

std::span<const ActionEntry> action_entries() { return kActions; }

Result<std::unique_ptr<Notifier>> bind_action(const CompiledAction& action, ActionHost& host) {
  const auto found = std::ranges::find(kActions, action.plugin.type, &ActionEntry::name);
  if (found == kActions.end()) return Error{Errc::invalid, fmt::format("there is no action {}", action.plugin.type)};
  return found->make(action, host);
}

}  // namespace ballast
