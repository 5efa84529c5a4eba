// What rules do in the daemon: who does it, and the orders that they give in the place of a person.
#include <fmt/format.h>

#include <utility>

#include "controller/cli/daemon.h"
#include "controller/cli/order_answer.h"
#include "controller/cli/order_request.h"
#include "formats/excerpt.h"
#include "formats/utf8.h"

namespace ballast {
namespace {

/// As long as what people say may be.
std::string said(const std::string& text) { return excerpt(one_line(text), 200); }

}  // namespace

Result<Done> Daemon::may_restart(const std::string& policy, const Order& order) const {
  if (stopping_) return Error{Errc::unavailable, "Ballast stops"};
  if (!orders_->is_loaded()) return Error{Errc::unavailable, "what was ordered before is still being read"};
  const auto runner = steered(policy);
  if (!runner) return runner.error();
  if (auto good = check_order(order, (*runner)->bound()->workload); !good) return good;
  const Orders orders = orders_of(policy);
  const auto held = held_by(order, orders, (*runner)->state().status.current_replicas);
  if (!held.empty())
    return Error{Errc::conflict, fmt::format("{}: its restart waits, {} holds it", policy, held.front())};
  const Order* other = find(orders, OrderKind::restart);
  if (other != nullptr && other->given != order.given)
    return Error{Errc::conflict, fmt::format("{}: another restart is under way", policy)};
  return Done{};
}

void Daemon::open_actions() {
  RestartOrders orders;
  orders.may = [this](const std::string& policy, const Order& order) { return may_restart(policy, order); };
  orders.give = [this](const std::string& policy, Order given) {
    given.who = said(given.who);
    given.why = said(given.why);
    order(policy, given, "a rule");
  };
  restarts_ = std::make_unique<RestartDesk>(*loop_, *journal_, std::move(orders));
  action_host_ = std::make_unique<ActionHost>(ActionHost{*receiver_host_, *restarts_});
  actions_ = std::make_unique<RuleActions>(*loop_, *journal_, *alerts_, action_events());
}

void Daemon::know_actions(const std::vector<CompiledWorkload>& workloads) {
  std::vector<CompiledAction> known;
  for (const CompiledWorkload& workload : workloads)
    known.insert(known.end(), workload.actions.begin(), workload.actions.end());
  if (known == known_actions_) return;
  ActionRules rules;
  ActionNotifiers notifiers;
  for (const CompiledAction& action : known) {
    const auto* entry = find_plugin(PluginKind::action, action.plugin.type);
    rules[action.alert].push_back({action.name, entry != nullptr && entry->while_firing});
    auto made = bind_action(action, *action_host_);
    if (made)
      notifiers.emplace(std::pair{action.alert, action.name}, std::move(*made));
    else
      log_.error("an action cannot be used",
                 {{"rule", action.rule}, {"workload", action.workload}, {"error", made.error().message}});
  }
  actions_->configure(std::move(rules), std::move(notifiers));
  known_actions_ = std::move(known);
}

ActionEvents Daemon::action_events() {
  ActionEvents events;
  events.tried = [this](const ActionKey& key, const Notification& told, const Delivery& delivery) {
    const std::string kind = key.action.substr(key.action.find(':') + 1);
    metrics_->action_done(kind, delivery.failure ? std::string{to_string(delivery.failure->code)} : "ok");
    const LogFields fields{{"rule", told.group_labels.at("alertname")},
                           {"workload", key.episode.workload},
                           {"action", key.action},
                           {"error", delivery.failure ? delivery.failure->message : ""}};
    if (delivery.failure)
      log_.warn("what a rule asks for is not done, it is tried again", fields);
    else
      log_.info("what a rule asks for is done", {fields[0], fields[1], fields[2]});
  };
  events.trouble = [this](const std::string& what) { log_.warn(what); };
  return events;
}

}  // namespace ballast
